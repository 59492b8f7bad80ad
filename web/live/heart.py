"""Heartbeats for all connections from one clock, instead of a timer each."""

import asyncio
from time import monotonic

from chat.realtime.frames import PING, message
from chat.realtime.hub import Hub

SILENT_FOR = 2.5  # heartbeats; every browser answers the ping that comes with each


async def beat_for_ever(hub: Hub, seconds: int) -> None:
    """Each second a part of the connections gets its heartbeat; the silent ones are dropped."""
    slot = 0
    while True:
        await asyncio.sleep(1)
        slot = (slot + 1) % seconds
        too_long_ago = monotonic() - SILENT_FOR * seconds
        for connection in list(hub.connections):
            if connection.slot % seconds != slot:
                continue
            if connection.heard_at < too_long_ago:
                connection.abort()
            elif connection.writable:
                heads = {name: follower.stream.head for name, follower in connection.streams.items()}
                connection.write(message(t="hb", h=heads) + PING)
