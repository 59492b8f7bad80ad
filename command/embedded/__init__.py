"""The private PostgreSQL and Valkey of one data folder, for whoever has no servers of their own.

with Embedded(Path("var")) as servers:
    servers.database_url, servers.redis_url
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from command.embedded import tied
from command.embedded.postgres import Postgres
from command.embedded.valkey import Valkey
from command.trouble import Trouble, about_file

Server = Postgres | Valkey

# A crash recovery of much data takes its time; a start that hangs should still be told.
PATIENCE = 120


class Embedded:
    """Starts on entering and stops on leaving, from the main thread. Holding the folder's lock is the caller's.

    Without `durable` nothing is promised for a power cut, and tests run faster.
    """

    def __init__(
        self, data: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True
    ) -> None:
        data = Path(data).resolve()
        self.sockets = private_folder()
        self.note = data / "sockets"  # where the sockets are, should nobody come to remove them
        try:
            data.mkdir(mode=0o711, parents=True, exist_ok=True)
            remove_stale(self.note)
            self.note.write_text(str(self.sockets))
            self.postgres = Postgres(data / "postgres", self.sockets, durable=durable) if postgres else None
            self.valkey = Valkey(data / "valkey", self.sockets, durable=durable) if valkey else None
        except BaseException as error:
            shutil.rmtree(self.sockets, ignore_errors=True)
            if isinstance(error, OSError):
                raise about_file(error, data) from None
            raise
        self.processes: dict[Server, subprocess.Popen] = {}

    @property
    def servers(self) -> list[Server]:
        return [s for s in (self.postgres, self.valkey) if s]

    @property
    def database_url(self) -> str:
        return self.postgres.url if self.postgres else ""

    @property
    def redis_url(self) -> str:
        return self.valkey.url if self.valkey else ""

    def start(self) -> None:
        """Start both side by side, and return when both answer."""
        for server in self.servers:
            self.processes[server] = server.spawn()
        for server, process in self.processes.items():
            await_ready(server, process)

    def stop(self) -> None:
        for server, process in reversed(self.processes.items()):
            server.stop(process)
        self.processes.clear()
        self.forget()

    def forget(self) -> None:
        shutil.rmtree(self.sockets, ignore_errors=True)
        self.note.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def await_ready(server: Server, process: subprocess.Popen) -> None:
    def settled() -> bool:
        return process.poll() is not None or server.ready(process)

    if not tied.eventually(settled, PATIENCE):
        raise Trouble(f"{server.name} has not become ready within {PATIENCE} seconds. Its log: {server.log}")
    if process.poll() is not None:
        words = server.last_words()
        if "No space left on device" in words:
            raise Trouble(f"There is no space left on the disk of {server.folder}.")
        raise Trouble(f"{server.name} did not start. Its last words, from {server.log}:\n{words}")


def private_folder() -> Path:
    """A folder for sockets: their paths may have 107 bytes, so it is not in the data folder."""
    longest = 60
    place = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix="hub-", dir=place if len(os.fsencode(place)) < longest else "/tmp"))  # noqa: S108


def remove_stale(note: Path) -> None:
    """Remove the sockets that a killed hub left."""
    if (
        note.exists()
        and (path := Path(note.read_text().strip())).name.startswith("hub-")
        and not path.is_symlink()
    ):
        shutil.rmtree(path, ignore_errors=True)
