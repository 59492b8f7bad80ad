"""Hands: raised and lowered by whose they are, called by a host, one at a time."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import Conflict
from chat.events import drop_in_stream, member_stream
from chat.languages import _, sentence
from chat.members import Viewer
from chat.networks import writing_in
from chat.ops import once
from chat.rooms.entering import enter, enter_as_host, in_turn, must_be
from chat.rooms.finding import found

RULE = sentence("Hands go up while a drop-in is live.")
CALLED = sentence("People are called while a drop-in is live.")

# Up already: nothing is changed, and the place is kept. One of an earlier opening of the same date counts as down.
RAISE = """
INSERT INTO hand (drop_in_id, member_id, raised_at) VALUES (:drop_in, :me, :now)
ON CONFLICT (drop_in_id, member_id) DO UPDATE SET raised_at = excluded.raised_at, called_at = NULL, lowered_at = NULL
WHERE hand.lowered_at IS NOT NULL OR hand.raised_at < :opens_at
RETURNING id
"""
UP = "SELECT id FROM hand WHERE drop_in_id = :drop_in AND member_id = :me"
LOWER = """
UPDATE hand SET lowered_at = :now WHERE drop_in_id = :drop_in AND member_id = ANY(:members) AND lowered_at IS NULL
RETURNING id, member_id
"""
NEXT = """
SELECT id FROM hand WHERE drop_in_id = :drop_in AND lowered_at IS NULL AND called_at IS NULL AND raised_at >= :opens_at
ORDER BY raised_at, id LIMIT 1
"""


async def raise_hand(
    tx: Transaction, viewer: Viewer | None, drop_in_id: int, *, op: str | None = None
) -> int:
    """Join the queue; the hand's id. Twice keeps the place."""
    viewer, drop_in = await enter(tx, viewer, drop_in_id, to_speak=True)
    me = {"me": viewer.id, "drop_in": drop_in_id}

    async def act() -> dict[str, Any]:
        must_be(drop_in, ("live",), _(RULE))
        hand_id = await tx.value(RAISE, now=clock.now(), opens_at=drop_in.opens_at, **me)
        if hand_id is None:
            return {"id": await tx.value(UP, **me)}
        tx.announce(member_stream(me["me"]), "mine.hand", drop_in_id, 1)
        _announce(tx, drop_in, "hand.raised", hand_id)
        return {"id": hand_id}

    return (await once(tx, viewer.id, "hand.raise", op, act))["id"]


async def lower_hand(
    tx: Transaction, viewer: Viewer | None, drop_in_id: int, *, op: str | None = None
) -> None:
    """Take one's own hand down, speaking or not. Nothing comes of it where it is down."""
    viewer, drop_in = await enter(tx, viewer, drop_in_id)
    me = viewer.id

    async def act() -> dict[str, Any]:
        await _lower(tx, drop_in.id, drop_in.network_id, [me])
        return {}

    await once(tx, me, "hand.lower", op, act)


async def lower_other(tx: Transaction, host: Viewer | None, hand_id: int) -> int:
    """As a host, take anybody's hand down; the drop-in's id. That ends their turn if it was theirs."""
    _by, drop_in, row = await found(
        tx, host, "hand", hand_id, "SELECT member_id FROM hand WHERE id = :id", host=True
    )
    await _lower(tx, drop_in.id, drop_in.network_id, [row.member_id])
    return drop_in.id


async def call(tx: Transaction, host: Viewer | None, hand_id: int) -> int:
    """Give somebody the word; the drop-in's id. Whoever had it is done."""
    _by, drop_in, _row = await found(
        tx, host, "hand", hand_id, "SELECT 1 FROM hand WHERE id = :id", host=True
    )
    must_be(drop_in, ("live",), _(CALLED))
    await in_turn(tx, drop_in.id)
    row = await tx.first("SELECT raised_at, called_at, lowered_at FROM hand WHERE id = :id", id=hand_id)
    if row.lowered_at or row.raised_at < drop_in.opens_at:
        raise Conflict(_("This hand is down by now."))
    if not row.called_at:
        await _give_word(tx, drop_in, hand_id)
    return drop_in.id


async def call_next(tx: Transaction, host: Viewer | None, drop_in_id: int) -> int | None:
    """Give the word to whoever has waited longest; the hand's id, or None when nobody waits. Whoever had it is done."""
    _by, drop_in = await enter_as_host(tx, host, drop_in_id)
    must_be(drop_in, ("live",), _(CALLED))
    await in_turn(tx, drop_in_id)
    hand_id = await tx.value(NEXT, drop_in=drop_in_id, opens_at=drop_in.opens_at)
    await _give_word(tx, drop_in, hand_id)
    return hand_id


async def lower_absent(tx: Transaction, drop_in_id: int, members: list[int]) -> None:
    """The hands of members who have left the room: the hub takes them down."""
    network_id = await tx.value("SELECT network_id FROM drop_in WHERE id = :id", id=drop_in_id)
    await writing_in(tx, network_id)
    await _lower(tx, drop_in_id, network_id, members)


async def _give_word(tx: Transaction, drop_in: DropInSeen, hand_id: int | None) -> None:
    now = clock.now()
    for row in await tx.all(
        "UPDATE hand SET lowered_at = :now WHERE drop_in_id = :drop_in AND called_at IS NOT NULL AND lowered_at IS NULL "
        "AND id IS DISTINCT FROM CAST(:next AS bigint) RETURNING id, member_id",
        now=now,
        drop_in=drop_in.id,
        next=hand_id,
    ):
        _announce_lowered(tx, drop_in.id, drop_in.network_id, row.id, row.member_id)
    if hand_id is not None and await tx.run(
        "UPDATE hand SET called_at = :now WHERE id = :id AND lowered_at IS NULL AND called_at IS NULL",
        now=now,
        id=hand_id,
    ):
        _announce(tx, drop_in, "hand.called", hand_id)


async def _lower(tx: Transaction, drop_in_id: int, network_id: int, members: list[int]) -> None:
    for row in await tx.all(LOWER, drop_in=drop_in_id, members=members, now=clock.now()):
        _announce_lowered(tx, drop_in_id, network_id, row.id, row.member_id)


def _announce_lowered(
    tx: Transaction, drop_in_id: int, network_id: int, hand_id: int, member_id: int
) -> None:
    tx.announce(member_stream(member_id), "mine.hand", drop_in_id, 0)
    tx.announce(drop_in_stream(drop_in_id), "hand.lowered", hand_id, network=network_id)


def _announce(tx: Transaction, drop_in: DropInSeen, kind: str, hand_id: int) -> None:
    tx.announce(drop_in_stream(drop_in.id), kind, hand_id, network=drop_in.network_id)
