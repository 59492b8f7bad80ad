from datetime import UTC, datetime, timedelta

import pytest

from chat import clock, dropins
from chat.errors import Conflict, Forbidden, NotFound
from tests import cast


@pytest.fixture
async def series(db, ana, open_network):
    """Thursdays at noon; it is Thursday, nine o'clock."""
    cast.it_is("2026-11-19 09:00")
    return await cast.schedule(db, ana, open_network)


async def hold(db, host, series, at, minutes=None):
    async with db.transaction() as tx:
        return await dropins.hold(tx, host, series, datetime.fromisoformat(at).replace(tzinfo=UTC), minutes)


async def on(db, series, day):
    return await cast.rows(
        db, "SELECT * FROM drop_in WHERE series_id = :id AND local_date = :day", id=series, day=cast.day(day)
    )


async def test_todays_is_moved_not_doubled(db, ana, series):
    made = await hold(db, ana, series, "2026-11-19 10:00", 30)
    (row,) = await on(db, series, "2026-11-19")
    assert (row.id, row.opens_at.hour, row.closes_at.minute) == (made, 10, 30)
    await dropins.materialise_all(db)
    (row,) = await on(db, series, "2026-11-19")
    assert row.opens_at.hour == 10  # a time of its own is kept


async def test_an_extra_one_on_another_day(db, ana, series):
    made = await hold(db, ana, series, "2026-11-20 10:00")
    (row,) = await on(db, series, "2026-11-20")
    assert (row.id, row.closes_at - row.opens_at) == (made, timedelta(hours=1))
    assert len(await on(db, series, "2026-11-19")) == 1


async def test_one_that_is_over_opens_again(db, ana, ben, series):
    (row,) = await on(db, series, "2026-11-19")
    cast.it_is("2026-11-19 12:00")
    async with db.transaction() as tx:
        await dropins.open_doors(tx, row.id)
    with pytest.raises(Conflict, match="open already"):
        await hold(db, ana, series, "2026-11-19 15:00")
    cast.it_is("2026-11-19 14:00")
    async with db.transaction() as tx:
        await dropins.close_doors(tx, row.id)
    assert await hold(db, ana, series, "2026-11-19 15:00") == row.id
    cast.it_is("2026-11-19 15:00")
    async with db.transaction() as tx:
        assert await dropins.open_doors(tx, row.id)
    kinds = [kind for _, kind, _ in await cast.events(db, f"d:{row.id}")]
    assert kinds == ["room.opened", "room.wrap_up", "room.follow_up", "room.opened"]


async def test_who_may_hold_and_when(db, ana, ben, dev, series):
    for member in (ben, dev):
        with pytest.raises(Forbidden):
            await hold(db, member, series, "2026-11-19 10:00")
    with pytest.raises(NotFound):
        await hold(db, ana, 10**9, "2026-11-19 10:00")
    with pytest.raises(Conflict, match="over"):
        await hold(db, ana, series, "2026-11-19 07:00")
    assert await hold(db, ana, series, "2026-11-19 08:30")  # it began half an hour ago
    assert clock.now() < (await on(db, series, "2026-11-19"))[0].closes_at
