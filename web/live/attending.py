"""Who is in a room here, noted for the record twice a minute (docs/drop-ins.md)."""

import asyncio
from datetime import datetime

import structlog

from chat import attendance, clock
from chat.attendance import AWAY_FOR, Stretch
from chat.db import AWAY, Database, own_fault

log = structlog.get_logger()

NOTE_EVERY = 30.0  # seconds; what a killed process takes with it is shorter


class Attending:
    """What this process has seen and not noted yet. What the database can't take stays here until it can."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.here: dict[tuple[int, int], datetime] = {}  # drop-in and member, and since when it is not noted
        self.screens: dict[tuple[int, int], int] = {}
        self.seen: dict[int, dict[int, list[Stretch]]] = {}  # by drop-in and member

    def came(self, stream: str, member: int) -> None:
        who = _drop_in(stream), member
        self.screens[who] = self.screens.get(who, 0) + 1
        self.here.setdefault(who, clock.now())

    def went(self, stream: str, member: int) -> None:
        who = _drop_in(stream), member
        self.screens[who] -= 1
        if not self.screens[who]:
            del self.screens[who]
            self._see(who, self.here.pop(who), clock.now())

    async def note_for_ever(self) -> None:
        while True:
            await asyncio.sleep(NOTE_EVERY)
            try:
                await self.note()
            except AWAY as error:
                log.warning("attendance waits for the database", error=repr(error))
            except Exception as error:  # nobody would start it again
                log.error("noting who is here failed", exc_info=error)

    async def note(self) -> None:
        """Room by room, a statement for all of its people."""
        now = clock.now()
        for who, since in self.here.items():
            self._see(who, since, now)
            self.here[who] = now
        for drop_in_id in list(self.seen):
            people = self.seen.pop(drop_in_id)
            try:
                async with self.db.transaction() as tx:
                    await attendance.note(tx, drop_in_id, [one for seen in people.values() for one in seen])
            except AWAY as error:
                if own_fault(error):
                    log.error("attendance is lost", drop_in=drop_in_id, exc_info=error)
                    continue
                # What came meanwhile is said the next time too; what is said twice changes nothing.
                for member, seen in self.seen.get(drop_in_id, {}).items():
                    people.setdefault(member, []).extend(seen)
                self.seen[drop_in_id] = people
                raise

    async def note_last(self) -> None:
        """This process ends."""
        try:
            await asyncio.wait_for(self.note(), 5)
        except (*AWAY, TimeoutError) as error:
            log.warning("the last minute of attendance is lost", error=repr(error))

    def _see(self, who: tuple[int, int], since: datetime, now: datetime) -> None:
        drop_in_id, member = who
        seen = self.seen.setdefault(drop_in_id, {}).setdefault(member, [])
        # While the database is away a stretch grows; there is not a new one every half a minute.
        if seen and since - seen[-1].until_at <= AWAY_FOR:
            seen[-1] = seen[-1]._replace(until_at=max(seen[-1].until_at, now))
        else:
            seen.append(Stretch(member, since, now))


def _drop_in(stream: str) -> int:
    return int(stream.partition(":")[2])
