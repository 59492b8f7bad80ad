"""What is to be talked about: proposed, voted on, put in order, gone through."""

import asyncio
from datetime import timedelta

import pytest

from chat import agenda, clock, dropins
from chat.agenda import Agenda
from chat.db import Database
from chat.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast


@pytest.fixture
async def coming(db: Database, ana: Viewer, open_network: NetworkSeen) -> int:
    """A drop-in of Ana's in two days."""
    return await hold(db, ana, await cast.schedule(db, ana, open_network), timedelta(days=2))


async def hold(db: Database, host: Viewer, series: int, after: timedelta) -> int:
    async with db.transaction() as tx:
        return await dropins.hold(tx, host, series, clock.now() + after, minutes=60)


async def do(db: Database, verb, *words, **more):
    async with db.transaction() as tx:
        return await verb(tx, *words, **more)


async def propose(db: Database, who: Viewer | None, drop_in: int, title: str = "Handover", **form) -> int:
    return await do(db, agenda.propose, who, drop_in, {"title": title, **form})


async def seen(db: Database, drop_in: int) -> Agenda:
    async with db.snapshot() as tx:
        return await agenda.agenda_of(tx, drop_in)


async def titles(db: Database, drop_in: int) -> list[str]:
    return [item.title for item in (await seen(db, drop_in)).items]


async def events(db: Database, stream: str) -> list[str]:
    async with db.snapshot() as tx:
        rows = await tx.all("SELECT kind FROM event WHERE stream_id = :s ORDER BY seq", s=stream)
    return [row.kind for row in rows]


async def test_a_member_proposes_and_a_host_takes_it_on(db, ana, ben, coming):
    item = await propose(db, ben, coming, "Night handover", note="Who was told?", minutes="9")
    (one,) = (await seen(db, coming)).proposals
    assert (one.title, one.note, one.author.name, one.minutes) == (
        "Night handover",
        "Who was told?",
        "Ben Okafor",
        None,
    )
    with pytest.raises(Forbidden):
        await do(db, agenda.take_on, ben, item)
    await do(db, agenda.take_on, ana, item)
    await do(db, agenda.take_on, ana, item)
    assert await titles(db, coming) == ["Night handover"]
    assert await events(db, f"d:{coming}") == ["agenda.changed", "agenda.changed", "now.changed"]


async def test_what_a_host_adds_is_on_the_agenda(db, ana, coming):
    await propose(db, ana, coming, "Welcome", minutes="5")
    (one,) = (await seen(db, coming)).items
    assert (one.state, one.minutes) == ("taken", 5)


@pytest.mark.parametrize(
    ("form", "field"),
    [({"title": ""}, "title"), ({"title": "x" * 141}, "title"), ({"note": "x" * 1001}, "note")],
)
async def test_a_proposal_has_its_length(db, ben, coming, form, field):
    with pytest.raises(Invalid) as refused:
        await do(db, agenda.propose, ben, coming, {"title": "Falls", **form})
    assert refused.value.field == field
    await propose(db, ben, coming, "x" * 140, note="é" * 1000)


@pytest.mark.parametrize("minutes", ["0", "241", "soon", "-1"])
async def test_minutes_are_a_number(db, ana, coming, minutes):
    item = await propose(db, ana, coming)
    with pytest.raises(Invalid):
        await do(db, agenda.give_minutes, ana, item, minutes)


async def test_who_may_not(db, ana, dev, coming, confidential_network):
    with pytest.raises(Forbidden):
        await propose(db, dev, coming)
    secret = await hold(db, ana, await cast.schedule(db, ana, confidential_network), timedelta(days=1))
    item = await propose(db, ana, secret)
    for verb, thing in (
        (agenda.vote, item),
        (agenda.withdraw, item),
        (agenda.take_on, item),
        (agenda.start_next, secret),
    ):
        with pytest.raises(NotFound):
            await do(db, verb, dev, thing)


async def test_one_has_five_proposals_at_once(db, ana, ben, carol, coming):
    mine = [await propose(db, ben, coming, f"Topic {n}") for n in range(5)]
    with pytest.raises(TooMany):
        await propose(db, ben, coming, "One more")
    await propose(db, carol, coming, "Carol’s")
    await do(db, agenda.withdraw, ben, mine[0])
    await do(db, agenda.withdraw, ben, mine[0])
    await propose(db, ben, coming, "In its place")
    await do(db, agenda.take_on, ana, mine[1])
    await propose(db, ben, coming, "For the one that was taken on")


async def test_only_ones_own_can_be_withdrawn(db, ana, ben, coming):
    item = await propose(db, ben, coming)
    with pytest.raises(Forbidden):
        await do(db, agenda.withdraw, ana, item)
    assert len((await seen(db, coming)).proposals) == 1


async def test_one_member_has_one_vote_for_an_item(db, ana, ben, carol, coming):
    first, second = await propose(db, ben, coming, "First"), await propose(db, ben, coming, "Second")
    for _ in range(2):
        await do(db, agenda.vote, carol, second)
    await do(db, agenda.vote, ana, second)
    await do(db, agenda.vote, ana, first)
    assert [(i.title, i.votes) for i in (await seen(db, coming)).proposals] == [("Second", 2), ("First", 1)]
    async with db.snapshot() as tx:
        assert await agenda.own_votes(tx, ana, coming) == [first, second]
        assert await agenda.own_votes(tx, carol, coming) == [second]
    await do(db, agenda.vote, ana, second, False)
    await do(db, agenda.vote, ana, second, False)
    assert [i.votes for i in (await seen(db, coming)).proposals] == [1, 1]
    assert (await events(db, f"d:{coming}")).count("agenda.voted") == 4
    assert (await events(db, f"m:{ana.id}")).count("mine.item") == 3
    assert "mine.item" not in await events(db, f"m:{ben.id}")


async def test_two_votes_at_once_are_one(db, ben, carol, coming):
    item = await propose(db, ben, coming)
    await asyncio.gather(*[do(db, agenda.vote, carol, item) for _ in range(4)])
    assert (await seen(db, coming)).proposals[0].votes == 1


async def test_the_hosts_order(db, ana, coming):
    items = [await propose(db, ana, coming, title) for title in "ABC"]
    await do(db, agenda.move, ana, items[2], "up")
    assert await titles(db, coming) == ["A", "C", "B"]
    await do(db, agenda.move, ana, items[0], "up")
    assert await titles(db, coming) == ["A", "C", "B"]
    await do(db, agenda.move, ana, items[0], "down")
    assert await titles(db, coming) == ["C", "A", "B"]
    await do(db, agenda.leave_out, ana, items[0])
    with pytest.raises(Conflict):
        await do(db, agenda.move, ana, items[0], "down")
    with pytest.raises(Invalid):
        await do(db, agenda.move, ana, items[1], "sideways")
    await do(db, agenda.take_on, ana, items[0])
    assert await titles(db, coming) == ["C", "B", "A"]


async def test_moves_at_the_same_time_keep_everything_on_its_own_place(db, ana, coming):
    items = [await propose(db, ana, coming, title) for title in "ABCDE"]
    await asyncio.gather(*[do(db, agenda.move, ana, item, way) for item in items for way in ("up", "down")])
    shown = (await seen(db, coming)).items
    assert sorted(i.title for i in shown) == list("ABCDE")
    assert len({i.place for i in shown}) == 5


async def test_one_thing_at_a_time(db, ana, ben, open_network):
    room = await hold(db, ana, await cast.schedule(db, ana, open_network), timedelta())
    first, second = await propose(db, ana, room, "First"), await propose(db, ana, room, "Second")
    proposed = await propose(db, ben, room, "Not taken on")
    with pytest.raises(Forbidden):
        await do(db, agenda.start_next, ben, room)
    assert await do(db, agenda.start_next, ana, room, "") == first
    assert await do(db, agenda.start_next, ana, room, "") == first  # whoever pressed late
    with pytest.raises(Conflict):
        await do(db, agenda.withdraw, ana, first)
    with pytest.raises(Conflict):
        await do(db, agenda.vote, ben, first)
    assert await do(db, agenda.start_next, ana, room, str(first)) == second
    assert await do(db, agenda.go_back, ana, room, second) == first
    assert [i.state for i in (await seen(db, room)).items] == ["current", "taken"]
    assert await do(db, agenda.start_next, ana, room) == second
    assert await do(db, agenda.start_next, ana, room, second) is None
    assert [i.state for i in (await seen(db, room)).items] == ["done", "done"]
    with pytest.raises(Conflict):
        await do(db, agenda.start_next, ana, room)
    assert (await seen(db, room)).proposals[0].id == proposed


async def test_two_hosts_press_next_together(db, ana, ben, open_network):
    await cast.change_role(db, ana, open_network, ben, "host")
    room = await hold(db, ana, await cast.schedule(db, ana, open_network), timedelta())
    first, second, _ = [await propose(db, ana, room, title) for title in "ABC"]
    await do(db, agenda.start_next, ana, room)
    now = await asyncio.gather(*[do(db, agenda.start_next, host, room, first) for host in (ana, ben)])
    assert now == [second, second]
    assert [i.state for i in (await seen(db, room)).items] == ["done", "current", "taken"]


async def test_the_state_decides(db, ana, ben, coming):
    item = await propose(db, ana, coming)
    with pytest.raises(Conflict, match="not open yet"):
        await do(db, agenda.start_next, ana, coming)
    clock.pretend(clock.now() + timedelta(days=3))
    for verb, who, *words in (
        (agenda.propose, ben, coming, {"title": "Late"}),
        (agenda.vote, ben, item),
        (agenda.withdraw, ana, item),
        (agenda.move, ana, item, "up"),
        (agenda.start_next, ana, coming),
    ):
        with pytest.raises(Conflict, match="over"):
            await do(db, verb, who, *words)


async def test_what_was_left_is_carried_over_once(db, ana, ben, open_network):
    series = await cast.schedule(db, ana, open_network)
    room, after = await hold(db, ana, series, timedelta()), await hold(db, ana, series, timedelta(days=3))
    done, _ = await propose(db, ana, room, "Done"), await propose(db, ana, room, "Not reached", minutes="7")
    await propose(db, ben, room, "Never taken on")
    await do(db, agenda.leave_out, ana, await propose(db, ben, room, "Left out"))
    await do(db, agenda.withdraw, ben, await propose(db, ben, room, "Withdrawn"))
    await do(db, agenda.start_next, ana, room)
    asked = [(None, "Who rings the ward? " * 20), (ben.id, "And at night?")]
    both = await asyncio.gather(*[do(db, agenda.carry_over, room, after, asked) for _ in range(2)])
    assert sorted(both) == [0, 4]
    shown = (await seen(db, after)).proposals
    assert [i.title for i in shown][:2] == ["Not reached", "Never taken on"]
    assert [i.author and i.author.name for i in shown] == ["Ana Lima", "Ben Okafor", None, "Ben Okafor"]
    assert [i.minutes for i in shown] == [7, None, None, None]
    assert shown[2].title.endswith("…")
    assert len(shown[2].title) <= 140
    assert {i.carried_from for i in shown} == {room}
    assert done not in [i.id for i in shown]


async def test_a_former_member_is_not_named(db, ana, ben, open_network, coming):
    await propose(db, ben, coming)
    await cast.leave_unnamed(db, open_network, ben)
    (one,) = (await seen(db, coming)).proposals
    assert (one.author.name, one.author.handle, one.author.id) == ("Former member", None, None)
