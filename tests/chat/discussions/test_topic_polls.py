import asyncio
from datetime import timedelta

import pytest

from chat import clock, discussions
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from tests import cast

POLL = {"question": "Which wedge?", "options": ["The soft one", "The hard one"]}


async def act(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def poll_of(db, viewer, thread):
    """The poll as everybody sees it, and the viewer's own ballot."""
    async with db.snapshot() as tx:
        poll = (await discussions.polls_of_topics(tx, [thread.id])).get(thread.id)
        return poll, await discussions.own_ballot(tx, viewer, poll)


async def test_votes_are_secret_and_counted_once(db, ana, ben, carol, open_network):
    thread = await cast.start(db, ben, open_network, "Which wedge?", poll=POLL)
    for member, option in ((ana, 1), (ana, 1), (carol, 2), (carol, 1)):
        await act(db, discussions.vote, member, thread.id, option, True)
    poll, own = await poll_of(db, ana, thread)
    assert (poll.turnout, poll.counts, own) == (2, None, ([1], [2, 0]))
    assert await poll_of(db, ben, thread) == (poll, None)
    await act(db, discussions.vote, ana, thread.id, 1, False)
    await act(db, discussions.close_poll, ben, thread.id)
    assert (await poll_of(db, ben, thread))[0].counts == [1, 0]
    with pytest.raises(Conflict, match="closed"):
        await act(db, discussions.vote, ana, thread.id, 2, True)
    await act(db, discussions.reopen_poll, ben, thread.id)
    await act(db, discussions.vote_for, ana, thread.id, [2])
    assert (await poll_of(db, ana, thread))[1].counts == [1, 1]


async def test_many_who_vote_at_once_are_all_counted(db, ana, open_network):
    thread = await cast.start(
        db, ana, open_network, "Which?", poll={**POLL, "several": True, "shown": "live"}
    )
    people = await cast.crowd(db, 8)
    await asyncio.gather(
        *[
            act(db, discussions.vote, member, thread.id, option, True)
            for member in people
            for option in (1, 2)
        ]
    )
    poll, _ = await poll_of(db, ana, thread)
    assert (poll.turnout, poll.counts) == (8, [8, 8])


async def test_a_poll_is_added_later_by_the_author_or_a_host_and_once(
    db, ana, ben, carol, dev, visitor, thread
):
    with pytest.raises(Forbidden):
        await act(db, discussions.add_poll, carol, thread.id, POLL)
    made = await act(db, discussions.add_poll, ana, thread.id, POLL, op="once")
    assert await act(db, discussions.add_poll, ana, thread.id, POLL, op="once") == made
    with pytest.raises(Conflict, match="already"):
        await act(db, discussions.add_poll, ana, thread.id, POLL)
    await act(db, discussions.remove_poll, ana, thread.id)
    assert (await poll_of(db, ana, thread))[0] is None
    await act(db, discussions.add_poll, ana, thread.id, POLL)
    await act(db, discussions.vote, dev, thread.id, 1, True)  # who may answer here may vote
    with pytest.raises(Conflict, match="stays"):
        await act(db, discussions.remove_poll, ana, thread.id)
    with pytest.raises(Forbidden):
        await act(db, discussions.close_poll, carol, thread.id)


async def test_it_closes_by_the_clock_and_its_readers_are_told_once(db, ana, ben, thread):
    noon = cast.it_is("2036-11-24 12:00")
    closes = noon + timedelta(days=1)
    with pytest.raises(Invalid, match="future"):
        await act(db, discussions.add_poll, ana, thread.id, {**POLL, "closes_at": noon.isoformat()})
    made = await act(db, discussions.add_poll, ana, thread.id, {**POLL, "closes_at": closes.isoformat()})
    job = await cast.rows(db, "SELECT run_at, args FROM job WHERE kind = 'close_poll'")
    assert [(j.run_at, j.args) for j in job] == [(closes, {"poll_id": made["id"]})]
    await act(db, discussions.vote, ben, thread.id, 1, True)
    clock.pretend(closes)
    poll, _ = await poll_of(db, ana, thread)
    assert (poll.closed, poll.counts) == (True, [1, 0]), "with every worker dead it is closed"
    with pytest.raises(Conflict):
        await act(db, discussions.vote, ben, thread.id, 2, True)
    before = len(await cast.events(db, thread.stream))
    for _ in range(2):
        await act(db, discussions.close_due_poll, made["id"])
    assert [kind for _, kind, _ in (await cast.events(db, thread.stream))[before:]] == ["head.changed"]


async def test_a_date_is_the_end_of_that_day_where_the_member_lives(db, ana, thread):
    cast.it_is("2036-11-24 12:00")
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET zone = 'Australia/Sydney' WHERE id = :id", id=ana.id)
    await act(db, discussions.add_poll, ana, thread.id, {**POLL, "closes_on": "2036-11-25"})
    poll, _ = await poll_of(db, ana, thread)
    assert poll.closes_at.isoformat() == "2036-11-25T12:59:00+00:00"
    for wrong in ("tomorrow", "2036-11-31", "2999-01-01"):
        with pytest.raises(Invalid):
            await act(db, discussions.add_poll, ana, thread.id, {**POLL, "closes_on": wrong})


async def test_outsiders_find_no_poll(db, ben, dev, visitor, secret_thread, ana):
    await act(db, discussions.add_poll, ana, secret_thread.id, POLL)
    for verb in (discussions.close_poll, discussions.remove_poll):
        with pytest.raises(NotFound):
            await act(db, verb, dev, secret_thread.id)
    with pytest.raises(NotFound):
        await act(db, discussions.vote, dev, secret_thread.id, 1, True)
