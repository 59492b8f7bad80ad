"""The start and the end of a web process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chat import tally
from chat.config import Settings
from chat.discussions import Looks
from chat.realtime.hub import Hub
from chat.realtime.log import EventLog
from chat.realtime.presence import Presence
from chat.realtime.telling import telling
from web.house import House
from web.live.attending import Attending
from web.live.desk import Desk
from web.live.hands import Hands
from web.live.heart import beat_for_ever
from web.live.receipts import Receipts
from web.live.rooms import Rooms
from web.shelf import Shelf


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    async with telling(
        settings.database_url, settings.redis_url, cluster=settings.redis_cluster, queue_url=settings.queue_url,
        pool=settings.db_pool,
    ) as (db, bus):  # fmt: skip
        desk = Desk(db)
        hub = Hub(EventLog(db), bus, desk)
        presence = Presence(bus, settings.live_lease)
        attending = Attending(db)
        rooms, receipts = Rooms(db, hub, presence, attending), Receipts(db, hub)
        looks = Looks(bus.redis)
        try:
            await hub.start()
            hub.delivery.spawn(presence.keep_lease())
            hub.delivery.spawn(tally.log_for_ever())
            hub.delivery.spawn(rooms.tell_for_ever())
            hub.delivery.spawn(Hands(db, presence).watch_for_ever())
            hub.delivery.spawn(attending.note_for_ever())
            hub.delivery.spawn(receipts.write_for_ever())
            hub.delivery.spawn(beat_for_ever(hub, settings.live_heartbeat))
            hub.delivery.spawn(looks.tell_for_ever())
            yield House(settings, db, bus, hub, desk, rooms, looks, Shelf())
        finally:
            await hub.stop()
            await looks.tell()
            await receipts.write_last()
            await attending.note_last()
            await presence.farewell()
