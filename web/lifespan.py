"""The start and the end of a web process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from chat.config import Settings
from chat.db import Database
from chat.events import Event
from chat.jobs import Doorbell
from chat.realtime.bus import Bus
from chat.realtime.hub import Hub
from chat.realtime.presence import Presence
from web.house import House
from web.live.desk import Desk
from web.live.heart import beat_for_ever
from web.live.rooms import Rooms


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    bus, doorbell = Bus(settings.redis_url), Doorbell(settings.redis_url)

    async def after_commit(events: list[Event], jobs: list[int]) -> None:
        if events:
            await bus.publish(events)
        if jobs:
            await doorbell.ring(jobs)

    db = Database(settings.database_url, pool=settings.db_pool, after_commit=after_commit)
    hub = Hub(db, bus, Desk(db))
    presence = Presence(bus)
    rooms = Rooms(db, hub, presence)
    try:
        await hub.start()
        hub.delivery.spawn(presence.keep_lease())
        hub.delivery.spawn(rooms.tell_for_ever())
        hub.delivery.spawn(beat_for_ever(hub, settings.live_heartbeat))
        yield House(settings, db, bus, hub, rooms)
    finally:
        with suppress(Exception):
            await hub.stop()
        await doorbell.close()
        await bus.close()
        await db.close()
