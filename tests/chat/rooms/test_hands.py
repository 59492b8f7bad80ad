"""Hands: a queue that everybody sees, with one who speaks."""

import asyncio

import pytest

from chat import rooms
from chat.errors import Conflict, Forbidden
from tests import cast


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def queue(db, room):
    async with db.snapshot() as tx:
        return [
            (hand.member.name.split()[0], bool(hand.called_at)) for hand in await rooms.hands_of(tx, room.id)
        ]


async def test_hands_queue_in_the_order_they_were_raised(db, ana, ben, carol, room, at):
    for minute, member in enumerate((carol, ben, ana), 20):
        at(minute)
        await do(db, rooms.raise_hand, member, room.id)
    at(30)
    await do(db, rooms.raise_hand, carol, room.id)  # again: she keeps her place
    assert await queue(db, room) == [("Carol", False), ("Ben", False), ("Ana", False)]
    kinds = [kind for _, kind, _ in await cast.events(db, f"d:{room.id}") if kind.startswith("hand.")]
    assert kinds == ["hand.raised"] * 3
    await do(db, rooms.lower_hand, carol, room.id)
    await do(db, rooms.lower_hand, carol, room.id)
    await do(db, rooms.raise_hand, carol, room.id)
    assert await queue(db, room) == [("Ben", False), ("Ana", False), ("Carol", False)]


async def test_the_next_is_called_and_the_one_before_is_done(db, ana, ben, carol, room):
    for member in (ben, carol):
        await do(db, rooms.raise_hand, member, room.id)
    await do(db, rooms.call_next, ana, room.id)
    assert await queue(db, room) == [("Ben", True), ("Carol", False)]
    await do(db, rooms.call_next, ana, room.id)
    assert await queue(db, room) == [("Carol", True)]
    assert await do(db, rooms.call_next, ana, room.id) is None
    assert await queue(db, room) == []
    assert [kind for _, kind, _ in await cast.events(db, f"m:{ben.id}")][-2:] == ["mine.hand", "mine.hand"]


async def test_a_certain_one_is_called(db, ana, ben, carol, room):
    await do(db, rooms.raise_hand, ben, room.id)
    hand = await do(db, rooms.raise_hand, carol, room.id)
    await do(db, rooms.call, ana, hand)
    await do(db, rooms.call, ana, hand)
    assert await queue(db, room) == [("Carol", True), ("Ben", False)]
    await do(db, rooms.lower_other, ana, hand)
    await do(db, rooms.lower_other, ana, hand)
    assert await queue(db, room) == [("Ben", False)]
    with pytest.raises(Conflict, match="down by now"):
        await do(db, rooms.call, ana, hand)
    for verb in (rooms.call, rooms.lower_other):
        with pytest.raises(Forbidden):
            await do(db, verb, ben, hand)
    with pytest.raises(Forbidden):
        await do(db, rooms.call_next, ben, room.id)


async def test_hands_are_for_while_it_is_live(db, ana, ben, room, at):
    for minute in (-5, 60, 75):
        at(minute)
        with pytest.raises(Conflict, match="while a drop-in is live"):
            await do(db, rooms.raise_hand, ben, room.id)
        with pytest.raises(Conflict, match="while a drop-in is live"):
            await do(db, rooms.call_next, ana, room.id)
    at(59)
    await do(db, rooms.raise_hand, ben, room.id)
    at(60)
    assert await queue(db, room) == []
    async with db.snapshot() as tx:
        assert not (await rooms.own_in(tx, ben, room.id)).hand


async def test_a_hand_of_an_earlier_opening_is_down(db, ana, ben, room, at):
    hand = await do(db, rooms.raise_hand, ben, room.id)
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE drop_in SET opens_at = opens_at + interval '2 hours', closes_at = closes_at + interval '2 hours'"
        )
    at(130)
    assert await queue(db, room) == []
    with pytest.raises(Conflict, match="down by now"):
        await do(db, rooms.call, ana, hand)
    await do(db, rooms.raise_hand, ben, room.id)
    assert await queue(db, room) == [("Ben", False)]


async def test_whoever_calls_at_once_calls_one_after_the_other(db, ana, room, open_network):
    people = await cast.crowd(db, 6)
    for person in people:
        await cast.let_in(db, open_network, person)
        await do(db, rooms.raise_hand, person, room.id)
    called = await asyncio.gather(*(do(db, rooms.call_next, ana, room.id) for _ in range(4)))
    assert len(set(called)) == 4
    shown = await queue(db, room)
    assert [speaking for _, speaking in shown] == [True, False, False]


async def test_the_absent_lose_their_place(db, ben, carol, room):
    for member in (ben, carol):
        await do(db, rooms.raise_hand, member, room.id)
    await do(db, rooms.lower_absent, room.id, [ben.id])
    await do(db, rooms.lower_absent, room.id, [ben.id])
    assert await queue(db, room) == [("Carol", False)]
    assert [kind for _, kind, _ in await cast.events(db, f"d:{room.id}")][-2:] == [
        "hand.raised",
        "hand.lowered",
    ]
