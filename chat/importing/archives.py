"""A file that is read once, from its beginning to its end, whatever it is packed in. Nothing is unpacked to the disk."""

import gzip
import io
import tarfile
import zlib
from pathlib import Path
from typing import BinaryIO, cast

GZIP, TAR_AT, TAR = b"\x1f\x8b", 257, b"ustar"
DUMPS = ("dump.sql", "dump.sql.gz")

# What reading raises when a file is damaged, or ends too early.
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError)


class Broken(Exception):
    """This is not what it should be; the message says what is wrong with it."""


class Archive:
    """A dump or a mailbox: plain, gzipped, or as a part of a backup. `position` of `size` bytes have been read."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, path.stat().st_size
        self.raw = path.open("rb")
        self.tar: tarfile.TarFile | None = None
        self.files = self.bytes = 0  # of the uploads beside the dump

    @property
    def position(self) -> int:
        return self.raw.tell()

    def content(self) -> BinaryIO:
        """The text of it; of a backup that of its dump. Raises Broken."""
        try:
            return self._content()
        except DAMAGED:
            raise Broken(f"{self.path.name} is damaged, or ends before its end.") from None

    def _content(self) -> BinaryIO:
        head = self.raw.read(512)
        self.raw.seek(0)
        if head[: len(GZIP)] == GZIP:
            with gzip.open(self.raw) as unpacked:
                head = unpacked.read(512)
            self.raw.seek(0)
        if head[TAR_AT : TAR_AT + len(TAR)] == TAR:
            return self._dump_within()
        return _unpacked(self.raw)

    def _dump_within(self) -> BinaryIO:
        self.tar = tarfile.open(fileobj=self.raw, mode="r|*")  # noqa: SIM115 - closed with the raw file
        for member in self.tar:
            if member.isfile() and Path(member.name).name in DUMPS:
                return _unpacked(cast(BinaryIO, self.tar.extractfile(member)), member.name)
            self._count(member)
        raise Broken(f"There is no dump.sql.gz in {self.path.name}.")

    def look_through(self) -> None:
        """Count the files behind the dump."""
        try:
            for member in self.tar or ():
                self._count(member)
        except DAMAGED:
            raise Broken(f"{self.path.name} is damaged, or ends before its end.") from None

    def _count(self, member: tarfile.TarInfo) -> None:
        if member.isfile() and Path(member.name).name not in DUMPS:
            self.files += 1
            self.bytes += member.size

    def close(self) -> None:
        self.raw.close()


def _unpacked(stream: BinaryIO, name: str = "") -> BinaryIO:
    packed = name.endswith(".gz")
    if not name:
        packed = stream.read(2) == GZIP
        stream.seek(0)
    if not packed:
        return stream
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=stream)), 2**18))
