"""What a host decides while people come and go."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, dropins
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from tests import cast
from tests.chat.dropins.dates import events_of, first_of, seen, turn


@pytest.fixture
async def drop_in(db, ana, open_network):
    """Thursday at noon, an hour long; it is nine o'clock."""
    cast.it_is("2026-11-19 09:00")
    return await first_of(db, await cast.schedule(db, ana, open_network))


async def do(db, verb, *arguments):
    async with db.transaction() as tx:
        await verb(tx, *arguments)


async def test_opened_early_within_the_hour_it_ends_when_it_was_to_end(db, ana, ben, drop_in):
    cast.it_is("2026-11-19 11:40")
    await do(db, dropins.open_now, ana, drop_in.id)
    now = await seen(db, ana, drop_in.id)
    assert (now.state, now.closes_at) == ("live", drop_in.closes_at)
    assert abs(now.opens_at - clock.now()) < timedelta(seconds=5)
    assert await cast.write(db, ben, cast.Thread(drop_in.topic_id, 0, None), "Already here?")
    await do(db, dropins.open_now, ana, drop_in.id)  # again
    cast.it_is("2026-11-19 12:00")
    assert await turn(db, drop_in.id) == []
    await dropins.materialise_all(db)
    assert (await seen(db, ana, drop_in.id)).opens_at == now.opens_at
    assert await events_of(db, drop_in) == ["room.opened", "dropin.opened"]


async def test_opened_hours_early_it_lasts_as_long_as_it_was_to_last(db, ana, drop_in):
    await do(db, dropins.open_now, ana, drop_in.id)
    now = await seen(db, ana, drop_in.id)
    assert now.closes_at - now.opens_at == timedelta(hours=1)
    cast.it_is("2026-11-19 12:30")
    await turn(db, drop_in.id)
    assert (await seen(db, ana, drop_in.id)).state == "follow_up"


async def test_it_is_extended_and_its_old_end_passes_unheard(db, ana, drop_in):
    cast.it_is("2026-11-19 12:00")
    await turn(db, drop_in.id)
    await do(db, dropins.extend, ana, drop_in.id, "15")
    cast.it_is("2026-11-19 13:00")
    assert await turn(db, drop_in.id) == []
    cast.it_is("2026-11-19 13:15")
    rings = "SELECT count(*) FROM job WHERE kind = 'turn_drop_in' AND run_at = :at AND done_at IS NULL"
    assert await cast.value(db, rings, at=drop_in.closes_at + timedelta(minutes=15)) == 1
    assert await turn(db, drop_in.id) == ["closed"]


async def test_in_the_wrap_up_the_doors_open_once_more(db, ana, drop_in):
    cast.it_is("2026-11-19 12:00")
    await turn(db, drop_in.id)
    cast.it_is("2026-11-19 13:10")
    await do(db, dropins.extend, ana, drop_in.id, 10)
    now = await seen(db, ana, drop_in.id)
    assert now.state == "live"
    assert timedelta(minutes=9) < now.closes_at - clock.now() <= timedelta(minutes=10)
    cast.it_is("2026-11-19 13:20:01")
    await turn(db, drop_in.id)
    assert [kind for kind in await events_of(db, drop_in) if kind.startswith("room.")] == [
        "room.opened", "room.wrap_up", "room.extended", "room.wrap_up",
    ]  # fmt: skip


async def test_two_hosts_who_saw_the_same_end_extend_it_once(db, ana, drop_in):
    cast.it_is("2026-11-19 12:30")
    was = drop_in.closes_at.isoformat()
    tries = await asyncio.gather(
        *(do(db, dropins.extend, ana, drop_in.id, 30, was) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(t).__name__ for t in tries) == ["Conflict", "NoneType"]
    assert (await seen(db, ana, drop_in.id)).closes_at == drop_in.closes_at + timedelta(minutes=30)


async def test_two_hosts_who_press_end_together_make_one_end(db, ana, drop_in):
    cast.it_is("2026-11-19 12:30")
    await asyncio.gather(*(do(db, dropins.end, ana, drop_in.id) for _ in range(5)))
    now = await seen(db, ana, drop_in.id)
    assert now.state == "wrap_up"
    assert clock.now() - now.closes_at < timedelta(seconds=5)
    assert await events_of(db, drop_in) == ["room.opened", "room.wrap_up", "dropin.opened", "dropin.closed"]
    cast.it_is("2026-11-19 12:50")
    await do(db, dropins.end, ana, drop_in.id)
    assert (await seen(db, ana, drop_in.id)).closes_at == now.closes_at


@pytest.mark.parametrize(
    ("at", "verb", "said"),
    [
        ("09:00", dropins.end, "not begun"),
        ("09:00", dropins.extend, "not begun"),
        ("11:50", dropins.end, "not begun"),
        ("13:05", dropins.open_now, "has ended"),
        ("14:00", dropins.open_now, "is over"),
        ("14:00", dropins.extend, "is over"),
    ],
)
async def test_a_command_in_the_wrong_state_names_the_state(db, ana, drop_in, at, verb, said):
    for moment in ("12:00", at) if at > "13" else (at,):
        cast.it_is(f"2026-11-19 {moment}")
        await turn(db, drop_in.id)
    with pytest.raises(Conflict, match=said):
        await do(db, verb, ana, drop_in.id, *([5] if verb is dropins.extend else []))


async def test_what_nobody_opened_and_what_is_cancelled_takes_no_command(db, ana, drop_in):
    cast.it_is("2026-11-19 13:01")
    with pytest.raises(Conflict, match="did not take place"):
        await do(db, dropins.end, ana, drop_in.id)
    cast.it_is("2026-11-19 09:00")
    await do(db, dropins.cancel, ana, drop_in.id, {})
    for verb in (dropins.open_now, dropins.end):
        with pytest.raises(Conflict, match="cancelled"):
            await do(db, verb, ana, drop_in.id)


async def test_for_a_day_in_all_at_most_and_by_a_few_lengths(db, ana, open_network, drop_in):
    long = await first_of(db, await cast.schedule(db, ana, open_network, minutes=1430, local_time="10:00"))
    cast.it_is("2026-11-19 10:30")
    with pytest.raises(Conflict, match="a day at most"):
        await do(db, dropins.extend, ana, long.id, 15)
    await do(db, dropins.extend, ana, long.id, 10)
    for minutes in (0, 7, "-5", None, "x"):
        with pytest.raises(Invalid) as refused:
            await do(db, dropins.extend, ana, long.id, minutes)
        assert refused.value.field == "minutes"


async def test_only_hosts_command(db, ana, ben, dev, visitor, confidential_network):
    cast.it_is("2026-11-19 12:10")
    drop_in = await first_of(
        db, await cast.schedule(db, ana, confidential_network, local_time="12:00", minutes=90)
    )
    for verb in (dropins.open_now, dropins.end):
        with pytest.raises(Forbidden):
            await do(db, verb, ben, drop_in.id)
        with pytest.raises(NotFound):
            await do(db, verb, dev, drop_in.id)
