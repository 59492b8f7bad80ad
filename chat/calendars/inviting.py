"""Letters that put dates into members' own calendars, change them there, and take them out (RFC 5546, 6047).

What a member's calendar knows is written down, and each letter brings it from there to what holds now. So a letter
that comes late says the newest, one that was overtaken is not sent, and none is sent twice.
"""

import hashlib
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from redis.asyncio import Redis
from sqlmodel import col

from chat import clock, mail
from chat.calendars.composing import date_event, master_event
from chat.calendars.letters import Reader, date_letter, series_letter
from chat.calendars.messages import message
from chat.calendars.plans import named_by, on_the_clock, plan
from chat.calendars.queries import DateLine, SeriesLine, dates_of, series_for
from chat.db import Database, Transaction
from chat.dropins.models import Series
from chat.mail import Letter
from chat.networks.access import belongs

CHANGES = ("moved", "edited", "cancelled")


class Known(NamedTuple):
    """What a member's calendar knows of a date: the sequence it has heard of, as what it stands there, and its name."""

    sequence: int
    holds: str | None
    recurs_at: datetime | None


class Desk(NamedTuple):
    """All that it takes to write to a member about a series. `whole` is the series as their calendar knows it."""

    reader: Reader
    series: SeriesLine
    number: int
    whole: str

    def key(self, number: int) -> str:
        return f"calendar {self.series.id} {self.reader.id} {number}"


async def mail_date(
    db: Database, redis: Redis, drop_in_id: int, member_id: int, what: str = "", sequence: int = 0
) -> None:
    """Bring one date in a member's calendar up to date, with a letter if it takes one: after their answer, or after a
    change of that sequence (what: moved, edited, cancelled)."""
    async with db.transaction() as tx:
        series_id = await tx.value("SELECT series_id FROM drop_in WHERE id = :id", id=drop_in_id)
        desk = await _open(tx, series_id, member_id) if series_id else None
        if desk is None:
            return
        (line,) = (await dates_of(tx, [series_id], member_id, drop_in_id))[series_id]
        known = await _known(tx, desk, line)
        about = _change(line, desk, known, what, sequence) if what else _answer(line, desk, known)
        if not about:
            return
        if what and desk.whole and desk.whole.partition(" ")[2] != _shape(desk.series):
            letter = await _whole(tx, desk, "series changed")
        else:
            letter = await _one(tx, desk, line, known, about)
        await mail.send(letter, redis)


async def mail_series(db: Database, redis: Redis, series_id: int, member_id: int) -> None:
    """Put a whole series into a member's calendar, or take it out, by their answer to it."""
    async with db.transaction() as tx:
        desk = await _open(tx, series_id, member_id)
        if desk is None:
            return
        if desk.series.answer == "yes":
            if desk.whole:
                return
            letter = await _whole(tx, desk, "series")
        elif desk.whole:
            letter = await _without(tx, desk)
        else:
            return
        await mail.send(letter, redis)


def _answer(line: DateLine, desk: Desk, known: Known) -> str | None:
    """What a letter after an answer says: None where the calendar says it already."""
    answer = line.answer or desk.series.answer
    if line.cancelled_at or line.closes_at <= clock.now():
        return None
    if answer == "yes" or (known.holds and answer in ("maybe", "waiting")):
        return answer if (known.holds, known.sequence) != (answer, line.sequence) else None
    return "no" if known.holds else None


def _change(line: DateLine, desk: Desk, known: Known, what: str, sequence: int) -> str | None:
    """What a letter after a change says: None where it was overtaken, or is no matter of the member's."""
    answer = line.answer or desk.series.answer
    if answer in (None, "no") or known.sequence >= sequence or line.closes_at <= clock.now():
        return None
    if line.cancelled_at:
        return "cancelled"
    return what if what != "cancelled" else "edited"  # it takes place after all


async def _one(tx: Transaction, desk: Desk, line: DateLine, known: Known, about: str) -> Letter:
    """The letter about one date, and the note that the calendar knows it."""
    number = max(desk.number + 1, line.sequence)
    answer = line.answer or desk.series.answer
    method = "CANCEL" if about in ("no", "cancelled") else "REQUEST"
    recurs = _name(desk, line, known)
    event = date_event(desk.series, line, recurs)
    await tx.run(
        "INSERT INTO calendar_date (drop_in_id, member_id, known, holds, recurs_at, mailed_at) "
        "VALUES (:drop_in, :member, :known, :holds, :recurs, :now) ON CONFLICT (drop_in_id, member_id) "
        "DO UPDATE SET known = :known, holds = :holds, recurs_at = :recurs, mailed_at = :now",
        drop_in=line.id,
        member=desk.reader.id,
        known=line.sequence,
        holds=answer if method == "REQUEST" else None,
        recurs=recurs,
        now=clock.now(),
    )
    await _close(tx, desk, number, desk.whole)
    calendar = message(method, [(event, answer)], desk.reader.name, desk.reader.email, number)
    return date_letter(desk.reader, desk.series, line, about, calendar, method, desk.key(number))


async def _whole(tx: Transaction, desk: Desk, about: str) -> Letter:
    """The letter with a series from the next date on, and the note that the calendar knows all its dates."""
    series = desk.series
    today = clock.now().astimezone(ZoneInfo(series.zone)).date()
    begins = date.fromisoformat(desk.whole.partition(" ")[0]) if desk.whole else today
    every = (await dates_of(tx, [series.id], desk.reader.id))[series.id]
    # What is cancelled is left out: an invitation invites.
    lines = [line._replace(answer="no") if line.cancelled_at else line for line in every if line.local_date >= begins]
    number = max([desk.number + 1, *(line.sequence for line in lines)])
    planned = plan(series, lines, begins)
    events = [
        (date_event(series, line, on_the_clock(series, line.local_date)), line.answer or series.answer)
        for line in planned.differing
    ]
    if planned.first:
        events.insert(0, (master_event(series, planned, number), series.answer))
    ruled = [line for line in lines if line not in planned.single]
    for line in ruled:
        answer = line.answer or series.answer
        await tx.run(
            "INSERT INTO calendar_date (drop_in_id, member_id, known, holds, recurs_at, mailed_at) "
            "VALUES (:drop_in, :member, :known, :holds, :recurs, :now) ON CONFLICT (drop_in_id, member_id) "
            "DO UPDATE SET known = :known, holds = :holds, recurs_at = :recurs, mailed_at = :now",
            drop_in=line.id,
            member=desk.reader.id,
            known=line.sequence,
            holds=None if answer == "no" else answer,
            recurs=on_the_clock(series, line.local_date),
            now=clock.now(),
        )
    await _close(tx, desk, number, f"{planned.first or begins} {_shape(series)}")
    await _again(tx, desk, planned.single, number)
    next_at = min((line.opens_at for line in lines if line.answer != "no" and line.closes_at > clock.now()), default=None)
    carried = (message("REQUEST", events, desk.reader.name, desk.reader.email, number), "REQUEST", desk.key(number))
    return series_letter(desk.reader, series, about, next_at, carried)
