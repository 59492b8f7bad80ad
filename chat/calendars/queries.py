"""Which series and dates a calendar holds. Both questions take the viewer's predicate, and cannot return more."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import and_, col, func, or_, select

from chat import clock
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.dropins.models import DropIn, Rsvp, Series, SeriesRsvp
from chat.dropins.queries import WRAP_UP, drop_in_of
from chat.members import Viewer
from chat.networks import nothing_there, readable
from chat.networks.models import Network

MONTHS_BACK = 3  # a calendar that is subscribed to forgets with its feed; this much stays


class SeriesLine(NamedTuple):
    """A series as a calendar needs it, with the member's answer to all of it."""

    id: int
    network_slug: str
    network_name: str
    title: str
    description: str
    zone: str
    rule: str
    starts_on: date
    local_time: time
    minutes: int
    holidays: str
    skipped: list[date]
    created_at: datetime
    ended_at: datetime | None
    answer: str | None
    answered_at: datetime | None


class DateLine(NamedTuple):
    """A date as a calendar needs it, with the member's answer to it alone."""

    id: int
    series_id: int
    local_date: date
    opens_at: datetime
    closes_at: datetime
    title: str | None
    description: str | None
    sequence: int
    word: str
    moved_at: datetime | None
    cancelled_at: datetime | None
    answer: str | None  # yes, maybe, no; or waiting
    answered_at: datetime | None


def since() -> date:
    """The first day of a feed: of a month, so that its bytes do not change daily."""
    today = clock.now().date()
    months = today.year * 12 + today.month - 1 - MONTHS_BACK
    return date(months // 12, months % 12 + 1, 1)


async def series_for(tx: Transaction, where: Any, member_id: int | None) -> list[SeriesLine]:
    """The series of the networks that this SQL names, as their calendars know them."""
    mine = and_(col(SeriesRsvp.series_id) == col(Series.id), col(SeriesRsvp.member_id) == member_id)
    query = (
        select(
            Series.id, Network.slug, Network.name, Series.title, Series.description, Series.zone, Series.rule,
            Series.starts_on, Series.local_time, Series.minutes, Series.holidays, Series.skipped, Series.created_at,
            Series.ended_at, SeriesRsvp.answer, SeriesRsvp.answered_at,
        )
        .select_from(Series)
        .join(Network, col(Network.id) == col(Series.network_id))
        .outerjoin(SeriesRsvp, mine)
        .where(where, or_(col(Series.ended_at).is_(None), col(Series.ended_at) >= _start(since())))
        .order_by(Series.id)
    )  # fmt: skip
    return [SeriesLine(*row) for row in await tx.all(query)]


async def dates_of(
    tx: Transaction, series_ids: Sequence[int], member_id: int | None, only: int | None = None
) -> dict[int, list[DateLine]]:
    """Their dates from the feed's first day on, by series; or `only` one, whenever it was."""
    mine = and_(col(Rsvp.drop_in_id) == col(DropIn.id), col(Rsvp.member_id) == member_id)
    answer = sa.case((col(Rsvp.waiting_since).is_not(None), "waiting"), else_=col(Rsvp.answer))
    columns: Any = (
        DropIn.id, DropIn.series_id, DropIn.local_date, DropIn.opens_at, DropIn.closes_at, DropIn.title,
        DropIn.description, DropIn.sequence, DropIn.word, DropIn.moved_at, DropIn.cancelled_at, answer, Rsvp.answered_at,
    )  # fmt: skip
    query = (
        select(*columns)
        .select_from(DropIn)
        .outerjoin(Rsvp, mine)
        .where(
            col(DropIn.series_id) == sa.any_(sa.cast(list(series_ids), sa.ARRAY(sa.BigInteger))),
            col(DropIn.id) == only if only else col(DropIn.local_date) >= since(),
        )
        .order_by(DropIn.local_date)
    )
    found: dict[int, list[DateLine]] = {id: [] for id in series_ids}
    for row in await tx.all(query):
        found[row[1]].append(DateLine(*row))
    return found


async def room_of(tx: Transaction, viewer: Viewer | None, series_id: int) -> DropInSeen:
    """The date of a series that is open or next, else its last: where the series' own address leads."""
    now = clock.now()
    over = col(DropIn.closes_at) + WRAP_UP <= now
    drop_in_id = await tx.value(
        select(DropIn.id)
        .join(Network, col(Network.id) == col(DropIn.network_id))
        .where(
            col(DropIn.series_id) == series_id,
            col(DropIn.cancelled_at).is_(None),
            readable(viewer and viewer.id),
        )
        .order_by(over, func.abs(func.extract("epoch", col(DropIn.opens_at) - now)))
        .limit(1)
    )
    if drop_in_id is None:
        of_network = select(Series.network_id).where(col(Series.id) == series_id).scalar_subquery()
        raise await nothing_there(tx, viewer, of_network)
    return await drop_in_of(tx, viewer, drop_in_id)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("UTC")) - timedelta(days=1)
