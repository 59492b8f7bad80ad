"""Quick polls: asked and closed by a host, with a secret vote of each member."""

from collections.abc import Mapping
from typing import Any

from chat import clock
from chat.db import Transaction
from chat.discussions.balloting import asked_in, ballot_in, choices_of, marking, put_ballot, put_poll
from chat.dropins import DropInSeen
from chat.errors import Conflict
from chat.events import drop_in_stream
from chat.languages import _, sentence
from chat.members import Viewer
from chat.ops import once
from chat.rooms.entering import IN_THE_ROOM, enter_as_host, in_turn, must_be
from chat.rooms.finding import found

MOST_POLLS = 50  # in one drop-in
RULE = sentence("Quick polls are for the time in the room.")
HOLD = "SELECT options, several, counts, turnout, closed_at FROM poll WHERE id = :id AND removed_at IS NULL FOR NO KEY UPDATE"


async def start_poll(
    tx: Transaction,
    host: Viewer | None,
    drop_in_id: int,
    form: Mapping[str, Any],
    *,
    op: str | None = None,
) -> dict[str, Any]:
    """A new poll: {"id"}. Form: question, options (a list, or one in each line), several, shown (live, voted or closed)."""
    viewer, drop_in = await enter_as_host(tx, host, drop_in_id)
    asked = asked_in(form)

    async def act() -> dict[str, Any]:
        must_be(drop_in, IN_THE_ROOM, _(RULE))
        await in_turn(tx, drop_in_id)
        many = await tx.value("SELECT count(*) FROM poll WHERE drop_in_id = :id", id=drop_in_id)
        if many >= MOST_POLLS:
            raise Conflict(_("{n} quick polls are enough for one drop-in.", n=MOST_POLLS))
        poll_id = await put_poll(tx, viewer.id, asked, drop_in_id=drop_in_id)
        _announce(tx, drop_in, "poll.added", poll_id)
        return {"id": poll_id}

    return await once(tx, viewer.id, "poll.add", op, act)


async def choose(
    tx: Transaction, viewer: Viewer | None, poll_id: int, choices: object, *, op: str | None = None
) -> int:
    """Vote with the numbers of one's choices, from 1 on; the drop-in's id. Until it closes it can be changed, and with
    no choices taken back."""
    viewer, drop_in, poll = await _held(tx, viewer, poll_id)
    voter, chosen = viewer, choices_of(choices, poll)

    async def act() -> dict[str, Any]:
        await _change(tx, voter, drop_in, poll, chosen)
        return {}

    await once(tx, viewer.id, "poll.vote", op, act)
    return drop_in.id


async def mark(tx: Transaction, viewer: Viewer | None, poll_id: int, option: object, on: bool) -> int:
    """Choose one option, or take that back; the drop-in's id. Where one can be chosen, it takes the place of another."""
    viewer, drop_in, poll = await _held(tx, viewer, poll_id)
    return await _change(tx, viewer, drop_in, poll, marking(poll, option, on))


async def _held(tx: Transaction, viewer: Viewer | None, poll_id: int) -> tuple[Viewer, DropInSeen, Any]:
    viewer, drop_in, _row = await found(tx, viewer, "poll", poll_id, HOLD)
    return viewer, drop_in, await ballot_in(tx, viewer, poll_id)


async def _change(tx: Transaction, viewer: Viewer, drop_in: DropInSeen, poll: Any, chosen: list[int]) -> int:
    if chosen == list(poll.choices or ()):
        return drop_in.id
    must_be(drop_in, IN_THE_ROOM, _(RULE))
    if poll.closed_at:
        raise Conflict(_("This poll is closed."))
    await put_ballot(tx, viewer, poll, chosen)
    _announce(tx, drop_in, "tally.changed", poll.id)
    return drop_in.id


async def close_poll(tx: Transaction, host: Viewer | None, poll_id: int) -> int:
    """End the voting: now everybody sees the numbers. The drop-in's id."""
    viewer, drop_in, poll = await found(tx, host, "poll", poll_id, HOLD, host=True)
    if poll.closed_at is None:
        await tx.run(
            "UPDATE poll SET closed_at = :now, closed_by = :me WHERE id = :id",
            now=clock.now(),
            me=viewer.id,
            id=poll_id,
        )
        _announce(tx, drop_in, "poll.closed", poll_id)
    return drop_in.id


async def reopen_poll(tx: Transaction, host: Viewer | None, poll_id: int) -> int:
    """Let people vote on; the drop-in's id."""
    _by, drop_in, poll = await found(tx, host, "poll", poll_id, HOLD, host=True)
    if poll.closed_at is None and drop_in.lets_in:
        return drop_in.id
    must_be(drop_in, IN_THE_ROOM, _(RULE))
    await tx.run("UPDATE poll SET closed_at = NULL, closed_by = NULL WHERE id = :id", id=poll_id)
    _announce(tx, drop_in, "poll.reopened", poll_id)
    return drop_in.id


async def remove_poll(tx: Transaction, host: Viewer | None, poll_id: int) -> int:
    """Take a poll away in which nobody has voted; the drop-in's id."""
    _by, drop_in, poll = await found(
        tx,
        host,
        "poll",
        poll_id,
        "SELECT turnout, removed_at FROM poll WHERE id = :id FOR NO KEY UPDATE",
        host=True,
    )
    if poll.removed_at:
        return drop_in.id
    if poll.turnout:
        raise Conflict(_("Somebody has voted in it, so it stays. You can close it."))
    await tx.run("UPDATE poll SET removed_at = :now WHERE id = :id", now=clock.now(), id=poll_id)
    _announce(tx, drop_in, "poll.removed", poll_id)
    return drop_in.id


def _announce(tx: Transaction, drop_in: DropInSeen, kind: str, poll_id: int) -> None:
    tx.announce(drop_in_stream(drop_in.id), kind, poll_id, network=drop_in.network_id)
