"""The servers that are measured: the hub's web processes, and the others beside them."""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from bench import machine
from bench.aides import Aide
from bench.compiled import program
from bench.live.readers import Crowd
from command import listening
from command.embedded import Embedded, tied
from command.environment import child_environment, me
from command.trouble import Trouble

HUB, SEND_TEXT, DEFLATE, BROADCAST, EPOLL = "hub", "send_text", "send_text_deflate", "broadcast", "epoll"
CALLED = {
    HUB: "the hub",
    SEND_TEXT: "`await send_text` in a loop, Starlette on uvicorn, without compression",
    DEFLATE: "the same as uvicorn comes (permessage-deflate)",
    BROADCAST: "`broadcast()` of the websockets library",
    EPOLL: "C, epoll, one `send` each, no pub/sub",
}
EPOLL_SOURCE = Path(__file__).with_name("epoll_server.c")
READY_SECONDS = 30

# Ten thousand visitors come from a handful of addresses. And a start is no start if it compiles every module anew.
LOAD_TEST = {
    "PYTHONDONTWRITEBYTECODE": "",
    "HUB_RATE_LIMITS": "0",
    "HUB_LIVE_PER_ADDRESS": "100000",
    "HUB_LIVE_PER_MEMBER": "100000",
    "HUB_LOG_LEVEL": "warning",
    "HUB_DEV": "0",
}


@dataclass
class Server:
    """One that runs. `stream` is empty where readers need not say which one they want."""

    kind: str
    port: int
    processes: list[subprocess.Popen]
    stream: str = ""
    control: int = 0  # the port where the epoll server hears of messages
    start_process: Callable[[], subprocess.Popen] = field(kw_only=True)
    ending: list[subprocess.Popen] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def cpu(self) -> float:
        return sum(map(machine.cpu, self.pids))

    def pss(self) -> int:
        return machine.pss(self.pids)

    def crowd(self, readers: int, **more: Any) -> Crowd:
        return Crowd(self.port, self.stream, readers, deflate=self.kind == DEFLATE, **more)

    def replace(self, number: signal.Signals) -> None:
        """End every process with this signal, and start others on the same socket at once."""
        self.ending = self.processes
        for process in self.ending:
            process.send_signal(number)
        self.processes = [self.start_process() for _ in self.ending]

    def stop(self) -> None:
        for process in [*self.processes, *self.ending]:
            process.terminate()
        for process in [*self.processes, *self.ending]:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class House:
    """A private PostgreSQL and Valkey, durable, and servers upon them.

    `writer` is who publishes for the hub, and `place` what it founded: `stream`, `topic`, and a `token` of the API.
    """

    writer: Aide
    place: dict[str, Any]

    def __init__(self, folder: Path, embedded: Embedded, *, pinned: bool, profile: Path | None) -> None:
        self.folder, self.embedded, self.pinned, self.profile = folder, embedded, pinned, profile
        self.place = {"stream": ""}
        self.urls = {"DATABASE_URL": embedded.database_url, "REDIS_URL": embedded.redis_url}

    @property
    def stream(self) -> str:
        return self.place["stream"]

    def cpu(self) -> float:
        """Of PostgreSQL and Valkey."""
        return sum(machine.cpu_of_tree(process.pid) for process in self.embedded.processes.values())

    def publisher(self, kind: str, *words: Any) -> Aide:
        command = [sys.executable, "-P", "-m", "bench.live.publisher", kind, *map(str, words)]
        return Aide(f"The publisher ({kind})", command, **self.urls, **LOAD_TEST)

    def migrate(self) -> None:
        subprocess.run(
            me("migrate"),
            env=child_environment(**self.urls, **LOAD_TEST, HUB_DATA_DIR=str(self.folder)),
            check=True,
            stdout=subprocess.DEVNULL,
        )

    @contextmanager
    def serving(self, kind: str, processes: int = 1) -> Iterator[Server]:
        """A server of this kind; on the first core, alone, where the house is pinned."""
        with ExitStack() as stack:
            listeners = stack.enter_context(listening.sockets("127.0.0.1", 0, processes))
            controls = stack.enter_context(listening.sockets("127.0.0.1", 0)) if kind == EPOLL else []
            server = Server(
                kind, listeners[0].getsockname()[1], [], self.stream if kind == HUB else "",
                controls[0].getsockname()[1] if controls else 0,
                start_process=self._starter(kind, cycle([listener, *controls] for listener in listeners)),
            )  # fmt: skip
            stack.callback(server.stop)
            for _ in range(processes):
                _begin(server)
            yield server

    def _starter(self, kind: str, sockets: Iterator[list[socket.socket]]) -> Callable[[], subprocess.Popen]:
        """Each process gets the next of the sockets: one that died is replaced by one with its own."""

        def start() -> subprocess.Popen:
            inherited = next(sockets)
            fds = [s.fileno() for s in inherited]
            port = inherited[0].getsockname()[1]
            environment = child_environment(
                **self.urls, **LOAD_TEST, PORT=str(port), HUB_DATA_DIR=str(self.folder)
            )
            if kind == HUB:
                command: list[Any] = me("_web", "--fd", str(fds[0]))
                if self.profile:
                    command[2:2] = ["-m", "cProfile", "-o", str(self.profile)]
            elif kind == EPOLL:
                command = [program(EPOLL_SOURCE), *map(str, fds)]
            else:
                command = [sys.executable, "-P", "-m", "bench.live.idioms", kind, str(fds[0])]
            process = tied.spawn(command, env=environment, pass_fds=fds)
            if self.pinned:
                machine.give_the_first_core(process.pid)
            return process

        return start


@contextmanager
def house(*, pinned: bool = True, profile: Path | None = None) -> Iterator[House]:
    """A house with a network and a topic of its own, and who writes there."""
    with empty(pinned=pinned, profile=profile) as built, built.publisher(HUB) as built.writer:
        built.place = built.writer.ask("found", 60)
        yield built


@contextmanager
def empty(*, pinned: bool = True, profile: Path | None = None) -> Iterator[House]:
    """`pinned`: one core for the server, another for all else, so that the server is what is measured."""
    machine.open_many_files()
    if pinned:
        machine.keep_off_the_first_core()
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user, who has to pass
        try:
            with Embedded(Path(folder), durable=True) as embedded:
                built = House(Path(folder), embedded, pinned=pinned, profile=profile)
                built.migrate()
                yield built
        finally:
            machine.use_all_cores()


def _begin(server: Server) -> None:
    """One more process. While it starts the others are held, so that it is the one that answers."""
    others = list(server.processes)
    for other in others:
        other.send_signal(signal.SIGSTOP)
    try:
        server.processes.append(server.start_process())
        _await_answer(server)
    finally:
        for other in others:
            other.send_signal(signal.SIGCONT)


def _await_answer(server: Server) -> None:
    """Until its processes have started: a socket that listens already says nothing about them."""
    until = time.monotonic() + READY_SECONDS
    while not _answers(server):
        if any(process.poll() is not None for process in server.processes):
            raise Trouble(f"{server.kind} ended before it answered; what it said is above.")
        if time.monotonic() > until:
            raise Trouble(f"{server.kind} did not answer within {READY_SECONDS} seconds.")
        time.sleep(0.05)


def _answers(server: Server) -> bool:
    if server.kind == HUB:
        return listening.status("127.0.0.1", server.port, "/readyz") == 200
    with suppress(Trouble), server.crowd(1) as one:
        one.gather(5)
        return True
    return False
