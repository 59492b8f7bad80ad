"""The product as it runs: PostgreSQL, Valkey behind the proxy, web processes and a worker, to be killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from command.embedded import Embedded, Server, tied
from command.listening import sockets
from tests.faults.asking import NoAnswer, ask
from tests.faults.journal import Fault, Journal, now
from tests.faults.proxy import Proxy

ROOT = Path(__file__).parents[2]


class Lent:
    """Servers of somebody else's, which are not to be killed."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.database_url, self.redis_url = database_url, redis_url
        self.postgres = self.valkey = None
        self.servers: list[Server] = []
        self.processes: dict[Server, subprocess.Popen] = {}

    def stop(self) -> None:
        """They are not ours."""


PATIENCE = 60.0


class World:
    """`start` and `stop` it. Whatever goes amiss on purpose is written into the journal, from when until when."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        *,
        processes: int = 2,
        plant: str = "",
        lose: float = 0.0,
        servers: "Lent | None" = None,
    ) -> None:
        self.folder, self.seed, self.plant, self.lose = folder, seed, plant, lose
        self.journal = Journal(folder / "world.journal")
        self.servers: Embedded | Lent = servers or Embedded(folder / "data")
        # A port for each, so that a client's journal tells which process it speaks to.
        self._bound = ExitStack()
        self.listeners: list[socket.socket] = [
            self._bound.enter_context(sockets("127.0.0.1", 0))[0] for _ in range(processes)
        ]
        self.webs: list[subprocess.Popen | None] = [None] * processes
        self.worker: subprocess.Popen | None = None
        self.kills = 0

    @property
    def ports(self) -> list[int]:
        return [listener.getsockname()[1] for listener in self.listeners]

    @property
    def database_url(self) -> str:
        return self.servers.database_url

    @property
    def superuser_url(self) -> str:
        return self.database_url.replace("hub@", "postgres@")

    # Starting

    async def start_servers(self) -> None:
        for server in self.servers.servers:
            await self._bring_up(server)
        self.proxy = Proxy(self.servers.redis_url.removeprefix("unix://"), self.seed)
        await self.proxy.start()

    async def start_processes(self) -> None:
        for place in range(len(self.webs)):
            self.spawn_web(place)
        self.spawn_worker()
        await asyncio.gather(*(self.answering(place) for place in range(len(self.webs))))

    async def _bring_up(self, server: Server) -> None:
        until = now() + PATIENCE
        while True:
            process = self.servers.processes[server] = server.spawn()
            while process.poll() is None and not server.ready(process):
                await asyncio.sleep(0.02)
            if process.poll() is None:
                return
            # What a killed one left behind may hold it up for a moment.
            if now() > until:
                raise RuntimeError(f"{server.name} does not start: {server.last_words()}")
            await asyncio.sleep(0.2)

    def spawn_web(self, place: int) -> None:
        fd = self.listeners[place].fileno()
        self.webs[place] = self._spawn(
            f"web-{place}", "tests.faults.start", str(fd), pass_fds=(fd,),
            environment={
                "FAULTS_PROCESS": str(place),
                "FAULTS_JOURNAL": str(self.folder / f"web-{place}.journal"),
                "FAULTS_PLANT": self.plant,
                "FAULTS_LOSE": str(self.lose),
            },
        )  # fmt: skip

    def spawn_worker(self) -> None:
        self.worker = self._spawn("worker", "command", "worker", environment={})

    def _spawn(self, name: str, *command: str, environment: dict[str, str], **options) -> subprocess.Popen:
        ours = {
            "DATABASE_URL": self.database_url, "REDIS_URL": self.proxy.address, "HUB_DEV": "1", "HUB_LOG_LEVEL": "warning",
            "HUB_RATE_LIMITS": "0", "HUB_LIVE_HEARTBEAT": "2", "HUB_LIVE_STALL": "3", "HUB_LIVE_OPS": "60",
            "HUB_LIVE_PER_MEMBER": "200", "HUB_LIVE_PER_ADDRESS": "200",
        }  # fmt: skip
        inherited = {n: v for n, v in os.environ.items() if not n.startswith("HUB_")}
        with (self.folder / f"{name}.log").open("ab") as log:
            return tied.spawn(
                [sys.executable, "-m", *command], on_orphaned=signal.SIGKILL, cwd=ROOT, stdout=log, stderr=log,
                env={**inherited, **ours, **environment}, **options,
            )  # fmt: skip

    async def answering(self, place: int) -> None:
        """Until the web process of this place answers; one that ends by itself is started again, as the supervisor does."""
        until = now() + PATIENCE
        while now() < until:
            process = self.webs[place]
            if process is not None and process.poll() is not None:
                self.spawn_web(place)  # it found no database at its start, and gave up
            try:
                if (await ask(self.ports[place], "GET", "/healthz", patience=1)).fine:
                    return
            except NoAnswer:
                pass
            await asyncio.sleep(0.05)
        raise RuntimeError(f"web process {place} does not answer")

    # Faults

    def note(self, since: float, kind: str, target: str, kills: int = 0) -> None:
        self.kills += kills
        self.journal.write(Fault(since, now(), kind, target, kills))
        self.journal.flush()

    async def kill_web(self, place: int, pause: float, *, by: signal.Signals = signal.SIGKILL) -> None:
        """SIGKILL; SIGTERM, which it may take its time for; or SIGUSR1, after which it dies when it next publishes."""
        process, since = self.webs[place], now()
        assert process is not None
        process.send_signal(by)
        if not await ended(process, 3 if by is signal.SIGUSR1 else 10):
            process.kill()
            await ended(process, 10)
        self.webs[place] = None
        await asyncio.sleep(pause)
        self.spawn_web(place)
        await self.answering(place)
        self.note(
            since,
            {signal.SIGTERM: "term"}.get(by, "kill"),
            f"web {place}",
            kills=int(by is not signal.SIGTERM),
        )

    async def kill_worker(self, pause: float) -> None:
        since = now()
        assert self.worker is not None
        self.worker.kill()
        await ended(self.worker, 10)
        await asyncio.sleep(pause)
        self.spawn_worker()
        self.note(since, "kill", "worker", kills=1)

    async def kill_server(self, server: Server | None, pause: float, *, meanwhile=None) -> None:
        """All its processes at once, as when the machine goes off."""
        assert server is not None
        process, since = self.servers.processes[server], now()
        os.killpg(process.pid, signal.SIGKILL)
        await ended(process, 10)
        await asyncio.sleep(pause)
        if meanwhile is not None:
            await asyncio.to_thread(meanwhile)
        await self._bring_up(server)
        self.note(since, "kill", server.name, kills=1)

    async def freeze(self, target: str, pid: int, seconds: float) -> None:
        since = now()
        os.killpg(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.killpg(pid, signal.SIGCONT)
        self.note(since, "stop", target)

    # Ending

    async def stop(self) -> None:
        children = [p for p in (*self.webs, self.worker) if p is not None]
        for process in children:
            process.terminate()
        for process in children:
            if not await ended(process, 8):
                process.kill()
                process.wait()
        self._bound.close()
        if hasattr(self, "proxy"):
            await self.proxy.stop()
        self.servers.stop()
        self.journal.close()


async def ended(process: subprocess.Popen, within: float) -> bool:
    until = now() + within
    while process.poll() is None:
        if now() > until:
            return False
        await asyncio.sleep(0.01)
    return True
