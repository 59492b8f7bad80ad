"""Pages of topics that are the same for every visitor, kept as long as nothing on them has changed.

Whether it has is asked each time, by one statement. What that does not tell (how often a topic was seen) is as old as
the page: a minute at most.
"""

import gzip
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chat import clock
from chat.db import Reader
from chat.events import LOOKS
from chat.realtime import log as event_log

MOST_BYTES = 16 * 1024 * 1024  # of all that one process keeps
LONGEST = timedelta(minutes=1)
LONGEST_QUERY = 64  # characters of an address; longer ones are nobody's bookmark


class Version(NamedTuple):
    """What a page of a topic was made of."""

    epoch: str
    head: int
    acl_version: int
    looks: int


class Kept(NamedTuple):
    version: Version
    made_at: datetime
    nonce: str
    body: bytes
    small: bytes  # the same, compressed

    @property
    def size(self) -> int:
        return len(self.body) + len(self.small)


async def version_of(tx: Reader, stream: str) -> Version | None:
    """What a page would be made of now; None where there is no such topic."""
    epoch, heads = await event_log.standing(tx, [LOOKS, stream])
    if stream not in heads:
        return None
    return Version(epoch, heads[stream].head, heads[stream].acl_version, heads[LOOKS].head)


class Shelf:
    """What one process keeps, the least recently asked for leaving first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._pages: OrderedDict[str, Kept] = OrderedDict()
        self._most, self._size = most_bytes, 0

    def __contains__(self, address: str) -> bool:
        return address in self._pages

    def find(self, address: str, version: Version | None) -> Kept | None:
        kept = self._pages.get(address)
        if kept is None:
            return None
        if kept.version != version or clock.now() - kept.made_at > LONGEST:
            self._drop(address)
            return None
        self._pages.move_to_end(address)
        return kept

    def keep(self, address: str, version: Version, nonce: str, body: bytes) -> None:
        if len(address) > LONGEST_QUERY:
            return
        self._drop(address)
        kept = self._pages[address] = Kept(version, clock.now(), nonce, body, gzip.compress(body, 6))
        self._size += kept.size
        while self._size > self._most:
            self._drop(next(iter(self._pages)))

    def _drop(self, address: str) -> None:
        if (kept := self._pages.pop(address, None)) is not None:
            self._size -= kept.size


def address_in(request: Request) -> str:
    """By what a page is kept: its path with what was asked of it."""
    return f"{request.url.path}?{request.url.query}"


def answer(request: Request, kept: Kept) -> Response:
    """A kept page, with the nonce that stands in it."""
    request.scope["nonce"] = kept.nonce
    headers = {"vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return HTMLResponse(kept.small, headers={**headers, "content-encoding": "gzip"})
    return HTMLResponse(kept.body, headers=headers)
