"""A plain pg_dump, read row by row: its COPY blocks, and nothing of the rest.

The text format of COPY is that of PostgreSQL's manual: tabs between columns, \\N for null, backslashes before the rest.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from chat.importing.archives import DAMAGED, Broken

Row = tuple[str | None, ...]

COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \((.*)\) FROM stdin;\s*')
ENCODING = re.compile(rb"SET client_encoding = '([\w-]+)';")
COMPLETE = b"-- PostgreSQL database dump complete"
END = b"\\."
CUSTOM = b"PGDMP"
LONGEST_LINE = 16 * 2**20  # bytes; no text of a forum comes near it
NAMES = {"UTF8": "utf-8", "SQL_ASCII": "utf-8", "LATIN1": "latin-1", "LATIN9": "iso8859-15"}

ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class Dump:
    """`others` counts the rows of tables that nobody asked for; `unreadable` those whose columns don't fit."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.encoding = "utf-8"
        self.others: Counter[str] = Counter()
        self.unreadable: Counter[str] = Counter()
        self.garbled: Counter[str] = Counter()

    def rows(self, wanted: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Row]]:
        """The rows of the wanted tables, in the order of the dump: of each its wanted columns. Raises Broken."""
        try:
            yield from self._rows(wanted)
        except DAMAGED:
            raise Broken("The file is damaged, or ends before its end.") from None

    def _rows(self, wanted: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Row]]:
        first, complete = True, False
        while line := self.stream.readline(LONGEST_LINE):
            if first and line.startswith(CUSTOM):
                raise Broken(
                    "This is a dump in PostgreSQL’s own format. Make a plain one of it: pg_restore -f dump.sql"
                )
            first = False
            if found := COPY.fullmatch(line):
                name = found[1].decode()
                there = [column.strip(' "') for column in found[2].decode().split(",")]
                yield from self._block(name, there, wanted.get(name))
            elif found := ENCODING.match(line):
                self.encoding = self._codec(found[1].decode())
            elif line.startswith(COMPLETE):
                complete = True
        if not complete:
            raise Broken("The dump ends before its end: its last line is missing. Copy it again.")

    def _codec(self, name: str) -> str:
        try:
            return codecs.lookup(NAMES.get(name, name)).name
        except LookupError:
            raise Broken(f"The dump is written in {name}, which can’t be read here.") from None

    def _block(self, name: str, there: list[str], columns: Sequence[str] | None) -> Iterator[tuple[str, Row]]:
        places = [there.index(c) if c in there else None for c in columns or ()]
        while line := self.stream.readline(LONGEST_LINE):
            if not line.endswith(b"\n"):
                self._pass_over(name)
                continue
            line = line[:-1]
            if line == END:
                return
            if columns is None:
                self.others[name] += 1
                continue
            fields = line.split(b"\t")
            if len(fields) != len(there):
                self.unreadable[name] += 1
                continue
            yield name, tuple(None if at is None else self._text(name, fields[at]) for at in places)
        raise Broken(f"The dump ends in the middle of the table “{name}”.")

    def _pass_over(self, name: str) -> None:
        """The rest of a line that is longer than any."""
        while (more := self.stream.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
            pass
        if not more:
            raise Broken(f"The dump ends in the middle of the table “{name}”.")
        self.unreadable[name] += 1

    def _text(self, name: str, field: bytes) -> str | None:
        if field == rb"\N":
            return None
        if b"\\" in field:
            field = ESCAPE.sub(_unescaped, field)
        try:
            return field.decode(self.encoding)
        except UnicodeDecodeError:
            self.garbled[name] += 1
            return field.decode(self.encoding, "replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    word = match[1]
    if word in LETTERS:
        return LETTERS[word]
    if word[:1] == b"x" and len(word) > 1:
        return bytes([int(word[1:], 16)])
    if word.isdigit() and word[:1] < b"8":
        return bytes([int(word, 8) & 255])
    return word
