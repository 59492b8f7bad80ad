"""A series, and the dates it falls on.

A date is known by its local date; the rule and the zone only say when on that date it opens.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from chat import clock
from chat.db import AWAY, Database, Transaction, own_fault
from chat.discussions import add_topic
from chat.dropins.changing import changed
from chat.dropins.forms import of_series
from chat.dropins.holidays import holidays_of
from chat.dropins.opening import ring_for, unannounced
from chat.dropins.rules import WEEKDAYS, dates, opens_on
from chat.events import drop_in_stream, network_stream, open_stream
from chat.members import Viewer, must_act
from chat.networks import NetworkSeen, must_have

__all__ = ["WEEKDAYS", "dates", "materialise", "materialise_all", "opens_on", "schedule"]

log = structlog.get_logger()

AHEAD = timedelta(weeks=8)


async def schedule(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, form: Mapping[str, Any]
) -> int:
    """A new series with its dates of the next eight weeks; its id. Form: as `of_series` has it."""
    host = must_act(host)
    await must_have(tx, host, network.id, "run_drop_ins")
    series_id = await add_series(tx, network.id, host.id, of_series(form))
    await materialise(tx, series_id)
    return series_id


async def add_series(tx: Transaction, network_id: int, host_id: int, columns: Mapping[str, Any]) -> int:
    columns = {**columns, "network_id": network_id, "host_id": host_id, "created_at": clock.now()}
    names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    series_id = await tx.value(f"INSERT INTO series ({names}) VALUES ({values}) RETURNING id", **columns)  # noqa: S608
    tx.announce(network_stream(network_id), "series.added", series_id, network=network_id)
    return series_id


async def materialise(tx: Transaction, series_id: int, word: str = "") -> set[int]:
    """Make rows of the dates of the next eight weeks, move those whose time has changed, and call off those that are
    no longer any; those that calendars hear of by this. What a host has changed by hand, and what has begun, stays.
    Safe to repeat."""
    series = await tx.first(
        "SELECT * FROM series WHERE id = :id AND ended_at IS NULL FOR NO KEY UPDATE", id=series_id
    )
    if series is None:
        return set()
    now = clock.now()
    today = now.astimezone(ZoneInfo(series.zone)).date()
    last = today + AHEAD
    off = holidays_of(series.holidays, today.year, last.year)
    wanted = {day for day in dates(series.rule, series.starts_on, today, last) if day not in off}
    wanted -= set(series.skipped)
    rows = await tx.all(
        "SELECT * FROM drop_in WHERE series_id = :id AND local_date >= :today", id=series_id, today=today
    )
    known = {row.local_date: row for row in rows}
    told = set()
    for day in sorted(wanted):
        opens_at = opens_on(day, series.local_time, series.zone)
        closes_at = opens_at + timedelta(minutes=series.minutes)
        row = known.get(day)
        if row is None:
            if closes_at > now:
                await add_date(tx, series, day, opens_at, closes_at)
        elif opens_at > now and _called_off_by_rule(row):
            await bring_back(tx, row, opens_at, closes_at)
            told.add(row.id)
        elif opens_at > now and _follows(row, now) and (row.opens_at, row.closes_at) != (opens_at, closes_at):
            await move(tx, row, opens_at, closes_at, word)
            told.add(row.id)
    for day, row in sorted(known.items()):
        if day not in wanted and day <= last and _follows(row, now):
            await call_off(tx, row, None, word or off.get(day, ""))
            told.add(row.id)
    return told


def _follows(row: Any, now: datetime) -> bool:
    """Whether a date goes where its series goes."""
    return row.opens_at > now and not (row.moved_at or row.opened_at or row.missed_at or row.cancelled_at)


def _called_off_by_rule(row: Any) -> bool:
    return row.cancelled_at is not None and row.cancelled_by is None and not row.moved_at


async def materialise_all(db: Database) -> None:
    """All series, each in a transaction of its own."""
    async with db.snapshot() as tx:
        ids = [row.id for row in await tx.all("SELECT id FROM series WHERE ended_at IS NULL ORDER BY id")]
    for series_id in ids:
        try:
            async with db.transaction() as tx:
                await materialise(tx, series_id)
        except Exception as error:  # such as a zone that the new tzdata no longer has: the others go on
            if isinstance(error, AWAY) and not own_fault(error):
                raise
            log.error("a series gets no dates", series=series_id, exc_info=error)


async def add_date(tx: Transaction, series: Any, day: date, opens_at: datetime, closes_at: datetime) -> int:
    title = titled(series.title, series.zone, opens_at)
    topic_id = await add_topic(tx, series.network_id, series.host_id, title, listed_at=opens_at)
    drop_in_id = await tx.value(
        "INSERT INTO drop_in (series_id, network_id, topic_id, local_date, opens_at, closes_at) "
        "VALUES (:series, :network, :topic, :day, :opens, :closes) RETURNING id",
        series=series.id,
        network=series.network_id,
        topic=topic_id,
        day=day,
        opens=opens_at,
        closes=closes_at,
    )
    await open_stream(tx, drop_in_stream(drop_in_id), series.network_id)
    await ring_for(tx, drop_in_id, opens_at)
    return drop_in_id


def titled(title: str, zone: str, opens_at: datetime) -> str:
    """What a date's talk is called."""
    day = opens_at.astimezone(ZoneInfo(zone)).date()
    return f"{title}, {day.day} {day:%B %Y}"


async def change_time(tx: Transaction, drop_in_id: int, opens_at: datetime, closes_at: datetime) -> None:
    """Another time for a date, and all its turns to come."""
    await unannounced(tx, drop_in_id)
    await tx.run(
        "UPDATE drop_in SET opens_at = :opens, closes_at = :closes WHERE id = :id",
        id=drop_in_id,
        opens=opens_at,
        closes=closes_at,
    )
    await tx.run(
        "UPDATE topic SET listed_at = :opens, last_post_at = greatest(last_post_at, :opens) WHERE id = (SELECT topic_id FROM drop_in WHERE id = :id)",
        id=drop_in_id,
        opens=opens_at,
    )
    await ring_for(tx, drop_in_id, opens_at)


async def move(tx: Transaction, row: Any, opens_at: datetime, closes_at: datetime, word: str = "") -> None:
    """A date at another time, of which those are told who are to come."""
    await change_time(tx, row.id, opens_at, closes_at)
    await changed(tx, row.id, "moved", word)
    tx.announce(network_stream(row.network_id), "dropin.moved", row.id, network=row.network_id)


async def call_off(tx: Transaction, row: Any, by: int | None, word: str) -> None:
    """A date that does not take place: because a host says so, or (by nobody) because its series has it no more."""
    await tx.run(
        "UPDATE drop_in SET cancelled_at = :now, cancelled_by = :by WHERE id = :id",
        id=row.id,
        now=clock.now(),
        by=by,
    )
    await tx.run("UPDATE topic SET listed_at = NULL WHERE id = :id AND post_count = 0", id=row.topic_id)
    await changed(tx, row.id, "cancelled", word)
    tx.announce(network_stream(row.network_id), "dropin.cancelled", row.id, network=row.network_id)
    tx.announce(drop_in_stream(row.id), "room.cancelled", row.id, network=row.network_id)


async def bring_back(tx: Transaction, row: Any, opens_at: datetime, closes_at: datetime) -> None:
    """A date that was called off takes place after all."""
    await change_time(tx, row.id, opens_at, closes_at)
    await changed(tx, row.id, "edited", "It takes place after all.")
    tx.announce(network_stream(row.network_id), "dropin.moved", row.id, network=row.network_id)
