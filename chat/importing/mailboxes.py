"""A mailbox in the mbox format (RFC 4155), letter by letter: a line that begins with "From " begins a letter."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from chat.importing.archives import DAMAGED, Broken

LONGEST_LETTER = 8 * 2**20  # bytes that are kept of one; the rest is of attachments, which do not come
LONGEST_LINE = 2**20

# With a weekday or a year, as every program writes it: a sentence may begin with "From ", too.
BEGINS = re.compile(rb"From (?:\S+ )?.*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|\b(?:19|20)\d\d\b).*\d")
QUOTED_FROM = re.compile(rb">+From ")


class Raw(NamedTuple):
    """A letter as it stands there: the line that begins it, its bytes, and whether they are all."""

    separator: bytes
    content: bytes
    whole: bool


def letters(stream: BinaryIO) -> Iterator[Raw]:
    """The letters of a mailbox. Raises Broken where it can't be read."""
    try:
        yield from _letters(stream)
    except DAMAGED:
        raise Broken("The file is damaged, or ends before its end.") from None


def _letters(stream: BinaryIO) -> Iterator[Raw]:
    separator, lines, size, after_blank = b"", list[bytes](), 0, True
    while line := stream.readline(LONGEST_LINE):
        if after_blank and BEGINS.match(line):
            if separator:
                yield Raw(separator, b"".join(lines), size <= LONGEST_LETTER)
            separator, lines, size = line.rstrip(), [], 0
        elif not separator:
            if line.strip():
                raise Broken("This is no mailbox: it does not begin with a line “From …”.")
        else:
            size += len(line)
            if size <= LONGEST_LETTER:
                # Programs put a > before lines of a text that look like the beginning of a letter.
                lines.append(line[1:] if QUOTED_FROM.match(line) else line)
        after_blank = not line.strip()
    if separator:
        yield Raw(separator, b"".join(lines), size <= LONGEST_LETTER)
