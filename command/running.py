"""The whole product as one process tree: `serve`, and `demo` with a community in it."""

import os
import socket
from collections.abc import Callable

from chat.config import Settings
from command import listening
from command.child import Child
from command.embedded import Embedded, await_ready, tied
from command.environment import child_environment, me
from command.folder import Folder
from command.signals import Signals
from command.supervising import Supervisor, say
from command.trouble import Stopped

# Under five seconds for all: three for open requests, the rest for everyone else.
WEB_PATIENCE, PATIENCE = 3.3, 0.7

# After a kill -9 the web processes let go of the port as soon as they notice.
PORT_PATIENCE = 5


def run(
    folder: Folder,
    settings: Settings,
    *,
    verb: str,
    greet: Callable[["House"], str],
    quiet: bool = True,
    greet_first: bool = False,
) -> None:
    """Serve until asked to stop. `greet` runs an errand or two and returns what to print below `ready`."""
    with Signals() as signals:
        try:
            with folder.held(verb) as killed:
                patience = PORT_PATIENCE if killed else 0
                with listening.sockets(
                    settings.host, settings.port, settings.workers, patience=patience
                ) as listeners:
                    House(folder, settings, listeners, Supervisor(signals)).run(
                        verb, greet, lively=not quiet, greet_first=greet_first
                    )
        except Stopped:
            say("Stopped.")


class House:
    """Everything that runs under one roof."""

    def __init__(
        self, folder: Folder, settings: Settings, listeners: list[socket.socket], supervisor: Supervisor
    ) -> None:
        self.folder, self.settings, self.listeners, self.supervisor = folder, settings, listeners, supervisor
        self.environment = child_environment(HUB_DATA_DIR=str(folder.path))
        self.address = f"http://{_in_url(listening.reachable(settings.host))}:{settings.port}"

    def run(self, verb: str, greet: Callable[["House"], str], *, lively: bool, greet_first: bool) -> None:
        embedded = Embedded(
            self.folder.path, postgres=not self.settings.database_url, valkey=not self.settings.redis_url
        )
        try:
            self._start_servers(embedded)
            self.folder.tell(
                pid=os.getpid(), verb=verb, address=self.address,
                database_url=embedded.database_url, redis_url=embedded.redis_url,
            )  # fmt: skip
            if changes := self.errand("_prepare"):
                say(f"Database brought up to date: {changes.strip()}.")
            # Side by side it is ready sooner; but nobody should look in while a demo is being loaded.
            greeting = greet(self) if greet_first else ""
            self._start_processes()
            greeting = greeting or greet(self)
            self.supervisor.watch(until=self._answers)
            print(f"ready {self.address}", flush=True)
            if greeting:
                print(greeting, flush=True)
            if lively:
                self.supervisor.start(self._child("The lively demo", "_lively", essential=False))
            self.supervisor.signals.raising = False
            self.supervisor.watch()
        finally:
            self.supervisor.stop()
            embedded.forget()

    def errand(self, *arguments: str) -> str:
        return self.supervisor.run(me(*arguments), self.environment)

    def _start_servers(self, embedded: Embedded) -> None:
        children = [(s, self.supervisor.start(Child(s.name, s.spawn, s.stop))) for s in embedded.servers]
        for server, child in children:
            if child.process:
                await_ready(server, child.process)
        if embedded.postgres:
            self.environment["DATABASE_URL"] = embedded.database_url
        if embedded.valkey:
            self.environment["REDIS_URL"] = embedded.redis_url

    def _start_processes(self) -> None:
        self.supervisor.start(self._child("The worker", "_worker"))
        for listener in self.listeners:
            self.supervisor.start(web_child(listener, self.environment))

    def _child(self, name: str, *arguments: str, essential: bool = True) -> Child:
        return Child(
            name,
            lambda: tied.spawn(me(*arguments), env=self.environment),
            patience=PATIENCE,
            essential=essential,
        )

    def _answers(self) -> bool:
        return listening.status(self.settings.host, self.settings.port, "/readyz") == 200


def web_child(listener: socket.socket, environment: dict[str, str]) -> Child:
    command = me("_web", "--fd", str(listener.fileno()))
    return Child(
        "The web process",
        lambda: tied.spawn(command, env=environment, pass_fds=[listener.fileno()]),
        patience=WEB_PATIENCE,
    )


def run_web(settings: Settings, urls: dict[str, str]) -> None:
    """Web processes only, for who runs the worker and the servers apart."""
    with Signals() as signals:
        supervisor = Supervisor(signals)
        try:
            with listening.sockets(settings.host, settings.port, settings.workers) as listeners:
                environment = child_environment(**urls)
                for listener in listeners:
                    supervisor.start(web_child(listener, environment))
                signals.raising = False
                supervisor.watch()
        except Stopped:
            pass
        finally:
            supervisor.stop()


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
