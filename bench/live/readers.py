"""A crowd of readers: the C program that opens thousands of sockets and counts what reaches them."""

import mmap
import os
import struct
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple, Self

from bench.aides import Aide
from bench.compiled import program
from command.trouble import Trouble

SOURCE = Path(__file__).with_name("readers.c")
SOURCES = 8  # addresses of this machine that they come from: one has ports for 28,000
LIFETIME = 900  # seconds until a forgotten crowd ends by itself


class Progress(NamedTuple):
    """What the crowd tells while it counts."""

    deliveries: int
    complete: int  # the number up to which every reader has everything
    live: int


class Board:
    """The file on which the crowd writes its progress."""

    SIZE = 24

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), self.SIZE)

    def read(self) -> Progress:
        return Progress(*struct.unpack("QQQ", self._memory[: self.SIZE]))


class Crowd:
    """`readers` connections to a server; all of them are live once `gather` has returned."""

    def __init__(
        self,
        port: int,
        stream: str,
        readers: int,
        *,
        narrow: int = 0,
        comes_back: bool = False,
        deflate: bool = False,
    ) -> None:
        """`narrow`: so many have the smallest buffers. `comes_back`: whoever is cut off comes back with its cursor."""
        self.readers = readers
        self._file = tempfile.NamedTemporaryFile(prefix="hub-readers-")  # noqa: SIM115 - closed in __exit__
        self._file.write(bytes(Board.SIZE))
        self._file.flush()
        self.board_path = Path(self._file.name)
        self.board = Board(self.board_path)
        options: dict[str, Any] = {
            "port": port, "stream": stream, "readers": readers, "sources": SOURCES, "narrow": narrow,
            "come-back": int(comes_back), "deflate": int(deflate), "lifetime": LIFETIME, "progress": self._file.name,
        }  # fmt: skip
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        self.aide = Aide("The crowd of readers", [program(SOURCE), *words])

    def gather(self, patience: float = 300) -> float:
        """Until all are live; the seconds it took."""
        return self._await(self.readers, 0, patience)

    def gather_again(self, patience: float) -> float:
        """Until all have come back since the last `mark`, and are live."""
        return self._await(self.readers, self.readers, patience)

    def _await(self, live: int, again: int, patience: float) -> float:
        told = self.aide.ask(f"await {live} {again} {patience}", patience + 10)
        if told["live"] < live or told["again"] < again:
            raise Trouble(
                f"Of {self.readers} readers only {told['live']} were live after {told['seconds']} seconds: {self.report()}"
            )
        return told["seconds"]

    def mark(self) -> None:
        """Count afresh from here."""
        self.aide.ask("mark")

    def report(self) -> dict[str, Any]:
        """What was counted since the last mark; readers.c names the fields."""
        return self.aide.ask("report")

    def stall(self, count: int) -> None:
        """So many stop reading."""
        self.aide.ask(f"stall {count}")

    def cut(self) -> None:
        """All connections break off."""
        self.aide.ask("cut")

    def step_back(self) -> None:
        """Take the processor only when nobody else does: the readers stand for ten thousand other machines."""
        os.setpriority(os.PRIO_PROCESS, self.aide.process.pid, 19)

    def await_complete(self, number: int, patience: float = 60) -> None:
        """Until every reader has everything up to this number."""
        until = time.monotonic() + patience
        while self.board.read().complete < number:
            if time.monotonic() > until:
                raise Trouble(
                    f"After {patience:.0f} seconds not every reader has message {number}: {self.report()}"
                )
            time.sleep(0.002)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.aide.__exit__()
        self._file.close()
