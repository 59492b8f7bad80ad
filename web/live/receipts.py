"""Says in the audit log when this process let go of whoever may not read on."""

import asyncio

import structlog

from chat import clock, networks
from chat.db import AWAY, Database
from chat.networks import LetGo
from chat.realtime.hub import Hub
from chat.realtime.streams import Follower

log = structlog.get_logger()

# Seconds. A connection loses its streams one after the other, and is to be counted once.
GATHER, TRY_AGAIN = 1.0, 5.0
MOST = 100_000  # kept for a database that is away


class Receipts:
    def __init__(self, db: Database, hub: Hub) -> None:
        self.db = db
        self.gone: list[LetGo] = []
        self._some = asyncio.Event()
        hub.delivery.refused = self._refused

    def _refused(self, follower: Follower) -> None:
        connection = follower.connection
        self.gone.append(LetGo(follower.stream.name, connection.member_id, id(connection), clock.now()))
        self._some.set()

    async def write_for_ever(self) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHER)
            self._some.clear()
            try:
                await self.write()
            except AWAY as error:
                log.warning("receipts wait for the database", error=repr(error))
                await asyncio.sleep(TRY_AGAIN)
                self._some.set()
            except Exception as error:  # nobody would start it again
                log.error("receipts could not be written", exc_info=error)

    async def write(self) -> None:
        gone, self.gone = self.gone, []
        try:
            async with self.db.transaction() as tx:
                await networks.streams_ended(tx, gone)
        except BaseException:  # when it is cancelled too: the last words try once more
            self.gone = [*gone, *self.gone][:MOST]
            raise

    async def write_last(self) -> None:
        """When the process ends."""
        if self.gone:
            try:
                await self.write()
            except AWAY as error:
                log.warning("receipts are lost", error=repr(error), count=len(self.gone))
