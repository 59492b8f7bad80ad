"""The database goes away at every moment, and each is one of the errors that are waited for."""

import asyncio

import pytest

import chat.db
from chat.db import AWAY, Database
from chat.realtime import log as event_log

LAST_WORDS = b"SFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0"


async def test_a_connection_that_has_heard_the_last_words_of_its_server(db: Database):
    async with db.glance() as tx:
        connection = tx.connection
        await event_log.standing(tx, [])
        connection._protocol.data_received(b"E" + (len(LAST_WORDS) + 4).to_bytes(4) + LAST_WORDS)
        with pytest.raises(AWAY):
            await event_log.standing(tx, [])
        connection.terminate()


async def test_a_connection_that_is_never_given_back_keeps_no_process_alive(database_url, monkeypatch):
    monkeypatch.setattr(chat.db, "FAREWELL_SECONDS", 0.2)
    database = Database(database_url, pool=1)
    async with asyncio.timeout(10), database.glance():
        await database.close()
