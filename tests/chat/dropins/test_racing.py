"""Workers race for the turns of drop-ins, in any order, with jobs lost, time lost, and some cut off in the middle."""

import asyncio
import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat import clock, dropins, jobs
from chat.errors import HubError
from chat.tasks import end
from tests import cast
from tests.chat.dropins.dates import dates_of

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([1, 7, 15, 16, 45, 90, 300, 1440, 11 * 1440])),
        st.tuples(st.just("workers"), st.integers(1, 5)),
        st.tuples(st.just("lose jobs"), st.just(0)),
        st.tuples(st.just("cut off"), st.integers(0, 12)),
        st.tuples(st.just("jump"), st.sampled_from([-600, -30, 30, 600])),
        st.tuples(st.sampled_from(["open_now", "end", "extend", "cancel", "restore"]), st.integers(0, 5)),
    ),
    min_size=10,
    max_size=40,
)
# What a room may be told after what: opened but once, unless it was brought back.
AFTER = {
    None: {"room.lobby", "room.opened", "room.cancelled"},
    "room.lobby": {"room.opened", "room.cancelled", "room.lobby"},
    "room.opened": {"room.wrap_up", "room.extended"},
    "room.extended": {"room.wrap_up", "room.extended"},
    "room.wrap_up": {"room.extended", "room.follow_up"},
    "room.follow_up": {"room.archived"},
    "room.archived": set(),
    "room.cancelled": {"room.lobby", "room.opened", "room.cancelled"},
}


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, seed=st.integers(0, 10**6))
async def test_each_turn_is_taken_once_whoever_comes_first(db, ana, open_network, steps, seed):
    cast.it_is("2026-11-18 09:00")
    chance = random.Random(seed)
    series = [
        await cast.schedule(db, ana, open_network, weekday="", rule="FREQ=DAILY;COUNT=3", local_time=at, minutes=length)
        for at, length in (("12:00", 60), ("12:00", 20), ("23:50", 30))
    ]  # fmt: skip
    mine = [row.id for s in series for row in await dates_of(db, s)]
    jumped = False
    for what, how in steps:
        if what == "wait":
            clock.pretend(clock.now() + timedelta(minutes=how))
        elif what == "jump":  # back and forth, as clocks do that are set
            clock.pretend(clock.now() + timedelta(minutes=how))
            jumped = True
        elif what == "workers":
            await asyncio.gather(*(work(db, chance) for _ in range(how)))
        elif what == "lose jobs":
            async with db.transaction() as tx:
                await tx.run("DELETE FROM job")
        elif what == "cut off":
            await cut_off(db, how / 2000)
        else:
            await command(db, ana, what, mine[how % len(mine)])
    clock.pretend(clock.now() + timedelta(days=30))
    await asyncio.gather(*(work(db, chance) for _ in range(3)))
    for drop_in_id in mine:
        await is_right(db, drop_in_id, jumped)


async def work(db, chance):
    """A worker's day: its jobs, or its sweep, or both."""

    async def turn_drop_in(*, drop_in_id):
        await dropins.catch_up(db)

    async def later(**args):
        """What others do after a drop-in."""

    kinds = dict.fromkeys(["tell_change", "draft_minutes", "close_attendance"], later) | {
        "turn_drop_in": turn_drop_in
    }
    turns = [dropins.catch_up(db), jobs.work_all(db, kinds)]
    chance.shuffle(turns)
    for turn in turns:
        await turn


async def cut_off(db, seconds):
    """A worker that dies in the middle of it."""
    task = asyncio.create_task(dropins.catch_up(db))
    await asyncio.sleep(seconds)
    await end([task])


async def command(db, host, what, drop_in_id):
    arguments = {"extend": [15], "cancel": [{}]}.get(what, [])
    try:
        async with db.transaction() as tx:
            await getattr(dropins, what)(tx, host, drop_in_id, *arguments)
    except HubError:
        return


async def is_right(db, drop_in_id, jumped):
    row = (await cast.rows(db, "SELECT * FROM drop_in WHERE id = :id", id=drop_in_id))[0]
    room = [kind for _, kind, _ in await cast.events(db, f"d:{drop_in_id}")]
    opened = await cast.value(
        db, "SELECT count(*) FROM event WHERE kind = 'dropin.opened' AND ref_id = :id", id=drop_in_id
    )
    posts = await cast.value(db, "SELECT post_count FROM topic WHERE id = :id", id=row.topic_id)
    minutes = await cast.value(db, "SELECT count(*) FROM job WHERE key = :key", key=f"minutes:{drop_in_id}")
    assert opened == room.count("room.opened") <= 1, room
    assert posts == opened
    assert minutes <= 1
    assert room.count("room.follow_up") <= 1
    if not jumped:
        for before, after in zip([None, *room], room, strict=False):
            assert after in AFTER[before], room
    # Nothing is left to be announced, and all that was due has been.
    assert bool(row.cancelled_at) + bool(row.missed_at) + bool(row.archived_at) == 1
    assert bool(row.opened_at) == (opened == 1)
    assert not (row.opened_at and row.missed_at)


@pytest.mark.parametrize("wrong", [timedelta(days=3), timedelta(days=-3)])
async def test_a_clock_that_was_wrong_for_a_while_keeps_no_door_shut(db, ana, open_network, wrong):
    cast.it_is("2026-11-18 09:00")
    series = await cast.schedule(db, ana, open_network)
    (drop_in, *_) = await dates_of(db, series)
    right = clock.now()
    clock.pretend(right + wrong)
    await dropins.catch_up(db)  # to this worker tomorrow's is long over
    clock.pretend(right)
    await dropins.catch_up(db)
    cast.it_is("2026-11-19 12:00")
    await dropins.catch_up(db)
    async with db.snapshot() as tx:
        assert (await dropins.drop_in_of(tx, ana, drop_in.id)).state == "live"
    kinds = [kind for _, kind, _ in await cast.events(db, f"d:{drop_in.id}")]
    assert kinds.count("room.opened") == 1


async def test_many_at_once_are_opened_in_few_statements_and_one_that_jams_keeps_no_other_shut(
    db, ana, open_network
):
    cast.it_is("2026-11-18 09:00")
    made = [await cast.schedule(db, ana, open_network) for _ in range(12)]
    first = [(await dates_of(db, series))[0] for series in made]
    async with db.transaction() as tx:
        await tx.run("DELETE FROM stream WHERE id = :id", id=f"d:{first[5].id}")
    cast.it_is("2026-11-19 12:00")
    await dropins.catch_up(db)
    open_ones = await cast.rows(db, "SELECT id FROM drop_in WHERE opened_at IS NOT NULL ORDER BY id")
    assert [row.id for row in open_ones] == sorted(row.id for row in first if row.id != first[5].id)
    seqs = [seq for seq, _, _ in await cast.events(db, f"n:{open_network.id}")]
    assert seqs == list(range(1, len(seqs) + 1))
    assert await cast.value(db, "SELECT head FROM stream WHERE id = :id", id=f"n:{open_network.id}") == len(
        seqs
    )
