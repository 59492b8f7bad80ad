"""What has changed from one text to another, in words: short to read, and never long to find."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

# Comparing takes the product of the lengths at least. Past this a stretch is shown as gone and as new, whole.
MOST_STEPS = 250_000
# Of what is the same in a long text so many letters around each change are enough.
AROUND = 160

LINES = re.compile(r"[^\n]*\n|[^\n]+")
WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Piece(NamedTuple):
    """`kind`: same, gone or new; or skipped, of what is the same and needs not be read again."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The new text, with what is gone where it was: first by lines, and within changed lines by words."""
    return list(_shortened(_gathered(list(_by(LINES, old, new)))))


def _by(parts: re.Pattern[str], old: str, new: str) -> Iterator[Piece]:
    a, b = parts.findall(old), parts.findall(new)
    steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes() if _few(a, b) else _ends(a, b)
    for what, a1, a2, b1, b2 in steps:
        before, after = "".join(a[a1:a2]), "".join(b[b1:b2])
        if what == "equal":
            yield from [Piece("same", after)] if after else []
        elif parts is LINES and before and after:
            yield from _by(WORDS, before, after)
        else:
            yield from (Piece(kind, text) for kind, text in (("gone", before), ("new", after)) if text)


def _few(a: list[str], b: list[str]) -> bool:
    return len(a) * len(b) <= MOST_STEPS


def _ends(a: list[str], b: list[str]) -> list[tuple[str, int, int, int, int]]:
    """What is the same at the beginning and at the end, and all between as one change."""
    least, head, tail = min(len(a), len(b)), 0, 0
    while head < least and a[head] == b[head]:
        head += 1
    while tail < least - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    i, j = len(a) - tail, len(b) - tail
    return [("equal", 0, head, 0, head), ("replace", head, i, head, j), ("equal", i, len(a), j, len(b))]


def _gathered(pieces: list[Piece]) -> list[Piece]:
    """Changes that only a blank parts as one: to read "old words" and "new words" is easier than word by word."""
    gathered: list[Piece] = []
    gone = new = ""
    for i, (kind, text) in enumerate(pieces):
        amid = (gone or new) and i + 1 < len(pieces) and pieces[i + 1].kind != "same"
        if kind == "gone":
            gone += text
        elif kind == "new":
            new += text
        elif amid and text.isspace():
            gone, new = gone + text, new + text
        else:
            gathered += [p for p in (Piece("gone", gone), Piece("new", new)) if p.text]
            before = gathered.pop().text if gathered and gathered[-1].kind == "same" else ""
            gathered.append(Piece("same", before + text))
            gone = new = ""
    return gathered + [p for p in (Piece("gone", gone), Piece("new", new)) if p.text]


def _shortened(pieces: list[Piece]) -> Iterator[Piece]:
    last = len(pieces) - 1
    for i, piece in enumerate(pieces):
        keep_head, keep_tail = AROUND * (i > 0), AROUND * (i < last)
        if piece.kind != "same" or len(piece.text) <= 2 * (keep_head + keep_tail):
            yield piece
            continue
        head, tail = (
            _to_word(piece.text[:keep_head]),
            _from_word(piece.text[-keep_tail:] if keep_tail else ""),
        )
        yield from (p for p in (Piece("same", head), Piece("skipped", "…"), Piece("same", tail)) if p.text)


def _to_word(text: str) -> str:
    return text[: text.rfind(" ") + 1] or text


def _from_word(text: str) -> str:
    return text[text.find(" ") :] if " " in text else text
