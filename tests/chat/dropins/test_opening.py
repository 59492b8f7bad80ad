"""The doors: open by the clock, announced exactly once."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, discussions, dropins
from chat.errors import Conflict
from tests import cast

NOON = "2026-11-19 12:00"


@pytest.fixture
async def drop_in(db, ana, open_network):
    """Thursday at noon, an hour long; it is nine o'clock."""
    cast.it_is("2026-11-19 09:00")
    series = await cast.schedule(db, ana, open_network, description="Bring a story.")
    return (await cast.rows(db, "SELECT * FROM drop_in WHERE series_id = :id ORDER BY opens_at", id=series))[
        0
    ]


async def open_doors(db, drop_in):
    async with db.transaction() as tx:
        return await dropins.open_doors(tx, drop_in.id)


async def close_doors(db, drop_in):
    async with db.transaction() as tx:
        return await dropins.close_doors(tx, drop_in.id)


async def now(db, drop_in):
    return (await cast.rows(db, "SELECT * FROM drop_in WHERE id = :id", id=drop_in.id))[0]


async def seen(db, viewer, drop_in):
    async with db.snapshot() as tx:
        return await dropins.drop_in_of(tx, viewer, drop_in.id)


async def announced(db, drop_in, kind):
    both = [*await cast.events(db, f"n:{drop_in.network_id}"), *await cast.events(db, f"d:{drop_in.id}")]
    return [ref for _, k, ref in both if k == kind]


async def due(db):
    async with db.snapshot() as tx:
        return await dropins.due(tx)


async def test_the_clock_alone_says_what_it_is(db, ben, drop_in):
    states = {}
    for at in (
        "19 09:00",
        "19 11:44",
        "19 11:45",
        "19 11:59:59",
        "19 12:00",
        "19 12:59",
        "19 13:00",
        "19 13:15",
        "26 12:59",
        "26 13:00",
    ):
        cast.it_is(f"2026-11-{at}")
        found = await seen(db, ben, drop_in)
        states[at] = (found.state, found.lets_in)
    assert states == {
        "19 09:00": ("scheduled", False),
        "19 11:44": ("scheduled", False),
        "19 11:45": ("lobby", True),
        "19 11:59:59": ("lobby", True),
        "19 12:00": ("live", True),
        "19 12:59": ("live", True),
        "19 13:00": ("wrap_up", True),
        "19 13:15": ("follow_up", False),
        "26 12:59": ("follow_up", False),
        "26 13:00": ("archived", False),
    }


async def test_nobody_opens_early(db, drop_in):
    cast.it_is("2026-11-19 11:59:58")
    assert await open_doors(db, drop_in) is False
    assert await close_doors(db, drop_in) is False
    assert (await now(db, drop_in)).opened_at is None
    assert await due(db) == []


async def test_five_workers_open_it_exactly_once(db, drop_in):
    cast.it_is(NOON)
    assert await due(db) == [drop_in.id]
    tries = await asyncio.gather(*(open_doors(db, drop_in) for _ in range(5)))
    assert sorted(tries) == [False] * 4 + [True]
    assert await announced(db, drop_in, "dropin.opened") == [drop_in.id]
    assert await announced(db, drop_in, "room.opened") == [drop_in.id]
    rings = "SELECT count(*) FROM job WHERE kind = 'turn_drop_in' AND run_at = :at"
    assert await cast.value(db, rings, at=drop_in.closes_at) == 1
    assert await cast.value(db, "SELECT count(*) FROM post WHERE topic_id = :id", id=drop_in.topic_id) == 1


async def test_five_workers_close_it_exactly_once(db, drop_in):
    cast.it_is(NOON)
    await open_doors(db, drop_in)
    cast.it_is("2026-11-19 13:00")
    assert await due(db) == [drop_in.id]
    tries = await asyncio.gather(*(close_doors(db, drop_in) for _ in range(5)))
    assert sorted(tries) == [False] * 4 + [True]
    assert await announced(db, drop_in, "dropin.closed") == [drop_in.id]
    assert await announced(db, drop_in, "room.wrap_up") == [drop_in.id]
    assert await due(db) == []


async def test_five_workers_miss_it_exactly_once(db, ben, drop_in):
    cast.it_is("2026-11-19 13:00")
    tries = await asyncio.gather(*(open_doors(db, drop_in) for _ in range(5)))
    assert sorted(tries) == [False] * 4 + [True]
    assert await announced(db, drop_in, "dropin.missed") == [drop_in.id]
    assert await announced(db, drop_in, "dropin.opened") == []
    assert (await seen(db, ben, drop_in)).state == "missed"
    assert await due(db) == []
    async with db.snapshot() as tx:
        assert drop_in.topic_id not in [t.id for t in await discussions.recent_topics(tx, ben)]


async def test_after_a_downtime_it_opens_late(db, ben, drop_in):
    cast.it_is("2026-11-19 12:40")
    assert (await seen(db, ben, drop_in)).state == "live"  # before any worker
    assert await open_doors(db, drop_in)
    row = await now(db, drop_in)
    assert abs(row.opened_at - clock.now()) < timedelta(seconds=5)
    assert row.closes_at == drop_in.closes_at
    assert await announced(db, drop_in, "dropin.opened") == [drop_in.id]


async def test_it_is_never_both_opened_and_missed(db, drop_in):
    cast.it_is(NOON)
    await open_doors(db, drop_in)
    cast.it_is("2026-11-19 14:00")
    assert await open_doors(db, drop_in) is False
    assert (await now(db, drop_in)).missed_at is None


async def test_the_talk_opens_with_the_doors_and_stays(db, ana, ben, drop_in):
    talk = cast.Thread(drop_in.topic_id, 0, None)
    with pytest.raises(Conflict, match="not open yet"):
        await cast.write(db, ben, talk, "Anybody here?")
    async with db.snapshot() as tx:
        assert talk.id not in [t.id for t in await discussions.recent_topics(tx, ben)]
    cast.it_is(NOON)
    await open_doors(db, drop_in)
    await cast.write(db, ben, talk, "Hello all!")
    cast.it_is("2026-11-20 09:00")
    await close_doors(db, drop_in)
    await cast.write(db, ben, talk, "One more thing, a day later.")
    posts = await cast.read(db, ben, talk)
    assert [p.body for p in posts] == ["Bring a story.", "Hello all!", "One more thing, a day later."]
    async with db.snapshot() as tx:
        assert talk.id in [t.id for t in await discussions.recent_topics(tx, ben)]


async def test_members_may_talk_at_noon_with_every_worker_dead(db, ben, drop_in):
    talk = cast.Thread(drop_in.topic_id, 0, None)
    cast.it_is("2026-11-19 12:00:01")
    await cast.write(db, ben, talk, "Is this thing on?")
    await open_doors(db, drop_in)
    assert [p.body for p in await cast.read(db, ben, talk)] == ["Is this thing on?"]


async def test_opening_while_newcomers_write_holds_nobody_up(db, ana, drop_in):
    people = await cast.crowd(db, 8)
    talk = cast.Thread(drop_in.topic_id, 0, None)
    cast.it_is(NOON)
    tries = await asyncio.gather(
        *(cast.write(db, p, talk, "Hello!") for p in people[:4]),
        open_doors(db, drop_in),
        *(cast.write(db, p, talk, "Hello!") for p in people[4:]),
    )
    assert tries[4] is True
    assert await announced(db, drop_in, "dropin.opened") == [drop_in.id]
