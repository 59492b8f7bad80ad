"""Lists of addresses as hosts have them: typed one to a line, copied from a letter, saved by a spreadsheet program."""

import asyncio
import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from chat.errors import Invalid
from chat.fields import UNWANTED
from chat.languages import _, grouped, language
from chat.members.joining import clean_email

MOST_LINES = 50_000
MOST_BYTES = 4 * 1024 * 1024
LONGEST = 320  # of what is told again of a line; an address has 254 characters at most

# What nearly all addresses look like: the full check takes fifty times as long.
PLAIN = re.compile(
    r"[a-z0-9_%+-]{1,64}(?:\.[a-z0-9_%+-]{1,64}){0,8}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}"
)
LOCAL = re.compile(r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*")
RESERVED = (".local", ".localhost", ".invalid", ".onion", ".arpa", ".test")
ANGLED = re.compile(r"(.*)<\s*([^<>]*?)\s*>[\s,;]*")
OPENS_QUOTES = {mark: re.compile(rf'(?:^|{mark})[ ]*"') for mark in "\t;,"}
LINES_OF_A_CELL = 10  # a quote that is never closed takes no more of the list with it
# Headings of columns; a dot or an @ would make it an address, however broken.
MAIL = re.compile(r"[^@.]*\b(?:e-?mails?|e-?mail-?adresse|mail|courriel|correo)\b[^@.]*", re.I)
ADDRESS = re.compile(r"[^@.]*\b(?:address(?:es)?|adresse)\b[^@.]*", re.I)  # where people live, perhaps
NAMES = re.compile(r"[^@.]*(?:name|\bnom\b|nombre|prénom)[^@.]*", re.I)


class Entry(NamedTuple):
    """What stands in a line of a list; no `email` where none can be made out. `same_as` is the line that had it first."""

    line: int
    typed: str
    name: str
    email: str | None
    same_as: int | None = None


class Columns(NamedTuple):
    """Where the headings of a list say that its addresses and names stand; None where they don't say it."""

    address: int | None
    names: list[int]


# One after the other: a list of nothing but unusual addresses takes many seconds of a processor.
_slot = asyncio.Semaphore(1)


async def read_list(given: str | bytes) -> list[Entry]:
    """`entries`, off the event loop. Raises Invalid("list") for more than MOST_BYTES."""
    if len(given if isinstance(given, bytes) else given.encode()) > MOST_BYTES:
        raise Invalid("list", _("This list is too large: it can be {n} MB at most.", n=MOST_BYTES >> 20))
    async with _slot:
        return await asyncio.to_thread(entries, given)


def entries(given: str | bytes) -> list[Entry]:
    """Every address of a list, and every line without one. Formulas are texts like any other. Raises Invalid("list")."""
    text = decoded(given) if isinstance(given, bytes) else given
    text = text.replace("\x00", "").removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found: list[Entry] = []
    first_at: dict[str, int] = {}
    for line, typed, name, email in _found(lines):
        found.append(Entry(line, typed, name, email, first_at.get(email) if email else None))
        if email:
            first_at.setdefault(email, line)
        if len(found) > MOST_LINES:
            raise Invalid(
                "list",
                _(
                    "This list has more than {n} lines. Split it, and send one part after the other.",
                    n=grouped(MOST_LINES, language()),
                ),
            )
    if not found:
        raise Invalid("list", _("There is no address in this list."))
    return found


def decoded(raw: bytes) -> str:
    """A file's text: UTF-8 or UTF-16, with or without its mark, else what Windows wrote in Western Europe."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    start = raw[:2000]
    if start.count(0) > len(start) // 3:
        return raw.decode("utf-16-be" if start[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _found(lines: Sequence[str]) -> Iterator[tuple[int, str, str, str | None]]:
    columns: Columns | None = None
    mark, start = _delimiter(lines)
    headings_may_come = True
    for line, cells in _rows(lines, mark, start):
        if headings_may_come:
            headings_may_come = False
            if columns := _columns(cells):
                continue
        for typed, name, address in _addresses(cells, columns):
            yield line, _tidy(typed, LONGEST), _tidy(name, 80), _email(address)


def _delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """What stands between cells, by the first lines, and the index of the first row."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if first < len(lines) and (told := re.fullmatch(r"sep=([\t;,])\s*", lines[first], re.I)):  # Excel's own
        return told[1], first + 1
    sample = [re.sub(r'"[^"]*"', "", line) for line in lines[first : first + 200] if line.strip()]
    return max("\t;,", key=lambda mark: sum(mark in line for line in sample)), first


def _rows(lines: Sequence[str], mark: str, at: int) -> Iterator[tuple[int, list[str]]]:
    """Each row that has something in it, with the number of its first line."""
    while at < len(lines):
        end = _end_of_row(lines, mark, at)
        reader = csv.reader([f"{line}\n" for line in lines[at:end]], delimiter=mark, skipinitialspace=True)
        begins = at
        try:
            for row in reader:
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield begins + 1, cells
                begins = at + reader.line_num
        except csv.Error:  # a cell of more than 128 KB
            yield from ((n + 1, [lines[n][:LONGEST]]) for n in range(begins, end) if lines[n].strip())
        at = end


def _end_of_row(lines: Sequence[str], mark: str, at: int) -> int:
    """Behind the last line of the row that begins here: a cell in quotes may go on on the next lines."""
    if '"' not in lines[at] or not OPENS_QUOTES[mark].search(lines[at]):
        return at + 1
    quotes = 0
    for end in range(at, min(at + LINES_OF_A_CELL, len(lines))):
        quotes += lines[end].count('"')
        if quotes % 2 == 0:
            return end + 1
    return at + 1


def _columns(cells: list[str]) -> Columns | None:
    """The headings, if this first row is no address but names the column of addresses."""
    if any("@" in cell for cell in cells):
        return None
    address = next((at for at, cell in enumerate(cells) if MAIL.fullmatch(cell)), None)
    if address is None and not any(ADDRESS.fullmatch(cell) for cell in cells):
        return None
    return Columns(
        address, [at for at, cell in enumerate(cells) if at != address and NAMES.fullmatch(cell)][:2]
    )


def _addresses(cells: list[str], columns: Columns | None) -> Iterator[tuple[str, str, str]]:
    """What was typed, the name and what may be the address, for each address of a row; once where there is none."""
    if columns and columns.address is not None:  # another cell's address may be somebody else's
        given = [cell for cell in cells[columns.address : columns.address + 1] if cell]
    else:
        given = [cell for cell in cells if "@" in cell]
    if not given:
        yield " ".join(filter(None, cells)), "", ""
    for typed in given:
        angled = ANGLED.fullmatch(typed)
        address = angled[2] if angled else typed
        name = angled[1] if angled else ""
        if not name.strip():
            name = _name(cells, columns)
        yield typed, name.strip(" \"'"), address.strip(" \"'<>,;").removeprefix("mailto:")


def _name(cells: list[str], columns: Columns | None) -> str:
    if columns:
        return " ".join(cells[at] for at in columns.names if at < len(cells))
    return next((cell for cell in cells if cell and "@" not in cell), "")


def _email(address: str) -> str | None:
    plain = address.lower()
    if not 3 <= len(address) <= 254 or "@" not in address or address.startswith(("=", "@", "|")):
        return None
    if address.isascii() and PLAIN.fullmatch(plain) and _is_everyday(plain):
        return plain
    local, _, domain = plain.rpartition("@")
    if LOCAL.fullmatch(local):
        found = _domain(domain)
        return f"{local}@{found}" if found else None
    return _checked(address)


@lru_cache(maxsize=1024)
def _domain(domain: str) -> str | None:
    """A domain as the full check has it: of a list's unusual addresses most end alike."""
    found = _checked(f"somebody@{domain}")
    return found.rpartition("@")[2] if found else None


def _checked(address: str) -> str | None:
    try:
        return clean_email(address)
    except Invalid:
        return None


def _is_everyday(address: str) -> bool:
    """Not one of those on which the full check has more to say."""
    local, _, domain = address.partition("@")
    return len(local) <= 64 and "--" not in domain and not domain.endswith(RESERVED)


def _tidy(text: str, longest: int) -> str:
    return " ".join(UNWANTED.sub("", text.encode("utf-8", "replace").decode())[: 2 * longest].split())[
        :longest
    ]
