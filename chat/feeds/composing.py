"""An Atom feed (RFC 4287) with its threads (RFC 4685)."""

import re
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from chat.config import settings
from chat.discussions import Author

ATOM = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
TYPE = "application/atom+xml"
# What XML 1.0 has no place for, even escaped.
UNHOLDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
OWN = re.compile(r'(<(?:a|img|video|audio|source)\b[^<>]*?\s(?:href|src)=")/(?!/)')


class Channel(NamedTuple):
    """What a feed is of: the path of its page, and its own."""

    path: str
    own: str
    title: str
    subtitle: str
    since: datetime


class Entry(NamedTuple):
    """A post. `replies` is the path of the feed of its answers, `many` of them; `answers` the id of the post that it answers."""

    id: int
    title: str
    path: str
    author: Author
    at: datetime
    edited_at: datetime | None
    html: str
    tags: list[str] = []  # noqa: RUF012 - of a tuple
    replies: str | None = None
    many: int = 0
    answers: int | None = None


def atom(channel: Channel, entries: list[Entry]) -> bytes:
    """The bytes of a feed. They change only with what they say."""
    origin = settings().origin
    updated = max([channel.since, *(entry.edited_at or entry.at for entry in entries)])
    parts = [
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed {ATOM} xml:lang="en" xml:base={_in(origin + "/")}>',
        f"<id>{_text(origin + channel.path)}</id>",
        f"<title>{_text(channel.title)}</title>",
        f"<subtitle>{_text(channel.subtitle)}</subtitle>" if channel.subtitle else "",
        f"<updated>{_time(updated)}</updated>",
        _link("alternate", "text/html", origin + channel.path),
        _link("self", TYPE, origin + channel.own),
        f"<generator>{_text(settings().name)}</generator>",
        *(_entry(origin, entry) for entry in entries),
        "</feed>\n",
    ]
    return "\n".join(part for part in parts if part).encode()


def _entry(origin: str, entry: Entry) -> str:
    author = entry.author
    uri = f"<uri>{_text(f'{origin}/members/{author.handle}')}</uri>" if author.handle else ""
    about = f"{origin}/posts/{entry.answers}"
    parts = [
        "<entry>",
        f"<id>{_text(f'{origin}/posts/{entry.id}')}</id>",
        f"<title>{_text(entry.title)}</title>",
        f"<published>{_time(entry.at)}</published>",
        f"<updated>{_time(entry.edited_at or entry.at)}</updated>",
        f"<author><name>{_text(author.name)}</name>{uri}</author>",
        _link("alternate", "text/html", origin + entry.path),
        _link("replies", TYPE, origin + entry.replies, f' thr:count="{entry.many}"') if entry.replies else "",
        f"<thr:in-reply-to ref={_in(about)} href={_in(about)}/>" if entry.answers else "",
        *(f"<category term={_in(tag)}/>" for tag in entry.tags),
        # Readers show it far from here: our own links say where they lead.
        f'<content type="html">{_text(OWN.sub(lambda match: f"{match[1]}{origin}/", entry.html))}</content>',
        "</entry>",
    ]
    return "\n".join(part for part in parts if part)


def _link(rel: str, kind: str, href: str, more: str = "") -> str:
    return f'<link rel="{rel}" type="{kind}" href={_in(href)}{more}/>'


def _text(words: str) -> str:
    return escape(UNHOLDABLE.sub("", words))


def _in(words: str) -> str:
    return quoteattr(UNHOLDABLE.sub("", words))


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
