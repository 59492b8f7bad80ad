"""Who is in a room, told to the room: merged, once a second."""

import asyncio
from collections.abc import Iterable
from itertools import islice
from typing import Any

import structlog

from chat import dropins
from chat.db import AWAY, Database
from chat.realtime.frames import message
from chat.realtime.hub import Hub
from chat.realtime.presence import Here, Presence
from chat.realtime.streams import Connection, Follower
from web.live.attending import Attending

log = structlog.get_logger()

TELL_EVERY = 1.0
GONE_AFTER = 10  # seconds of absence until somebody is said to have left: phones change networks
SHOWN = 50  # people by name in a room of more than CROWD
CROWD = 200


class Room:
    """What this process has told a room."""

    def __init__(self) -> None:
        self.here: dict[int, None] = {}  # members, in the order in which they came
        self.joined: set[int] = set()  # of whom the room has not heard yet
        self.left: set[int] = set()
        self.absent_since: dict[int, float] = {}
        self.names: dict[int, dict[str, Any] | None] = {}  # None for who is no member any more
        self.few: list[int] = []  # who was shown last, while the room is a crowd

    def add(self, member: int) -> None:
        if member not in self.here:
            self.here[member] = None
            self.joined.add(member)
            self.left.discard(member)

    def remove(self, member: int) -> None:
        self.here.pop(member, None)
        self.absent_since.pop(member, None)
        self.names.pop(member, None)
        self.left.add(member)
        self.joined.discard(member)

    @property
    def shown(self) -> list[int]:
        return list(self.here if len(self.here) <= CROWD else islice(self.here, SHOWN))

    def named(self, members: Iterable[int]) -> list[dict[str, Any]]:
        return [name for member in members if (name := self.names.get(member))]


class Rooms:
    def __init__(self, db: Database, hub: Hub, presence: Presence, attending: Attending) -> None:
        self.db, self.hub, self.presence, self.attending = db, hub, presence, attending
        self.rooms: dict[str, Room] = {}
        self.inside: set[Follower] = set()
        hub.delivery.left = self._left

    async def enter(self, connection: Connection, stream: str) -> None:
        """Tell whoever comes who is here; the others hear of it within a second."""
        follower = connection.streams.get(stream)
        if follower is None or follower in self.inside:
            return
        self.inside.add(follower)
        self.presence.enter(stream, connection.member_id)
        self.attending.came(stream, connection.member_id)
        here = await self.presence.here(stream)
        room = self.rooms.get(stream)
        if room is None:
            room = self.rooms[stream] = Room()
            room.here = dict.fromkeys(sorted(here.people))
        room.add(connection.member_id)
        room.absent_since.pop(connection.member_id, None)
        while not room.names.keys() >= set(room.shown):  # somebody may come while we ask
            await self._learn(stream, room, room.shown)
        d = {"count": len(room.here), "here": room.named(room.shown)}
        if connection.streams.get(stream) is follower:
            connection.write(message(t="eph", s=stream, k="presence", d=d))

    def size(self, stream: str) -> int | None:
        """How many people are in the room, on all processes; None for what is no room."""
        room = self.rooms.get(stream)
        return len(room.here) if room else None

    def _left(self, follower: Follower) -> None:
        """However it came about: a closed page, a lost connection, an end of access."""
        if follower in self.inside:
            self.inside.discard(follower)
            self.presence.leave(follower.stream.name, follower.connection.member_id)
            self.attending.went(follower.stream.name, follower.connection.member_id)

    async def tell_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY)
            try:
                await self.tell()
            except AWAY as error:
                log.warning("rooms wait for the database", error=repr(error))
            except Exception as error:  # nobody would start it again
                log.error("telling who is here failed", exc_info=error)

    async def tell(self) -> None:
        """Tell each room here, and the other processes, who came and went."""
        await self.presence.pass_on()
        for stream, here in list(self.presence.rooms.items()):
            if stream not in self.hub.streams or not self.hub.streams[stream].followers:
                self.rooms.pop(stream, None)
                await self.presence.forget(stream)
            elif (room := self.rooms.get(stream)) is not None:
                await self._look(stream, room, here)

    async def _look(self, stream: str, room: Room, here: Here) -> None:
        """Tell the room what has changed since the last look."""
        now = asyncio.get_running_loop().time()
        for member in here.moved:
            if member not in here.people:
                long_ago = now - GONE_AFTER - 1  # whose process died has been away since its last renewal
                room.absent_since.setdefault(member, long_ago if member in here.died else now)
            else:
                room.absent_since.pop(member, None)
                room.add(member)
        here.moved, here.died = set(), set()
        for member in [m for m, since in room.absent_since.items() if now - since > GONE_AFTER]:
            room.remove(member)
        if room.joined or room.left:
            await self._tell(stream, room)

    async def _tell(self, stream: str, room: Room) -> None:
        joined, left, shown = room.joined.copy(), room.left.copy(), room.shown
        d: dict[str, Any] = {"count": len(room.here)}
        crowd = len(room.here) > CROWD
        if crowd and shown == room.few:
            # Thousands are told every second: of a crowd only what they can see.
            d |= {"joined": [], "left": []}
        elif crowd or room.few:
            await self._learn(stream, room, shown)
            d["here"] = room.named(shown)
        else:
            await self._learn(stream, room, joined)
            d |= {"joined": room.named(sorted(joined)), "left": sorted(left)}
        room.few = shown if crowd else []
        room.joined -= joined
        room.left -= left
        self.hub.said(stream, {"k": "presence", "d": d})

    async def _learn(self, stream: str, room: Room, members: Iterable[int]) -> None:
        if unknown := [member for member in members if member not in room.names]:
            async with self.db.snapshot() as tx:
                room.names |= dict.fromkeys(unknown) | await dropins.people_here(tx, unknown, int(stream[2:]))
