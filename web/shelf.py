"""What is the same for all who read a topic, kept as long as nothing in it has changed: its posts as they were drawn, and
for visitors the whole page.

Whether something has is asked each time, by one statement. What that does not tell (how often a topic was seen) is as
old as the page: a minute at most.
"""

import gzip
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chat import clock
from chat.db import Reader
from chat.events import LOOKS
from chat.languages import language
from chat.realtime import log as event_log
from web.edge import session_token

MOST_BYTES = 16 * 1024 * 1024  # of all that one process keeps
LONGEST = timedelta(minutes=1)
LONGEST_QUERY = 64  # bytes of an address; longer ones are nobody's bookmark

Key = tuple[Any, ...]


class Version(NamedTuple):
    """What a page of a topic was made of."""

    epoch: str
    head: int
    acl_version: int
    looks: int


class Missed(Exception):
    """It is not kept as it stands now, and has to be drawn."""


class Kept(NamedTuple):
    version: Version
    made_at: datetime
    what: Any
    size: int


class Whole(NamedTuple):
    """A visitor's page, also compressed, and the nonce that stands in it."""

    nonce: str
    body: bytes
    small: bytes


async def version_of(tx: Reader, stream: str) -> Version | None:
    """What a page would be made of now; None where there is no such topic."""
    return version_in(await event_log.standing(tx, [LOOKS, stream]), stream)


def version_in(standing: event_log.Standing | None, stream: str) -> Version | None:
    """The same, where it has been asked how this stream and LOOKS stand."""
    if standing is None or stream not in standing.heads:
        return None
    heads = standing.heads
    return Version(standing.epoch, heads[stream].head, heads[stream].acl_version, heads[LOOKS].head)


class Shelf:
    """What one process keeps, the least recently asked for leaving first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._most, self._size = most_bytes, 0

    def __contains__(self, key: Key) -> bool:
        return key in self._kept

    def find(self, key: Key, version: Version | None) -> Any:
        """What was kept of this version, or None."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.version != version or clock.now() - kept.made_at > LONGEST:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept.what

    def keep(self, key: Key, version: Version, what: Any, size: int) -> None:
        self._drop(key)
        self._kept[key] = Kept(version, clock.now(), what, size)
        self._size += size
        while self._size > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._size -= kept.size


def address_in(request: Request) -> Key | None:
    """By what a visitor's page is kept; None for one that is not."""
    query = request.scope["query_string"]
    if session_token(request) is not None or len(query) > LONGEST_QUERY:
        return None
    return language(), request.scope["path"], query


def whole(request: Request, page: Response) -> Whole:
    """A page that was drawn for this request."""
    body = bytes(page.body)
    return Whole(request.scope["nonce"], body, gzip.compress(body, 6))


def answer(request: Request, page: Whole) -> Response:
    """A kept page, with the nonce that stands in it."""
    request.scope["nonce"] = page.nonce
    headers = {"vary": "accept-encoding, accept-language, cookie"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return HTMLResponse(page.small, headers={**headers, "content-encoding": "gzip"})
    return HTMLResponse(page.body, headers=headers)
