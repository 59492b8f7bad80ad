"""Dates that do not take place: skipped, cancelled with a word, or a bank holiday; and those that do after all."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chat import clock
from chat.db import Transaction
from chat.dropins import forms
from chat.dropins.editing import series_for, to_come
from chat.dropins.holidays import holidays_of
from chat.dropins.hosting import is_now, run_by
from chat.dropins.queries import drop_in_of
from chat.dropins.rules import dates, opens_on
from chat.dropins.scheduling import AHEAD, add_date, bring_back, call_off
from chat.errors import Conflict, Invalid
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import record

MOST_SKIPPED = 400


class Gap(NamedTuple):
    """A date of a series on which there is no drop-in, and why: a bank holiday's name, or nothing where it is skipped."""

    series_id: int
    title: str
    zone: str
    local_date: date
    opens_at: datetime
    holiday: str


async def cancel(tx: Transaction, host: Viewer | None, drop_in_id: int, form: Mapping[str, Any]) -> None:
    """Cancel a date that is to come, with a word to all who said yes. Form: word."""
    host = must_act(host)
    word = forms.word_of(form)
    if (await run_by(tx, host, drop_in_id)).state == "cancelled":
        return
    drop_in = await to_come(tx, host, drop_in_id)
    await call_off(tx, drop_in, host.id, word)
    await record(tx, drop_in.network_id, host.id, "dropin.cancelled", drop_in=drop_in_id, title=drop_in.title)


async def restore(tx: Transaction, host: Viewer | None, drop_in_id: int) -> None:
    """Take a cancellation back while the date is still to come."""
    drop_in = await drop_in_of(tx, must_act(host), drop_in_id)
    await series_for(tx, host, drop_in.series_id)  # before its dates, like whoever changes both
    drop_in = await run_by(tx, host, drop_in_id)
    if drop_in.state != "cancelled":
        if drop_in.to_come:
            return
        raise Conflict(_("{state} It was not cancelled.", state=is_now(drop_in)))
    await take_place(tx, host, drop_in.series_id, drop_in.local_date.isoformat())


async def skip(tx: Transaction, host: Viewer | None, series_id: int, day: object) -> None:
    """Leave one date of a series out."""
    series = await series_for(tx, host, series_id)
    host = must_act(host)
    when = _day(day)
    if when in series.skipped:
        return
    row = await _row(tx, series_id, when)
    if row is None and not any(dates(series.rule, series.starts_on, when, when)):
        raise Invalid("date", _("The series has no drop-in on this date."))
    if opens_on(when, series.local_time, series.zone) <= clock.now() and row is None:
        raise Conflict(_("That date is over."))
    if len(series.skipped) >= MOST_SKIPPED:
        raise Conflict(
            _("A series can skip {n} dates at most. Give it another rule instead.", n=MOST_SKIPPED)
        )
    if row is not None and not row.cancelled_at:
        await call_off(tx, await to_come(tx, host, row.id), host.id, "")
    await _skipped(tx, series_id, [*series.skipped, when])


async def take_place(tx: Transaction, host: Viewer | None, series_id: int, day: object) -> None:
    """Let a date take place that was skipped or cancelled, or is a bank holiday."""
    series = await series_for(tx, host, series_id)
    when = _day(day)
    row = await _row(tx, series_id, when)
    if row is not None and not row.cancelled_at:
        return
    holiday = holidays_of(series.holidays, when.year, when.year).get(when)
    by_rule = any(dates(series.rule, series.starts_on, when, when))
    opens_at, closes_at = _times(series, when, row)
    if opens_at <= clock.now():
        raise Conflict(_("That time is over."))
    if row is None and not by_rule:
        raise Invalid("date", _("The series has no drop-in on this date."))
    if when in series.skipped:
        await _skipped(tx, series_id, [d for d in series.skipped if d != when])
    if row is not None:
        drop_in_id = row.id
        await bring_back(tx, row, opens_at, closes_at)
    elif when <= clock.now().astimezone(ZoneInfo(series.zone)).date() + AHEAD:
        drop_in_id = await add_date(tx, series, when, opens_at, closes_at)
    elif holiday:
        raise Conflict(_("That is more than eight weeks away. Come back when the list shows it."))
    else:
        return  # its time comes by itself
    if holiday or not by_rule:  # it is there by a host's hand alone
        await tx.run("UPDATE drop_in SET moved_at = :now WHERE id = :id", id=drop_in_id, now=clock.now())


async def gaps_in(tx: Transaction, network_id: int) -> list[Gap]:
    """The dates of the next eight weeks on which a network's series have no drop-in, and there is no date that was
    cancelled either; for a viewer who may read the network."""
    now = clock.now()
    gaps = []
    for series in await tx.all(
        "SELECT series.*, (SELECT coalesce(array_agg(local_date), '{}') FROM drop_in WHERE series_id = series.id) AS known "
        "FROM series WHERE network_id = :id AND ended_at IS NULL AND (skipped <> '{}' OR holidays <> '')",
        id=network_id,
    ):
        today = now.astimezone(ZoneInfo(series.zone)).date()
        off = holidays_of(series.holidays, today.year, (today + AHEAD).year)
        for day in dates(series.rule, series.starts_on, today, today + AHEAD):
            opens_at = opens_on(day, series.local_time, series.zone)
            if opens_at > now and day not in series.known and (day in off or day in series.skipped):
                gaps.append(Gap(series.id, series.title, series.zone, day, opens_at, off.get(day, "")))
    return gaps


async def _skipped(tx: Transaction, series_id: int, days: list[date]) -> None:
    await tx.run("UPDATE series SET skipped = :days WHERE id = :id", id=series_id, days=sorted(days))


async def _row(tx: Transaction, series_id: int, day: date) -> Any:
    return await tx.first(
        "SELECT * FROM drop_in WHERE series_id = :id AND local_date = :day FOR NO KEY UPDATE",
        id=series_id,
        day=day,
    )


def _times(series: Any, day: date, row: Any) -> tuple[datetime, datetime]:
    """When a date of a series is; one that was moved keeps its own time."""
    if row is not None and row.moved_at:
        return row.opens_at, row.closes_at
    opens_at = opens_on(day, series.local_time, series.zone)
    return opens_at, opens_at + timedelta(minutes=series.minutes)


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Invalid("date", _("The date must be written like 2026-11-27.")) from None
