"""The poll of a topic: asked by who started it or a host, with a secret vote of each member."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from chat import clock
from chat.db import Reader, Transaction
from chat.discussions.balloting import Asked, asked_in, ballot_in, choices_of, marking, put_ballot, put_poll
from chat.discussions.models import Poll
from chat.discussions.partaking import must_take_part, must_tend, tell_readers
from chat.discussions.queries import TopicRow, topic_of
from chat.errors import Conflict, Invalid, NotFound
from chat.events import topic_stream
from chat.languages import _
from chat.members import Viewer, must_act, reader_of
from chat.ops import once

LONGEST = timedelta(days=366)


class TopicPoll(NamedTuple):
    """A topic's poll. Its `counts`, one for each option, are None until everybody may see them."""

    id: int
    topic_id: int
    question: str
    options: list[str]
    several: bool
    shown: str
    asked_at: datetime
    closes_at: datetime | None
    turnout: int  # how many have voted
    closed: bool
    counts: list[int] | None


class OwnBallot(NamedTuple):
    """What a member has chosen, and the numbers of a poll that shows them to who has voted."""

    choices: list[int]
    counts: list[int] | None


class Wanted(NamedTuple):
    """A poll that somebody wants to ask."""

    asked: Asked
    closes_at: datetime | None


async def poll_wanted(tx: Transaction, viewer: Viewer, form: Mapping[str, Any]) -> Wanted:
    """Of a form: question, options, several, shown, and when it closes: closes_on (a date where the member lives) or
    closes_at (with its zone)."""
    asked = asked_in(form)
    closes_at = _moment(form["closes_at"]) if form.get("closes_at") else None
    if form.get("closes_on"):
        zone = (await reader_of(tx, viewer.id)).zone or "UTC"
        closes_at = datetime.combine(_date(form["closes_on"]), time(23, 59), ZoneInfo(zone))
    if closes_at and not clock.now() < closes_at <= clock.now() + LONGEST:
        field = "closes_on" if form.get("closes_on") else "closes_at"
        raise Invalid(field, _("A poll closes in the future, within a year."))
    return Wanted(asked, closes_at)


async def add_poll(
    tx: Transaction, viewer: Viewer | None, topic_id: int, form: Mapping[str, Any], *, op: str | None = None
) -> dict[str, Any]:
    """Ask something in a topic that has no poll: {"id"}. By who started the topic, or a host."""
    viewer = must_act(viewer)
    topic = await topic_of(tx, viewer, topic_id)
    wanted = await poll_wanted(tx, viewer, form)

    async def act() -> dict[str, Any]:
        await must_tend(tx, viewer, topic)
        # The row of the topic is held until the end: of two who ask at once, one is told that there is a poll.
        if await tx.value("SELECT polled_at FROM topic WHERE id = :id FOR NO KEY UPDATE", id=topic_id):
            raise Conflict(_("This discussion has a poll already."))
        poll_id = await ask_in(tx, viewer, topic_id, wanted)
        tell_readers(tx, topic)
        return {"id": poll_id}

    return await once(tx, viewer.id, "topic.poll", op, act)


async def ask_in(tx: Transaction, viewer: Viewer, topic_id: int, wanted: Wanted) -> int:
    """The poll of a topic that has none; its id."""
    poll_id = await put_poll(tx, viewer.id, wanted.asked, topic_id=topic_id, closes_at=wanted.closes_at)
    await tx.run("UPDATE topic SET polled_at = :now WHERE id = :id", now=clock.now(), id=topic_id)
    if wanted.closes_at:
        await _close_then(tx, poll_id, wanted.closes_at)
    return poll_id


async def vote(tx: Transaction, viewer: Viewer | None, topic_id: int, option: object, on: bool) -> None:
    """Choose one option, or take that back; where one can be chosen, it takes the place of another."""
    await _vote(tx, viewer, topic_id, lambda poll: marking(poll, option, on))


async def vote_for(
    tx: Transaction, viewer: Viewer | None, topic_id: int, choices: object, *, op: str | None = None
) -> None:
    """Vote with the numbers of one's choices, from 1 on; with none the vote is taken back."""
    voter = must_act(viewer)

    async def act() -> dict[str, Any]:
        await _vote(tx, voter, topic_id, lambda poll: choices_of(choices, poll))
        return {}

    await once(tx, voter.id, "topic.vote", op, act)


async def _vote(tx: Transaction, viewer: Viewer | None, topic_id: int, choose: Any) -> None:
    viewer = must_act(viewer)
    topic = await topic_of(tx, viewer, topic_id)
    await must_take_part(tx, viewer, topic.network_id)
    poll = await ballot_in(tx, viewer, await _held(tx, topic_id))
    chosen = choose(poll)
    if chosen == list(poll.choices or ()):
        return
    if poll.closed_at or (poll.closes_at and poll.closes_at <= clock.now()):
        raise Conflict(_("This poll is closed."))
    await put_ballot(tx, viewer, poll, chosen)
    tx.announce(topic_stream(topic_id), "ballots.counted", poll.id, network=topic.network_id)


async def close_poll(tx: Transaction, viewer: Viewer | None, topic_id: int) -> None:
    """End the voting: now everybody sees the numbers."""
    topic, poll_id = await _tended(tx, viewer, topic_id)
    if await tx.run(
        "UPDATE poll SET closed_at = :now, closed_by = :me WHERE id = :id AND closed_at IS NULL",
        now=clock.now(),
        me=must_act(viewer).id,
        id=poll_id,
    ):
        tell_readers(tx, topic)


async def reopen_poll(tx: Transaction, viewer: Viewer | None, topic_id: int) -> None:
    """Let people vote on, until it is closed again."""
    topic, poll_id = await _tended(tx, viewer, topic_id)
    if await tx.run(
        "UPDATE poll SET closed_at = NULL, closed_by = NULL, closes_at = CASE WHEN closes_at > :now THEN closes_at END "
        "WHERE id = :id AND (closed_at IS NOT NULL OR closes_at <= :now)",
        now=clock.now(),
        id=poll_id,
    ):
        tell_readers(tx, topic)


async def remove_poll(tx: Transaction, viewer: Viewer | None, topic_id: int) -> None:
    """Take a poll away in which nobody has voted."""
    viewer = must_act(viewer)
    topic = await topic_of(tx, viewer, topic_id)
    await must_tend(tx, viewer, topic)
    poll_id = await tx.value(_HOLD, topic=topic_id)
    if poll_id is None:
        return
    if not await tx.run(
        "UPDATE poll SET removed_at = :now WHERE id = :id AND turnout = 0", now=clock.now(), id=poll_id
    ):
        raise Conflict(_("Somebody has voted in it, so it stays. You can close it."))
    await tx.run("UPDATE topic SET polled_at = NULL WHERE id = :id", id=topic_id)
    tell_readers(tx, topic)


async def close_due_poll(tx: Transaction, poll_id: int) -> None:
    """Tell a topic's readers that its poll has closed by the clock. Closed by hand or put off, it is not told."""
    row = await tx.first(
        "UPDATE poll SET closed_at = closes_at WHERE id = :id AND closed_at IS NULL AND removed_at IS NULL AND closes_at <= :now "
        "RETURNING topic_id",
        id=poll_id,
        now=clock.now(),
    )
    if row:
        network_id = await tx.value("SELECT network_id FROM topic WHERE id = :id", id=row.topic_id)
        tx.announce(topic_stream(row.topic_id), "head.changed", row.topic_id, network=network_id)


_HOLD = "SELECT id FROM poll WHERE topic_id = :topic AND removed_at IS NULL FOR NO KEY UPDATE"


async def _held(tx: Transaction, topic_id: int) -> int:
    poll_id = await tx.value(_HOLD, topic=topic_id)
    if poll_id is None:
        raise NotFound(_("There is no poll in this discussion."))
    return poll_id


async def _tended(tx: Transaction, viewer: Viewer | None, topic_id: int) -> tuple[TopicRow, int]:
    viewer = must_act(viewer)
    topic = await topic_of(tx, viewer, topic_id)
    await must_tend(tx, viewer, topic)
    return topic, await _held(tx, topic_id)


async def _close_then(tx: Transaction, poll_id: int, closes_at: datetime) -> None:
    key = f"poll-closes:{poll_id}:{closes_at.timestamp():.0f}"
    await tx.enqueue("close_poll", key, run_at=closes_at, poll_id=poll_id)


# Reading

_NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
_IDS = sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger)))
_closed: Any = sa.or_(
    col(Poll.closed_at).is_not(None), sa.func.coalesce(col(Poll.closes_at) <= _NOW, sa.false())
)
# Decided here: numbers that are not due don't leave the database.
_counts = sa.case((sa.or_(col(Poll.shown) == "live", _closed), col(Poll.counts)))
_columns: Any = (
    Poll.id,
    Poll.topic_id,
    Poll.question,
    Poll.options,
    Poll.several,
    Poll.shown,
    Poll.asked_at,
    Poll.closes_at,
    Poll.turnout,
    _closed,
    _counts,
)
_polls: Any = select(*_columns).where(col(Poll.removed_at).is_(None), col(Poll.topic_id).is_not(None))
_POLLS_OF, _POLLS_BY_ID = _polls.where(col(Poll.topic_id) == _IDS), _polls.where(col(Poll.id) == _IDS)


async def polls_of_topics(tx: Reader, topic_ids: list[int]) -> dict[int, TopicPoll]:
    """The polls of these topics, by topic, for who may read them."""
    return {row[1]: TopicPoll(*row) for row in await tx.all(_POLLS_OF, ids=topic_ids, now=clock.now())}


async def topic_polls_by_id(tx: Reader, ids: list[int]) -> dict[int, TopicPoll]:
    return {row[0]: TopicPoll(*row) for row in await tx.all(_POLLS_BY_ID, ids=ids, now=clock.now())}


async def own_ballot(tx: Transaction, viewer: Viewer | None, poll: TopicPoll | None) -> OwnBallot | None:
    """What the viewer has chosen in a poll, if they have."""
    if viewer is None or poll is None:
        return None
    row = await tx.first(
        "SELECT choices, CASE WHEN shown = 'voted' THEN counts END FROM ballot JOIN poll ON poll.id = poll_id "
        "WHERE poll_id = :poll AND member_id = :me",
        poll=poll.id,
        me=viewer.id,
    )
    return OwnBallot(list(row[0]), row[1]) if row else None


def _date(given: object) -> date:
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise Invalid("closes_on", _("Say the date on which it closes, like 2026-12-24.")) from None


def _moment(given: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(given))
        if at.tzinfo is None:
            raise Invalid("closes_at", _("The time needs its zone, like +00:00."))
        return at
    except ValueError:
        raise Invalid("closes_at", _("Say a time like 2026-12-24T12:00:00+00:00.")) from None
