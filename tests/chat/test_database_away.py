"""The database goes away at every moment, and each is one of the errors that are waited for."""

import pytest

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
