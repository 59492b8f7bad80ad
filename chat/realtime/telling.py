"""A database whose commits are heard: what happened goes to the bus, what is to be done to the workers' door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from chat.db import Database
from chat.events import Event
from chat.jobs import Doorbell
from chat.realtime.bus import Bus


class Telling(NamedTuple):
    db: Database
    bus: Bus


@asynccontextmanager
async def telling(
    database_url: str, redis_url: str, *, cluster: bool = False, queue_url: str = "", pool: int = 10
) -> AsyncIterator[Telling]:
    """Open both for a process, and close them with it."""
    bus, doorbell = Bus(redis_url, cluster), Doorbell(queue_url or redis_url)

    async def after_commit(events: list[Event], jobs: list[int]) -> None:
        if events:
            await bus.publish(events)
        if jobs:
            await doorbell.ring(jobs)

    db = Database(database_url, pool=pool, after_commit=after_commit)
    try:
        yield Telling(db, bus)
    finally:
        await doorbell.close()
        await bus.close()
        await db.close()
