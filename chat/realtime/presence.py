"""Who is in a room: a lease per process, not per connection (docs/live.md).

Each process counts its own people in `presence:<room>` and renews its lease; readers ignore the fields of
processes whose lease has run out. A process that dies leaves ghosts for fifteen seconds at most.
"""

import asyncio
import secrets
from collections import Counter

import structlog

from chat.realtime.bus import ABSENT, Bus

log = structlog.get_logger()

LEASE_SECONDS, RENEW_SECONDS = 15, 5
GONE_AFTER = 10  # seconds of absence until somebody is said to have left: phones change networks


class Presence:
    """This process's part of who is where."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.process = secrets.token_hex(6)
        self.rooms: dict[str, Counter[int]] = {}

    async def enter(self, room: str, member_id: int) -> None:
        await self._count(room, member_id, 1)

    async def leave(self, room: str, member_id: int) -> None:
        await self._count(room, member_id, -1)

    async def here(self, room: str) -> set[int] | None:
        """The members in the room, on all processes; None while Redis cannot say."""
        try:
            fields = await self.bus.redis.hgetall(_key(room))  # type: ignore[misc]
            people: dict[str, set[int]] = {}
            for field, count in fields.items():
                process, _, member = field.decode().partition(":")
                if int(count) > 0:
                    people.setdefault(process, set()).add(int(member))
            alive = {
                process
                for process in people
                if process == self.process or await self.bus.redis.exists(_lease(process))
            }
            if dead := [field for field in fields if field.decode().partition(":")[0] not in alive]:
                await self.bus.redis.hdel(_key(room), *dead)  # type: ignore[misc]
            return set().union(*(people[process] for process in alive))
        except ABSENT:
            return None

    async def keep_lease(self) -> None:
        """Renew this process's lease for ever, and write its people again after a loss of Redis."""
        while True:
            try:
                known = await self.bus.redis.set(_lease(self.process), 1, ex=LEASE_SECONDS, get=True)
                if not known:
                    await self._write_again()
            except ABSENT as error:
                log.debug("presence waits for Redis", error=repr(error))
            await asyncio.sleep(RENEW_SECONDS)

    async def _write_again(self) -> None:
        for room, people in self.rooms.items():
            if people:
                await self.bus.redis.hset(
                    _key(room), mapping={f"{self.process}:{m}": n for m, n in people.items()}
                )  # type: ignore[misc]

    async def _count(self, room: str, member_id: int, by: int) -> None:
        people = self.rooms.setdefault(room, Counter())
        people[member_id] += by
        if people[member_id] <= 0:
            del people[member_id]
        if not people:
            del self.rooms[room]
        try:
            field = f"{self.process}:{member_id}"
            count = people.get(member_id, 0)
            # The count itself, not a step: then a lost write is mended by the next one.
            await (
                self.bus.redis.hset(_key(room), field, str(count))
                if count
                else self.bus.redis.hdel(_key(room), field)
            )  # type: ignore[misc,arg-type]
        except ABSENT as error:
            log.debug("presence waits for Redis", error=repr(error))


def _key(room: str) -> str:
    return f"presence:{room}"


def _lease(process: str) -> str:
    return f"proc:{process}"
