"""What somebody looks for: the words, and what stands beside them as `from:ana` or `before:2026-03`."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from chat import clock
from chat.fields import UNWANTED
from chat.languages import _

LONGEST = 200
SEVERAL = 5  # authors, networks or tags; who asks for more is not looking for anything
ANY_QUOTE = str.maketrans("“”„«»", '"""""')
OPERATOR = re.compile(r'(?<![^\s(])(-?)(from|in|tag|before|after|has|is|topic):("[^"]*"?|\S*)', re.IGNORECASE)
BEGINNING = re.compile(r"(?<![\w*\"-])(\w{3,})\*(?!\w)")
DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
IS = ("solved", "mine")


class Wanted(NamedTuple):
    """`words` are left as they were typed, for PostgreSQL to read: quoted phrases, -word, or."""

    words: str = ""
    beginnings: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    files: bool = False
    solved: bool = False
    mine: bool = False
    topic: int | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing was asked for."""
        return not any(self)

    def __str__(self) -> str:
        """As one would type it."""
        parts = [
            self.words,
            *(f"{word}*" for word in self.beginnings),
            *(f"from:{_quoted(name)}" for name in self.authors),
            *(f"in:{_quoted(name)}" for name in self.networks),
            *(f"tag:{_quoted(name)}" for name in self.tags),
            f"after:{self.after}" if self.after else "",
            f"before:{self.before}" if self.before else "",
            "has:file" if self.files else "",
            "is:solved" if self.solved else "",
            "is:mine" if self.mine else "",
            f"topic:{self.topic}" if self.topic else "",
        ]
        return " ".join(filter(None, parts))


def read_wanted(text: str, *, typing: bool = False) -> tuple[Wanted, list[str]]:
    """What these words ask for, and sentences about what in them has no meaning. Who is still `typing` may have begun
    the last word."""
    text = " ".join(UNWANTED.sub(" ", text).translate(ANY_QUOTE).split())[:LONGEST]
    asked: dict[str, list[str]] = {
        name: [] for name in ("from", "in", "tag", "before", "after", "has", "is", "topic")
    }
    misread: list[str] = []

    def take(match: re.Match[str]) -> str:
        minus, name, value = match[1], match[2].lower(), match[3].strip('"').strip()
        if minus:
            misread.append(_("Only words can be left out, so “{word}” was not looked at.", word=match[0]))
        elif not value:
            misread.append(_("“{name}:” needs something behind it, without a space.", name=name))
        else:
            asked[name].append(value)
        return " "

    words = OPERATOR.sub(take, text)
    beginnings = [match[1] for match in BEGINNING.finditer(words)]
    words = " ".join(BEGINNING.sub(" ", words).split())
    if typing and (last := re.search(r'(?<![\w"-])(\w{3,})$', words)) and words.count('"') % 2 == 0:
        beginnings.append(last[1])
        words = words[: last.start()].rstrip()
    wanted = Wanted(
        words=words,
        beginnings=tuple(beginnings[:SEVERAL]),
        authors=tuple(name.lstrip("@").lower() for name in asked["from"][:SEVERAL]),
        networks=tuple(name.lower() for name in asked["in"][:SEVERAL]),
        tags=tuple(name.lstrip("#").lower() for name in asked["tag"][:SEVERAL]),
        after=_latest([_day(value, "after", misread) for value in asked["after"]], max),
        before=_latest([_day(value, "before", misread) for value in asked["before"]], min),
        files=any(_known(value, "has", ("file", "files"), misread) for value in asked["has"]),
        solved="solved" in [value for value in asked["is"] if _known(value, "is", IS, misread)],
        mine="mine" in asked["is"],
        topic=next((int(value) for value in asked["topic"] if re.fullmatch(r"[1-9]\d{0,17}", value)), None),
    )
    return wanted, list(dict.fromkeys(misread))


def _known(value: str, name: str, known: tuple[str, ...], misread: list[str]) -> bool:
    if value.lower() in known:
        return True
    said = f"{name}:{value}"
    misread.append(
        _("“{said}” says nothing here; “is:mine” and “is:solved” do.", said=said)
        if name == "is"
        else _("“{said}” says nothing here; “has:file” does.", said=said)
    )
    return False


def _day(value: str, name: str, misread: list[str]) -> date | None:
    """The first day of what was named: a year, a month or a day."""
    if value.lower() in ("today", "yesterday"):
        return clock.now().date() - timedelta(days=value.lower() == "yesterday")
    if match := DAY.fullmatch(value):
        try:
            return date(*(int(part or 1) for part in match.groups()))
        except ValueError:
            pass
    misread.append(
        _(
            "“{name}:{value}” is no date, so it was left out. Write it like {name}:2026-03 or {name}:2026-03-27.",
            name=name,
            value=value,
        )
    )
    return None


def _latest(days: list[date | None], which: object) -> date | None:
    known = [day for day in days if day]
    return which(known) if known else None  # type: ignore[operator]


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
