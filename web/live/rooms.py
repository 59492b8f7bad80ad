"""Who is in a room, told to the room: merged, once a second."""

import asyncio
from collections.abc import Iterable
from typing import Any

from chat import dropins
from chat.db import AWAY, Database
from chat.realtime.frames import message
from chat.realtime.hub import Hub
from chat.realtime.presence import GONE_AFTER, Presence
from chat.realtime.streams import Connection, Follower

TELL_EVERY = 1.0
SHOWN = 50  # people by name in a room of more than CROWD
CROWD = 200


class Room:
    """What this process last told a room."""

    def __init__(self) -> None:
        self.shown: dict[int, dict[str, Any]] = {}
        self.absent_since: dict[int, float] = {}


class Rooms:
    def __init__(self, db: Database, hub: Hub, presence: Presence) -> None:
        self.db, self.hub, self.presence = db, hub, presence
        self.rooms: dict[str, Room] = {}
        self.inside: set[Follower] = set()
        hub.delivery.left = self._left

    async def enter(self, connection: Connection, stream: str) -> None:
        follower = connection.streams.get(stream)
        if follower is None:
            return
        self.inside.add(follower)
        await self.presence.enter(stream, connection.member_id)
        room = self.rooms.setdefault(stream, Room())
        await self._look(stream, room)
        connection.write(
            message(
                t="eph",
                s=stream,
                k="presence",
                d={"count": len(room.shown), "here": _few(room.shown.values())},
            )
        )

    def _left(self, follower: Follower) -> None:
        """However it came about: a closed page, a lost connection, an end of access."""
        if follower in self.inside:
            self.inside.discard(follower)
            self.hub.delivery.spawn(self.presence.leave(follower.stream.name, follower.connection.member_id))

    async def tell_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY)
            for stream in list(self.rooms):
                if stream not in self.hub.streams or not self.hub.streams[stream].followers:
                    del self.rooms[stream]
                    continue
                try:
                    await self._look(stream, self.rooms[stream])
                except AWAY:
                    continue  # the next second is soon enough

    async def _look(self, stream: str, room: Room) -> None:
        here = await self.presence.here(stream)
        if here is None:
            return
        now = asyncio.get_running_loop().time()
        joined = here - room.shown.keys()
        left = {
            m for m in room.shown.keys() - here if now - room.absent_since.setdefault(m, now) > GONE_AFTER
        }
        room.absent_since = {
            m: since for m, since in room.absent_since.items() if m in room.shown and m not in here | left
        }
        for member_id in left:
            del room.shown[member_id]
        if joined:
            async with self.db.snapshot() as tx:
                people = await dropins.people_here(tx, sorted(joined))
            joined -= room.shown.keys()  # another look may have seen them meanwhile
            room.shown.update(people)
        if joined or left:
            self._tell(stream, room, joined, left)

    def _tell(self, stream: str, room: Room, joined: set[int], left: set[int]) -> None:
        d: dict[str, Any] = {
            "count": len(room.shown),
            "left": sorted(left),
            "joined": [room.shown[m] for m in sorted(joined) if m in room.shown],
        }
        if len(room.shown) > CROWD:
            d = {"count": len(room.shown), "here": _few(room.shown.values())}
        self.hub.said(stream, {"k": "presence", "d": d})


def _few(people: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    people = list(people)
    return people if len(people) <= CROWD else people[:SHOWN]
