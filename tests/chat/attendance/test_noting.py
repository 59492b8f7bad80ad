"""Who was there, whatever the web processes say of it, and in whatever order."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chat.db
from chat import attendance, dropins
from chat.attendance import AWAY_FOR, Stretch
from chat.dropins.queries import WRAP_UP
from tests import cast

OPENS = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=1)
ENDS = CLOSES + WRAP_UP


@pytest.fixture
async def drop_in(db, ana, open_network) -> int:
    """Ana's, on Thursday from twelve to one, with Ben and Carol in the network."""
    cast.it_is("2026-11-19 11:00")
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        return await dropins.hold(tx, ana, series, OPENS)


def at(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


async def note(db, drop_in, *said: tuple[int, float, float]) -> None:
    async with db.transaction() as tx:
        await attendance.note(tx, drop_in, [Stretch(who, at(a), at(b)) for who, a, b in said])


async def stretches(db, drop_in, member) -> list[tuple[float, float]]:
    """In minutes since the doors opened."""
    async with db.snapshot() as tx:
        rows = await tx.all(
            "SELECT from_at, until_at FROM attendance WHERE drop_in_id = :id AND member_id = :who ORDER BY from_at",
            id=drop_in, who=member.id,
        )  # fmt: skip
    return [tuple(round((t - OPENS) / timedelta(minutes=1), 3) for t in row) for row in rows]


async def test_what_follows_lengthens_what_was(db, drop_in, ben):
    await note(db, drop_in, (ben.id, 0, 0.5))
    await note(db, drop_in, (ben.id, 0.5, 1))
    assert await stretches(db, drop_in, ben) == [(0, 1)]


async def test_a_short_absence_is_none_and_a_long_one_is(db, drop_in, ben):
    await note(db, drop_in, (ben.id, 0, 5), (ben.id, 6.5, 8), (ben.id, 9.6, 12))
    assert await stretches(db, drop_in, ben) == [(0, 8), (9.6, 12)]


async def test_what_is_heard_late_closes_the_gap(db, drop_in, ben):
    """The process with his other tab had lost the database."""
    await note(db, drop_in, (ben.id, 0, 2), (ben.id, 20, 22))
    await note(db, drop_in, (ben.id, 1, 21))
    assert await stretches(db, drop_in, ben) == [(0, 22)]


async def test_the_lobby_and_the_time_after_the_wrap_up_do_not_count(db, drop_in, ben, carol):
    await note(db, drop_in, (ben.id, -10, -1), (carol.id, -10, 5))
    await note(db, drop_in, (ben.id, 58, 90), (carol.id, 76, 80))
    assert await stretches(db, drop_in, ben) == [(58, 75)]
    assert await stretches(db, drop_in, carol) == [(0, 5)]


async def test_who_is_no_member_is_not_noted_and_who_is_removed_only_until_then(
    db, drop_in, ana, ben, dev, open_network
):
    cast.it_is("2026-11-19 12:10")
    await cast.remove(db, ana, open_network, ben)
    await note(db, drop_in, (ben.id, 5, 20), (dev.id, 5, 20))
    assert await stretches(db, drop_in, ben) == [(5, 10)]
    assert await stretches(db, drop_in, dev) == []


async def test_two_processes_at_once_make_one_stretch(db, drop_in, ben):
    await asyncio.gather(*(note(db, drop_in, (ben.id, n / 10, 1 + n / 10)) for n in range(8)))
    assert await stretches(db, drop_in, ben) == [(0, 1.7)]


async def test_two_hundred_people_are_one_statement(db, drop_in, open_network, monkeypatch):
    people = await cast.crowd(db, 200)
    async with db.transaction() as tx:
        await tx.run(
            "INSERT INTO membership (network_id, member_id, role) SELECT :network, unnest(CAST(:ids AS bigint[])), 'member'",
            network=open_network.id, ids=[p.id for p in people],
        )  # fmt: skip
    async with db.transaction() as tx:
        asked, made = [], chat.db._made
        monkeypatch.setattr(
            chat.db, "_made", lambda query, params: asked.append(query) or made(query, params)
        )
        await attendance.note(tx, drop_in, [Stretch(p.id, at(0), at(0.5)) for p in people])
    assert sum("INSERT" in str(query) for query in asked) == 1
    assert len(asked) <= 3  # what the door says, whose turn it is, and all of them
    assert await cast.value(db, "SELECT count(*) FROM attendance") == 200


async def test_whoever_came_under_the_rule_keeps_it(db, drop_in, ana, ben):
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET chatham_house_since = :at", at=at(-60))
    await note(db, drop_in, (ben.id, 0, 1))
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET chatham_house_since = NULL")
        assert (await dropins.drop_in_of(tx, ana, drop_in)).chatham_house


# A screen of a member on a process: it is there from one second to another, and its process says so every half a
# minute, when it goes, or, when the process is killed first, never for the last of it.
SECONDS = st.integers(-600, 5400)
SCREEN = st.tuples(SECONDS, st.integers(1, 1200), st.integers(0, 29), st.booleans())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(screens=st.lists(SCREEN, min_size=1, max_size=6), seed=st.integers(0, 2**32))
async def test_any_interleaving_gives_the_truth_within_a_beat(db, drop_in, ben, screens, seed):
    async with db.transaction() as tx:
        await tx.run("DELETE FROM attendance")
    said = [piece for screen in screens for piece in _told(*screen)]
    for batch in _batches(said, seed):
        await note(db, drop_in, *((ben.id, a / 60, b / 60) for a, b in batch))
    found = [(round(a * 60), round(b * 60)) for a, b in await stretches(db, drop_in, ben)]

    open_for = set(range(0, round((ENDS - OPENS).total_seconds())))
    truth = {s for begin, lasts, _, _ in screens for s in range(begin, begin + lasts)} & open_for
    heard = {s for a, b in said for s in range(a, b)} & open_for
    kept = [s for a, b in found for s in range(a, b)]
    assert len(kept) == len(set(kept)), "stretches overlap"
    assert set(kept) <= open_for
    assert heard <= set(kept), "what was said is lost"
    away = round(AWAY_FOR.total_seconds())
    assert all(later[0] - sooner[1] > away for sooner, later in itertools.pairwise(found))
    # Nothing is made up but short absences: every second kept lies between two that were seen, a short way apart.
    seen = sorted(heard)
    bridged = {s for a, b in itertools.pairwise(seen) if b - a <= away + 1 for s in range(a, b)} | heard
    assert set(kept) <= bridged
    crashed = sum(dies for *_, dies in screens)
    assert len(truth - set(kept)) <= 30 * crashed


def _told(begin: int, lasts: int, phase: int, dies: bool) -> list[tuple[int, int]]:
    end, beats = begin + lasts, [s for s in range(begin, begin + lasts) if s % 30 == phase]
    moments = [begin, *beats, *([] if dies else [end])]
    return [(a, b) for a, b in itertools.pairwise(moments) if a < b]


def _batches(said: list, seed: int) -> list[list]:
    """In any order, some of it twice, several at a time."""
    chance = Random(seed)
    pieces = said + chance.choices(said, k=3) if said else []
    chance.shuffle(pieces)
    size = chance.randint(1, len(pieces) // 2 + 1)
    return [pieces[i : i + size] for i in range(0, len(pieces), size)]
