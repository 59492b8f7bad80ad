"""Polls, in topics and in rooms: what they may ask, and their secret ballots."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import Invalid
from chat.events import member_stream
from chat.fields import line, one_of
from chat.languages import _
from chat.members import Viewer

SHOWN = ("live", "voted", "closed")
FEWEST, MOST = 2, 8
LONGEST_QUESTION, LONGEST_OPTION = 200, 100
BALLOT = """
SELECT poll.id, options, several, shown, counts, closed_at, closes_at, choices
FROM poll LEFT JOIN ballot ON poll_id = poll.id AND member_id = :me WHERE poll.id = :id
"""


class Asked(NamedTuple):
    """What a poll asks."""

    question: str
    options: list[str]
    several: bool
    shown: str


def asked_in(form: Mapping[str, Any]) -> Asked:
    """Of a form: question, options (a list, or one in each line), several, shown (live, voted or closed)."""
    question = line("question", form.get("question"), LONGEST_QUESTION, called=_("The question"))
    options = _options(form.get("options"))
    several = form.get("several") in (True, "yes", "on")
    shown = one_of("shown", form.get("shown") or "voted", SHOWN, called=_("When the results are shown"))
    return Asked(question, options, several, shown)


async def put_poll(
    tx: Transaction,
    by: int,
    asked: Asked,
    *,
    drop_in_id: int | None = None,
    topic_id: int | None = None,
    closes_at: datetime | None = None,
) -> int:
    """The row of a new poll; its id."""
    return await tx.value(
        "INSERT INTO poll (drop_in_id, topic_id, asked_by, question, options, several, shown, asked_at, closes_at, counts) VALUES "
        "(:drop_in, :topic, :by, :question, CAST(:options AS text[]), :several, :shown, :now, :closes, CAST(:counts AS integer[])) "
        "RETURNING id",
        drop_in=drop_in_id,
        topic=topic_id,
        by=by,
        question=asked.question,
        options=asked.options,
        several=asked.several,
        shown=asked.shown,
        now=clock.now(),
        closes=closes_at,
        counts=[0] * len(asked.options),
    )


async def ballot_in(tx: Transaction, viewer: Viewer, poll_id: int) -> Any:
    """A poll with what the viewer has chosen. To be asked once the poll's row is held: then it sees what the same
    member's other screen has just chosen."""
    return await tx.first(BALLOT, id=poll_id, me=viewer.id)


def choices_of(given: object, poll: Any) -> list[int]:
    """Numbers of options, from 1 on, in order and each once."""
    options = len(poll.options)
    asked = given if isinstance(given, list) else [given] if given not in (None, "") else []
    chosen = sorted({int(str(one)) for one in asked if str(one).isdecimal() and len(str(one)) < 3})
    if len(chosen) != len({str(one) for one in asked}) or any(not 1 <= one <= options for one in chosen):
        raise Invalid("choices", _("Choose by the number of an option, from 1 to {n}.", n=options))
    if len(chosen) > 1 and not poll.several:
        raise Invalid("choices", _("Choose one of the options."))
    return chosen


def marking(poll: Any, option: object, on: bool) -> list[int]:
    """What is chosen once this option is, or is no more. Where one can be chosen, it takes the place of another."""
    (chosen,) = choices_of(option, poll) or [0]
    others = {one for one in poll.choices or () if one != chosen and (poll.several or not on)}
    return sorted(others | ({chosen} if on and chosen else set()))


async def put_ballot(tx: Transaction, viewer: Viewer, poll: Any, chosen: list[int]) -> None:
    """Choose these options and no others, and tell the member's own screens. The caller holds the poll's row."""
    before = list(poll.choices or ())
    await _write(tx, viewer, poll.id, chosen)
    await tx.run(
        "UPDATE poll SET counts = CAST(:counts AS integer[]), turnout = turnout + :more WHERE id = :id",
        counts=[n + (i in chosen) - (i in before) for i, n in enumerate(poll.counts, 1)],
        more=bool(chosen) - bool(before),
        id=poll.id,
    )
    for option in sorted({*chosen, *before}):
        if (option in chosen) != (option in before):
            tx.announce(member_stream(viewer.id), f"mine.choice{option}", poll.id, int(option in chosen))
    tx.announce(member_stream(viewer.id), "mine.ballot", poll.id, int(bool(chosen)))
    if poll.shown == "voted":
        tx.announce(member_stream(viewer.id), "mine.tally", poll.id)


async def _write(tx: Transaction, viewer: Viewer, poll_id: int, chosen: list[int]) -> None:
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
        raise Invalid("options", _("Write each option in a line of its own."))
    options = [
        option
        for one in lines[: 10 * MOST]
        if (option := line("options", one, LONGEST_OPTION, called=_("An option"), required=False))
    ]
    if not FEWEST <= len(options) <= MOST:
        raise Invalid(
            "options",
            _("A poll has {least} to {most} options; this has {n}.", least=FEWEST, most=MOST, n=len(options)),
        )
    if len({option.casefold() for option in options}) < len(options):
        raise Invalid("options", _("Two of the options are the same."))
    return options
