"""A room in which people are: Thursday at ten past twelve, in the open network, anonymity allowed."""

from datetime import timedelta

import pytest

from chat import clock, dropins
from tests import cast


@pytest.fixture
async def room(db, ana, ben, carol, open_network):
    """The drop-in as Ana sees it."""
    cast.it_is("2026-11-19 09:00")
    series = await cast.schedule(db, ana, open_network)
    await cast.allow_anonymity(db, open_network)
    drop_in_id = await cast.value(
        db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at LIMIT 1", id=series
    )
    cast.it_is("2026-11-19 12:10")
    async with db.transaction() as tx:
        await dropins.open_doors(tx, drop_in_id)
    async with db.snapshot() as tx:
        return await dropins.drop_in_of(tx, ana, drop_in_id)


@pytest.fixture
def at(room):
    """Let it be so many minutes after the drop-in opened."""

    def minutes(after: float) -> None:
        clock.pretend(room.opens_at + timedelta(minutes=after))

    return minutes
