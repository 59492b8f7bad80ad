"""Quick polls: asked and closed by a host, with a secret vote of each member."""

from collections.abc import Mapping
from typing import Any

from chat import clock
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import Conflict, Invalid
from chat.events import drop_in_stream, member_stream
from chat.fields import line, one_of
from chat.members import Viewer
from chat.ops import once
from chat.rooms.entering import IN_THE_ROOM, enter_as_host, in_turn, must_be
from chat.rooms.finding import found

SHOWN = ("live", "voted", "closed")
FEWEST, MOST = 2, 8
LONGEST_QUESTION, LONGEST_OPTION = 200, 100
MOST_POLLS = 50  # in one drop-in
RULE = "Quick polls are for the time in the room."
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
    question = line("question", form.get("question"), LONGEST_QUESTION, called="The question")
    options = _options(form.get("options"))
    several = form.get("several") in (True, "yes", "on")
    shown = one_of("shown", form.get("shown") or "voted", SHOWN, called="When the results are shown")

    async def act() -> dict[str, Any]:
        must_be(drop_in, IN_THE_ROOM, RULE)
        await in_turn(tx, drop_in_id)
        many = await tx.value("SELECT count(*) FROM poll WHERE drop_in_id = :id", id=drop_in_id)
        if many >= MOST_POLLS:
            raise Conflict(f"{MOST_POLLS} quick polls are enough for one drop-in.")
        poll_id = await tx.value(
            "INSERT INTO poll (drop_in_id, asked_by, question, options, several, shown, asked_at, counts) VALUES "
            "(:drop_in, :me, :question, CAST(:options AS text[]), :several, :shown, :now, CAST(:counts AS integer[])) RETURNING id",
            drop_in=drop_in_id,
            me=viewer.id,
            question=question,
            options=options,
            several=several,
            shown=shown,
            now=clock.now(),
            counts=[0] * len(options),
        )
        _announce(tx, drop_in, "poll.added", poll_id)
        return {"id": poll_id}

    return await once(tx, viewer.id, "poll.add", op, act)


async def choose(tx: Transaction, viewer: Viewer | None, poll_id: int, choices: object) -> int:
    """Vote with the numbers of one's choices, from 1 on; the drop-in's id. Until it closes it can be changed, and with
    no choices taken back."""
    viewer, drop_in, poll = await found(tx, viewer, "poll", poll_id, HOLD)
    chosen = _choices(choices, len(poll.options), poll.several)
    before = await tx.value(
        "SELECT choices FROM ballot WHERE poll_id = :id AND member_id = :me", id=poll_id, me=viewer.id
    )
    if chosen == (before or []):
        return drop_in.id
    must_be(drop_in, IN_THE_ROOM, RULE)
    if poll.closed_at:
        raise Conflict("This poll is closed.")
    await _put_ballot(tx, viewer, poll_id, chosen)
    counts = [n + (i in chosen) - (i in (before or [])) for i, n in enumerate(poll.counts, 1)]
    await tx.run(
        "UPDATE poll SET counts = CAST(:counts AS integer[]), turnout = turnout + :more WHERE id = :id",
        counts=counts,
        more=bool(chosen) - bool(before),
        id=poll_id,
    )
    tx.announce(member_stream(viewer.id), "mine.ballot", poll_id, sum(1 << i for i in chosen))
    _announce(tx, drop_in, "tally.changed", poll_id)
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
    _, drop_in, poll = await found(tx, host, "poll", poll_id, HOLD, host=True)
    if poll.closed_at is None and drop_in.lets_in:
        return drop_in.id
    must_be(drop_in, IN_THE_ROOM, RULE)
    await tx.run("UPDATE poll SET closed_at = NULL, closed_by = NULL WHERE id = :id", id=poll_id)
    _announce(tx, drop_in, "poll.reopened", poll_id)
    return drop_in.id


async def remove_poll(tx: Transaction, host: Viewer | None, poll_id: int) -> int:
    """Take a poll away in which nobody has voted; the drop-in's id."""
    _, drop_in, poll = await found(
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
        raise Conflict("Somebody has voted in it, so it stays. You can close it.")
    await tx.run("UPDATE poll SET removed_at = :now WHERE id = :id", now=clock.now(), id=poll_id)
    _announce(tx, drop_in, "poll.removed", poll_id)
    return drop_in.id


async def _put_ballot(tx: Transaction, viewer: Viewer, poll_id: int, chosen: list[int]) -> None:
    if not chosen:
        await tx.run("DELETE FROM ballot WHERE poll_id = :id AND member_id = :me", id=poll_id, me=viewer.id)
        return
    await tx.run(
        "INSERT INTO ballot (poll_id, member_id, choices) VALUES (:id, :me, CAST(:chosen AS smallint[])) "
        "ON CONFLICT (poll_id, member_id) DO UPDATE SET choices = excluded.choices",
        id=poll_id,
        me=viewer.id,
        chosen=chosen,
    )


def _options(given: object) -> list[str]:
    lines = given.splitlines() if isinstance(given, str) else given
    if not isinstance(lines, list):
        raise Invalid("options", "Write each option in a line of its own.")
    options = [
        option
        for one in lines[: 10 * MOST]
        if (option := line("options", one, LONGEST_OPTION, called="An option", required=False))
    ]
    if not FEWEST <= len(options) <= MOST:
        raise Invalid("options", f"A poll has {FEWEST} to {MOST} options; this has {len(options)}.")
    if len({option.casefold() for option in options}) < len(options):
        raise Invalid("options", "Two of the options are the same.")
    return options


def _choices(given: object, options: int, several: bool) -> list[int]:
    asked = given if isinstance(given, list) else [given] if given not in (None, "") else []
    chosen = sorted({int(str(one)) for one in asked if str(one).isdecimal() and len(str(one)) < 3})
    if len(chosen) != len({str(one) for one in asked}) or any(not 1 <= one <= options for one in chosen):
        raise Invalid("choices", f"Choose by the number of an option, from 1 to {options}.")
    if len(chosen) > 1 and not several:
        raise Invalid("choices", "Choose one of the options.")
    return chosen


def _announce(tx: Transaction, drop_in: DropInSeen, kind: str, poll_id: int) -> None:
    tx.announce(drop_in_stream(drop_in.id), kind, poll_id, network=drop_in.network_id)
