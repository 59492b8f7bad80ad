"""Hands of people who have gone: they go down by themselves, once whoever raised one has been away for two minutes."""

import asyncio

import structlog

from chat import rooms
from chat.db import AWAY, Database
from chat.realtime.presence import Presence

log = structlog.get_logger()

LOOK_EVERY = 10.0  # seconds
AWAY_FOR = 120.0  # seconds; a phone that sleeps or changes networks keeps its place

Raised = tuple[int, int]  # a drop-in, and whose hand is up there


class Hands:
    """Each process looks after the rooms that it has people in; what two of them lower is lowered once."""

    def __init__(self, db: Database, presence: Presence) -> None:
        self.db, self.presence = db, presence
        self.away_since: dict[Raised, float] = {}

    async def watch_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
            except AWAY as error:
                log.warning("hands wait for the database", error=repr(error))
            except Exception as error:  # nobody would start it again
                log.error("looking after hands failed", exc_info=error)

    async def look(self) -> None:
        """Lower the hands of those who have been away for long enough."""
        if not self.presence.bus.up:  # then we know of our own people alone
            self.away_since.clear()
            return
        now = asyncio.get_running_loop().time()
        self.away_since = {one: self.away_since.get(one, now) for one in await self._away()}
        gone: dict[int, list[int]] = {}
        for (drop_in, member), since in self.away_since.items():
            if now - since >= AWAY_FOR:
                gone.setdefault(drop_in, []).append(member)
        for drop_in, members in gone.items():
            async with self.db.transaction() as tx:
                await rooms.lower_absent(tx, drop_in, members)

    async def _away(self) -> list[Raised]:
        """Whose hands are up in the rooms here, though they are in no process's room."""
        here = {int(name.removeprefix("d:")): room.people for name, room in self.presence.rooms.items()}
        if not here:
            return []
        async with self.db.glance() as tx:
            raised = await rooms.raised_in(tx, list(here))
        return [(drop_in, member) for drop_in, member in raised if member not in here[drop_in]]
