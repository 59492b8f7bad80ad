"""What one web process holds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from starlette.requests import HTTPConnection

from chat.config import Settings
from chat.db import Database
from chat.discussions import Looks
from chat.realtime.bus import Bus
from chat.realtime.hub import Hub

if TYPE_CHECKING:
    from web.live.desk import Desk
    from web.live.rooms import Rooms
    from web.shelf import Shelf


@dataclass(frozen=True)
class House:
    settings: Settings
    db: Database
    bus: Bus
    hub: Hub
    desk: "Desk"
    rooms: "Rooms"
    looks: Looks
    shelf: "Shelf"

    @property
    def redis(self) -> Redis:
        return self.bus.redis


def house_of(connection: HTTPConnection) -> House:
    return connection.app.state.house
