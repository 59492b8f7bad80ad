"""Quick polls: one secret vote of each, and numbers when they are due."""

import asyncio

import pytest

from chat import rooms
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from tests import cast

FORM = {"question": "When next?", "options": "Monday\n\nTuesday\nNever", "shown": "voted"}


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def start(db, host, room, **form):
    return (await do(db, rooms.start_poll, host, room.id, FORM | form))["id"]


async def the(db, poll):
    async with db.snapshot() as tx:
        return (await rooms.polls_by_id(tx, [poll])).get(poll)


async def ballot(db, viewer, room, poll):
    async with db.snapshot() as tx:
        return (await rooms.own_in(tx, viewer, room.id)).ballots.get(poll)


async def test_a_poll_is_asked_and_voted_in(db, ana, ben, carol, room):
    poll = await start(db, ana, room)
    shown = await the(db, poll)
    assert (shown.question, shown.options, shown.several, shown.turnout) == (
        "When next?", ["Monday", "Tuesday", "Never"], False, 0,
    )  # fmt: skip
    await do(db, rooms.choose, ben, poll, "2")
    await do(db, rooms.choose, ben, poll, 2)
    await do(db, rooms.choose, carol, poll, [3])
    await do(db, rooms.choose, carol, poll, [1])
    assert await ballot(db, ben, room, poll) == ([2], [1, 1, 0])
    assert await ballot(db, ana, room, poll) is None
    await do(db, rooms.close_poll, ana, poll)
    await do(db, rooms.close_poll, ana, poll)
    shown = await the(db, poll)
    assert (shown.counts, shown.turnout, shown.closed) == ([1, 1, 0], 2, True)
    with pytest.raises(Conflict, match="closed"):
        await do(db, rooms.choose, ben, poll, [1])
    await do(db, rooms.choose, ben, poll, [2])  # as it is already
    await do(db, rooms.reopen_poll, ana, poll)
    await do(db, rooms.choose, ben, poll, [])
    assert (await the(db, poll)).turnout == 1
    assert await ballot(db, ben, room, poll) is None


@pytest.mark.parametrize(("shown", "early"), [("live", [1, 0, 0]), ("voted", None), ("closed", None)])
async def test_numbers_come_when_they_are_due(db, ana, ben, room, at, shown, early):
    poll = await start(db, ana, room, shown=shown)
    await do(db, rooms.choose, ben, poll, [1])
    assert (await the(db, poll)).counts == early
    assert (await ballot(db, ben, room, poll)).counts == ([1, 0, 0] if shown == "voted" else None)
    at(74)
    assert (await the(db, poll)).counts == early
    at(75)  # the end of the wrap-up closes it
    assert ((await the(db, poll)).counts, (await the(db, poll)).closed) == ([1, 0, 0], True)
    with pytest.raises(Conflict, match="has ended"):
        await do(db, rooms.choose, ben, poll, [2])


async def test_several_may_be_chosen_where_the_poll_says_so(db, ana, ben, room):
    poll = await start(db, ana, room, several="yes", shown="live")
    await do(db, rooms.choose, ben, poll, ["1", "3"])
    assert (await the(db, poll)).counts == [1, 0, 1]
    await do(db, rooms.choose, ben, poll, ["3", "2"])
    assert ((await the(db, poll)).counts, (await the(db, poll)).turnout) == ([0, 1, 1], 1)


@pytest.mark.parametrize("choices", ["0", "4", "x", ["1", "2"], "99999", {"1": 2}, [None], ["1", "1.0"]])
async def test_choices_are_numbers_of_options(db, ana, ben, room, choices):
    poll = await start(db, ana, room)
    with pytest.raises(Invalid) as error:
        await do(db, rooms.choose, ben, poll, choices)
    assert error.value.field == "choices"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"question": ""}, "question"), ({"question": "x" * 201}, "question"), ({"options": "One"}, "options"),
        ({"options": "\n".join("abcdefghi")}, "options"), ({"options": "Yes\nyes"}, "options"), ({"options": 7}, "options"),
        ({"options": ["a", "x" * 101]}, "options"), ({"options": ["a", 5]}, "options"), ({"shown": "later"}, "shown"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_poll_that_is_wrong_is_refused(db, ana, room, form, field):
    with pytest.raises(Invalid) as error:
        await start(db, ana, room, **form)
    assert error.value.field == field


async def test_only_hosts_run_polls(db, ana, ben, dev, room):
    with pytest.raises(Forbidden):
        await start(db, ben, room)
    poll = await start(db, ana, room)
    for verb in (rooms.close_poll, rooms.reopen_poll, rooms.remove_poll):
        with pytest.raises(Forbidden):
            await do(db, verb, ben, poll)
    with pytest.raises(Forbidden, match="Join the network"):
        await do(db, rooms.choose, dev, poll, [1])


async def test_one_without_votes_may_go(db, ana, ben, room):
    poll, voted = await start(db, ana, room), await start(db, ana, room)
    await do(db, rooms.choose, ben, voted, [1])
    await do(db, rooms.remove_poll, ana, poll)
    await do(db, rooms.remove_poll, ana, poll)
    assert await the(db, poll) is None
    with pytest.raises(NotFound):
        await do(db, rooms.choose, ben, poll, [1])
    with pytest.raises(Conflict, match="Somebody has voted"):
        await do(db, rooms.remove_poll, ana, voted)


async def test_all_votes_at_once_are_counted(db, ana, room, open_network):
    poll = await start(db, ana, room, shown="live")
    people = await cast.crowd(db, 9)
    for person in people:
        await cast.let_in(db, open_network, person)
    await asyncio.gather(
        *(do(db, rooms.choose, p, poll, [1 + n % 3]) for n, p in enumerate(people) for _ in range(2))
    )
    assert ((await the(db, poll)).counts, (await the(db, poll)).turnout) == ([3, 3, 3], 9)


async def test_polls_are_for_the_time_in_the_room(db, ana, room, at):
    for minute in (-16, 75, 1000):
        at(minute)
        with pytest.raises(Conflict, match="Quick polls are for the time in the room"):
            await start(db, ana, room)
