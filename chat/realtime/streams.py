"""What the hub keeps of a stream, and what it needs of its neighbours."""

import asyncio
from collections import deque
from typing import NamedTuple, Protocol

from chat.events import Event
from chat.realtime.log import Position

RING = 256  # frames kept for those who come back soon
READ_AT_ONCE = 200  # events of one read from the log


class Connection(Protocol):
    """What the hub needs of a socket."""

    member_id: int  # 0 for a visitor
    session_id: int | None
    form: str  # "html" or "json"
    streams: "dict[str, Follower]"
    slot: int  # its place on the wheel of heartbeats

    @property
    def writable(self) -> bool: ...
    def write(self, data: bytes) -> None: ...
    @property
    def heard_at(self) -> float: ...
    def close(self, code: int) -> None: ...
    def abort(self) -> None: ...


class Grant(NamedTuple):
    """A stream that a viewer may follow, as one snapshot of the database says."""

    position: Position
    acl_version: int


class Rendered(NamedTuple):
    """A frame for each event, and the network's access version in the snapshot that their content is from."""

    frames: list[bytes]
    acl_version: int


class Desk(Protocol):
    """What the hub asks of the rest of the house."""

    async def admit(self, stream: str, connection: Connection) -> Grant | None: ...
    async def still_admitted(self, stream: str, member_ids: set[int]) -> set[int]: ...
    async def render(self, events: list[Event], form: str) -> Rendered: ...
    async def ended_sessions(self, session_ids: set[int]) -> set[int]: ...


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

    @property
    def behind(self) -> bool:
        """Still following, and not live."""
        return not self.live and self.connection.streams.get(self.stream.name) is self


class Kept:
    """An event in the ring, with its frame in each form that somebody needed.

    A frame shows the state it was rendered from, so it may be newer than its event: `acl_version` is the newest of both.
    """

    __slots__ = ("acl_version", "event", "frames")

    def __init__(self, event: Event, frames: dict[str, bytes], acl_version: int = 0) -> None:
        self.event = event
        self.frames = frames
        self.acl_version = max(event.acl_version, acl_version)

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
        self.working = False
        self.empty_since: float | None = None

    def kept_after(self, cursor: int) -> list[Kept] | None:
        """What the ring holds after a cursor; None when it does not reach back so far."""
        if not self.ring or self.ring[0].event.seq > cursor + 1:
            return None
        return [kept for kept in self.ring if kept.event.seq > cursor]

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

    def drop(self, follower: Follower) -> None:
        follower.live = False
        self.followers.discard(follower)
        if not self.followers:
            self.empty_since = asyncio.get_running_loop().time()
