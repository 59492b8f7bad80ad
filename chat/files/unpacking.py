"""Office files are archives. This one is read to its end here, within limits, before anybody else opens it."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from chat.errors import Invalid
from chat.languages import _, sentence

MOST_ENTRIES = 4000
MOST_UNPACKED = 256 * 2**20  # bytes
MOST_TYPES = 2**20
HARMLESS, MOST_RATIO = 16 * 2**20, 100  # up to so many bytes unpacked it may be packed as tightly as it likes
STEP = 2**16

MAIN = re.compile(
    rb"application/vnd\.openxmlformats-officedocument\."
    rb"(wordprocessingml\.document|presentationml\.presentation|spreadsheetml\.sheet)\.main\+xml"
)
KINDS = {
    b"wordprocessingml.document": "docx",
    b"presentationml.presentation": "pptx",
    b"spreadsheetml.sheet": "xlsx",
}
PROGRAMS = re.compile(
    r"vba(project|data)|macrosheets/|activex/|\.(doc|dot|xls|xlt|ppt|pot|pps|xla|ppa)m$", re.IGNORECASE
)

BOMB = sentence("This file unpacks to far more than it is, so it was not kept.")
BROKEN = sentence(
    "This Office file is damaged, or put together in an unusual way. Save it again with its own program."
)
UNKNOWN = sentence(
    "This is an archive, or a kind of Office file that can’t be attached. Word (.docx), PowerPoint (.pptx) and Excel (.xlsx) files can."
)
MACROS = sentence(
    "This file has macros in it: small programs that can do harm. Save it without them and attach that."
)


def office_kind(file: BinaryIO) -> str:
    """docx, pptx or xlsx. Raises Invalid("files", …) for any other archive, and for one that deceives."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
            _stay_in_bounds(file, entries)
            _lie_end_to_end(file, entries, archive.start_dir)
        if any(PROGRAMS.search(entry.filename) for entry in entries):
            raise Invalid("files", _(MACROS))
        types = b""
        for entry in entries:
            content = _unpacked(file, entry)
            if entry.filename == "[Content_Types].xml" and entry.file_size <= MOST_TYPES:
                types = b"".join(content)
            else:
                for piece in content:
                    if b"<!DOCTYPE" in piece[:1024]:  # no Office file has one, and entities can be bombs too
                        raise Invalid("files", _(BROKEN))
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        KeyError,
        NotImplementedError,
        OverflowError,
        RuntimeError,
    ):
        raise Invalid("files", _(BROKEN)) from None
    if b"macroEnabled" in types:
        raise Invalid("files", _(MACROS))
    kinds = {KINDS[name] for name in MAIN.findall(types)}
    if len(kinds) != 1:
        raise Invalid("files", _(UNKNOWN))
    return kinds.pop()


def _stay_in_bounds(file: BinaryIO, entries: list[zipfile.ZipInfo]) -> None:
    size, unpacked = file.seek(0, 2), sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > max(HARMLESS, min(MOST_UNPACKED, MOST_RATIO * size)):
        raise Invalid("files", _(BOMB))


def _lie_end_to_end(file: BinaryIO, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """From the first byte to the last it is this archive: nothing before, between, behind, and nothing said twice."""
    names = {entry.filename for entry in entries}
    if len(names) != len(entries) or "[Content_Types].xml" not in names:
        raise Invalid("files", _(UNKNOWN))
    at = 0
    for entry in entries:
        # After what is packed its size may stand once more, in 24 bytes at most.
        if not at <= entry.header_offset <= at + (24 if at else 0) or entry.flag_bits & 1:
            raise zipfile.BadZipFile
        at = _start_of(file, entry) + entry.compress_size
    file.seek(-22, 2)
    if not at <= directory <= at + 24 or not re.match(rb"PK\x05\x06.{16}\0\0", file.read(), re.DOTALL):
        raise zipfile.BadZipFile


def _start_of(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Where what is packed begins. Its own header must call it as the directory does."""
    file.seek(entry.header_offset)
    header = file.read(30)
    name = file.read(int.from_bytes(header[26:28], "little"))
    if (
        header[:4] != b"PK\3\4"
        or name.decode("utf-8" if entry.flag_bits & 0x800 else "cp437") != entry.orig_filename
    ):
        raise zipfile.BadZipFile
    return entry.header_offset + 30 + len(name) + int.from_bytes(header[28:30], "little")


def _unpacked(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content in pieces. It must be as long as it says, and what its check sum says."""
    file.seek(_start_of(file, entry))
    left, size, crc = entry.compress_size, 0, 0
    inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    if inflate is None and entry.compress_type != zipfile.ZIP_STORED:
        raise NotImplementedError
    while left:
        packed = file.read(min(STEP, left))
        left -= len(packed)
        if not packed:
            raise zipfile.BadZipFile
        piece = b""
        while packed or len(piece) == STEP:  # more of it may be on its way though all was taken in
            piece = inflate.decompress(packed, STEP) if inflate else packed
            packed = inflate.unconsumed_tail if inflate else b""
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            if size > entry.file_size or (inflate and inflate.unused_data):
                raise zipfile.BadZipFile
            yield piece
            if not inflate:
                break
    if size != entry.file_size or crc != entry.CRC or (inflate and not inflate.eof):
        raise zipfile.BadZipFile
