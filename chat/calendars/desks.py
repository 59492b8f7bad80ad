"""What stands written down about a member's calendar, held by one letter at a time."""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import and_, col

from chat import clock
from chat.calendars.letters import Reader
from chat.calendars.plans import named_by
from chat.calendars.queries import DateLine, SeriesLine, series_for
from chat.db import Transaction
from chat.dropins.models import Series
from chat.networks.access import belongs

# Of a series that goes on from another the letters are counted on: a date may still stand there under the old name.
OPEN = """
INSERT INTO calendar_series (series_id, member_id, number)
SELECT series.id, :member, coalesce(before.number, -1) FROM series
LEFT JOIN calendar_series AS before ON before.series_id = series.follows_id AND before.member_id = :member
WHERE series.id = :series ON CONFLICT DO NOTHING
"""


class Desk(NamedTuple):
    """All that it takes to write to a member about a series. `whole` is the series as their calendar knows it: its
    first day, its shape, and the days that it leaves out."""

    reader: Reader
    series: SeriesLine
    number: int
    whole: str

    @property
    def has_changed(self) -> bool:
        return self.whole.split()[1] != shape(self.series)

    def key(self, number: int) -> str:
        """The name of a letter, whenever it is sent."""
        return f"calendar {self.series.id} {self.reader.id} {number}"


class Name(NamedTuple):
    """How a date is called in a calendar: by a moment of a series, or by itself."""

    of_series: int | None
    recurs: datetime | None


class Known(NamedTuple):
    """What a member's calendar knows of a date: the change it has heard of, as what it stands there, and its name."""

    sequence: int
    holds: str | None
    name: Name


async def desk_for(tx: Transaction, series_id: int, member_id: int) -> Desk | None:
    """The desk, until the transaction ends; who else writes to the member about the series waits for it.

    None for whoever may not read the network any more, and for a series that ended before a feed's first day.
    """
    await tx.run(OPEN, series=series_id, member=member_id)
    row = await tx.first(
        "SELECT number, whole FROM calendar_series WHERE series_id = :series AND member_id = :member FOR UPDATE",
        series=series_id,
        member=member_id,
    )
    found = await series_for(tx, and_(col(Series.id) == series_id, belongs(member_id)), member_id)
    if not found:
        return None
    reader = await tx.first(
        "SELECT id, name, email, language, zone FROM member WHERE id = :id AND verified_at IS NOT NULL",
        id=member_id,
    )
    return Desk(Reader(*reader), found[0], row.number, row.whole) if reader else None


async def known_of(tx: Transaction, desk: Desk, line: DateLine) -> Known:
    """What the member's calendar knows of a date. Who has the whole series has its dates by their moments."""
    moment = named_by(desk.series, line.local_date)
    if moment and (desk.whole or moment.astimezone(UTC).astimezone(moment.tzinfo) == moment):
        name = Name(desk.series.id, moment)
    else:  # beside the rule, or at a time that the clocks skip
        name = Name(None, None)
    row = await tx.first(
        "SELECT known, holds, of_series, recurs_at FROM calendar_date WHERE drop_in_id = :id AND member_id = :member",
        id=line.id,
        member=desk.reader.id,
    )
    if row is None:
        return Known(0, "yes", name) if desk.whole and moment else Known(-1, None, name)
    if row.holds and not desk.whole:
        recurs = row.recurs_at and row.recurs_at.astimezone(ZoneInfo(desk.series.zone))
        name = Name(row.of_series, recurs)
    return Known(row.known, row.holds, name)


async def note_date(tx: Transaction, desk: Desk, line: DateLine, holds: str | None, name: Name) -> None:
    """The calendar knows this date as it is."""
    await tx.run(
        "INSERT INTO calendar_date (drop_in_id, member_id, known, holds, of_series, recurs_at, mailed_at) "
        "VALUES (:drop_in, :member, :known, :holds, :of_series, :recurs, :now) ON CONFLICT (drop_in_id, member_id) "
        "DO UPDATE SET known = :known, holds = :holds, of_series = :of_series, recurs_at = :recurs, mailed_at = :now",
        drop_in=line.id,
        member=desk.reader.id,
        known=line.sequence,
        holds=holds,
        of_series=name.of_series,
        recurs=name.recurs,
        now=clock.now(),
    )


async def note_series(tx: Transaction, desk: Desk, number: int, whole: str) -> None:
    """So many letters there were, and the calendar knows the series as this."""
    await tx.run(
        "UPDATE calendar_series SET number = :number, whole = :whole, mailed_at = :now "
        "WHERE series_id = :series AND member_id = :member",
        number=number,
        whole=whole,
        now=clock.now(),
        series=desk.series.id,
        member=desk.reader.id,
    )


def shape(series: SeriesLine) -> str:
    """What a calendar must be told anew when it changes."""
    told = (
        series.title, series.description, series.zone, series.rule, series.starts_on, series.local_time, series.minutes,
        series.holidays, series.ended_at,
    )  # fmt: skip
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
