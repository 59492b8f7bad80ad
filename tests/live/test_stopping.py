"""A hub that is told to stop does so, whatever it was about to do."""

import asyncio

import pytest

from chat.events import CONTROL, Event
from chat.realtime.bus import Bus
from chat.realtime.hub import Hub
from chat.realtime.log import EventLog
from web.live.desk import Desk


@pytest.mark.parametrize("steps", range(6))
async def test_it_stops_at_once_while_it_is_woken(db, redis_url, steps):
    bus = Bus(redis_url)
    hub = Hub(EventLog(db), bus, Desk(db))
    await hub.start()
    await asyncio.sleep(0.15)  # asleep until the next sweep
    hub.heard(Event(CONTROL, 1, "access.changed", 1, 1, 1, hub.delivery.epoch))
    for _ in range(steps):
        await asyncio.sleep(0)
    async with asyncio.timeout(2):
        await hub.stop()
    assert not hub.delivery.tasks
    await bus.close()
