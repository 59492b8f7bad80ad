"""What the hub keeps of a stream, and what it needs of its neighbours."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

from chat.events import Event
from chat.realtime.log import Head

RING = 256  # frames kept for those who come back soon
READ_AT_ONCE = 200  # events of one read from the log


class Connection(Protocol):
    """What the hub needs of a socket."""

    member_id: int  # 0 for a visitor
    session_id: int | None
    token_id: int | None
    form: str  # "json", or "html-" and a language
    streams: "dict[str, Follower]"
    slot: int  # its place on the wheel of heartbeats
    open: bool
    writable: bool  # when not, it calls `Hub.stalled`; when it is again, `Hub.drained`
    heard_at: float  # monotonic

    def write(self, frames: bytes) -> None: ...
    def close(self, code: int) -> None: ...
    def abort(self) -> None: ...


class Grant(NamedTuple):
    """A stream that a viewer may follow, as one snapshot of the database says."""

    epoch: str
    head: Head


class Rendered(NamedTuple):
    """A frame for each event; the network's access version, the epoch and the stream's head, from no earlier than their
    content."""

    frames: list[bytes]
    acl_version: int
    epoch: str
    head: int


class Over(NamedTuple):
    """Which of the sessions and tokens that were asked about have ended, and when the next session will."""

    sessions: set[int]
    tokens: set[int]
    next_end: datetime | None


class Desk(Protocol):
    """What the hub asks of the rest of the house."""

    async def admit(self, connection: Connection, names: Iterable[str]) -> dict[str, Grant]: ...
    async def still_admitted(self, stream: str, member_ids: set[int]) -> set[int]: ...
    async def render(self, events: list[Event], form: str) -> Rendered: ...
    async def ended(self, sessions: set[int], tokens: set[int]) -> Over: ...


class Follower:
    """One connection's place in one stream. It is live while its cursor equals the head."""

    __slots__ = ("acl_version", "connection", "cursor", "live", "replayed", "stream")

    def __init__(self, connection: Connection, stream: "Stream", cursor: int, acl_version: int) -> None:
        self.connection = connection
        self.stream = stream
        self.cursor = cursor
        self.acl_version = acl_version
        self.live = False
        self.replayed = 0  # bytes since it was last live


class Kept:
    """An event in the ring, with its frame in each form that somebody needed.

    A frame shows the state it was rendered from, so it may be newer than its event: `acl_version` is the newest of both.
    """

    __slots__ = ("acl_version", "event", "frames", "thing")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.thing = (event.kind.partition(".")[0], event.ref)  # what it is about, such as post 5512
        self.frames: dict[str, bytes] = {}
        self.acl_version = event.acl_version

    def add(self, form: str, data: bytes, acl_version: int) -> None:
        self.frames[form] = data
        self.acl_version = max(self.acl_version, acl_version)


class Stream:
    """A stream that somebody here follows."""

    def __init__(self, name: str, head: int, acl_version: int) -> None:
        self.name = name
        self.head = head
        self.known = head  # the newest number we have heard of
        self.acl_version = acl_version
        self.heard: dict[int, Event] = {}
        self.ring: deque[Kept] = deque(maxlen=RING)
        self.followers: set[Follower] = set()
        self.forms: Counter[str] = Counter()  # of its followers
        self.behind: set[Follower] = set()  # who miss something, and can take it
        self.working = False
        # Whoever it was opened for may never follow it.
        self.empty_since: float | None = asyncio.get_running_loop().time()

    def add(self, follower: Follower) -> None:
        self.followers.add(follower)
        self.forms[follower.connection.form] += 1
        self.empty_since = None

    def drop(self, follower: Follower) -> None:
        follower.live = False
        self.behind.discard(follower)
        if follower in self.followers:
            self.followers.discard(follower)
            self.forms[follower.connection.form] -= 1
        if not self.followers:
            self.empty_since = asyncio.get_running_loop().time()

    def keep(self, news: list[Kept]) -> None:
        """Append to the ring. What it holds of the same things shows a state that is no more, and is drawn again when asked for."""
        changed = {kept.thing for kept in news}
        for kept in self.ring:
            if kept.thing in changed:
                kept.frames.clear()
        self.ring.extend(news)

    def redraw(self) -> None:
        """With the access it may have changed who is named: what the ring holds is drawn again when asked for.

        What somebody is drawing at this moment does not come back into the ring.
        """
        self.ring = deque((Kept(kept.event) for kept in self.ring), maxlen=RING)

    def fill(self, older: list[Kept]) -> None:
        """Put the latest events into a ring that does not reach back to them."""
        first = self.ring[0].event.seq if self.ring else self.head + 1
        room = RING - len(self.ring)
        before = [kept for kept in older if kept.event.seq < first]
        if room and before and before[-1].event.seq == first - 1:
            self.ring.extendleft(reversed(before[-room:]))

    def kept_after(self, cursor: int) -> list[Kept] | None:
        """What the ring holds after a cursor; None when it does not reach back so far."""
        if not self.ring or self.ring[0].event.seq > cursor + 1:
            return None
        return [self.ring[i] for i in range(cursor + 1 - self.ring[0].event.seq, len(self.ring))]

    def heard_next(self) -> list[Event]:
        """What was heard right after the head, without a gap."""
        events: list[Event] = []
        seq = self.head + 1
        while seq in self.heard and len(events) < READ_AT_ONCE:
            events.append(self.heard.pop(seq))
            seq += 1
        return events

    def forget_heard(self) -> None:
        for seq in [seq for seq in self.heard if seq <= self.head]:
            del self.heard[seq]
