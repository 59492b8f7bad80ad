"""A private Valkey on a Unix socket."""

import signal
import socket
import subprocess
from pathlib import Path

from command.embedded import binaries, tied
from command.embedded.logfile import appended, last_words
from command.trouble import Trouble, about_file


class Valkey:
    name = "Valkey"

    def __init__(self, folder: Path, sockets: Path, *, durable: bool = True) -> None:
        self.folder, self.durable = folder, durable
        self.socket = sockets / "valkey.sock"
        self.program = binaries.valkey()
        self.log = folder.parent / "valkey.log"
        self.pid_file = folder / "pid"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def spawn(self) -> subprocess.Popen:
        """Start it, after ending one that a killed hub left behind."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise about_file(error, self.folder) from None
        self._end_orphan()
        keep = (
            ["--appendonly", "yes", "--appendfsync", "everysec"] if self.durable else ["--appendonly", "no"]
        )
        with appended(self.log) as log:
            process = tied.spawn(
                [self.program.path, "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "600",
                 "--dir", self.folder, "--save", "", *keep, "--loglevel", "warning"],
                stdout=log, stderr=log,
            )  # fmt: skip
        # It shows its socket in its command line: that tells it from any other process of this number.
        self.pid_file.write_text(f"{process.pid}\n{self.socket}\n")
        return process

    def ready(self, process: subprocess.Popen) -> bool:
        """It answers, and no longer that it is loading."""
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(2)
                s.connect(str(self.socket))
                s.sendall(b"PING\r\n")
                return s.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def last_words(self) -> str:
        return last_words(self.log)

    def stop(self, process: subprocess.Popen, hurry: bool = False) -> None:
        for number, seconds in [(signal.SIGTERM, 0.3 if hurry else 1.0), (signal.SIGKILL, 5.0)]:
            if process.poll() is not None:
                break
            process.send_signal(number)
            tied.eventually(lambda: process.poll() is not None, seconds)
        self.pid_file.unlink(missing_ok=True)

    def _end_orphan(self) -> None:
        try:
            number, socket_path = self.pid_file.read_text().splitlines()[:2]
            pid = int(number)
        except (OSError, ValueError):
            return
        if not tied.alive(pid) or socket_path not in tied.command_of(pid):
            return
        if not tied.end(pid, [(signal.SIGTERM, 5), (signal.SIGKILL, 5)]):
            raise Trouble(
                f"An earlier Valkey (process {pid}) still uses {self.folder} and does not end. End it, then try again."
            )
