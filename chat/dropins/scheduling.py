"""A series, and the dates it falls on.

A date is known by its local date; the rule and the zone only say when on that date it opens.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import structlog
from dateutil.rrule import rrulestr

from chat import clock
from chat.db import AWAY, Database, Transaction, own_fault
from chat.discussions import add_topic
from chat.dropins.opening import ring_for
from chat.dropins.places import inherit
from chat.errors import Invalid
from chat.events import drop_in_stream, network_stream, open_stream
from chat.fields import line, prose, whole_number
from chat.members import Viewer, must_act
from chat.networks import NetworkSeen, must_have

log = structlog.get_logger()

AHEAD = timedelta(weeks=8)
FARTHEST_START = timedelta(days=2 * 366)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# What a rule may consist of. dateutil takes more, and on some of it counts for ever, or in vain up to the year 9999.
_DAY, _MONTHDAY = r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", r"-?([1-9]|[12]\d|3[01])"
PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY",
    "INTERVAL": r"[1-9]\d?",
    "BYDAY": rf"{_DAY}(,{_DAY})*",
    "BYMONTHDAY": rf"{_MONTHDAY}(,{_MONTHDAY})*",
    "COUNT": r"[1-9]\d{0,2}",
    "UNTIL": r"\d{8}(T\d{6})?",
}
AT_MOST_ONE = ({"BYDAY", "BYMONTHDAY"}, {"COUNT", "UNTIL"})


async def schedule(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, form: Mapping[str, Any]
) -> int:
    """A new series with its dates of the next eight weeks; its id.

    Form: title, description, zone, weekday (MO…SU) or rule (RFC 5545), starts_on, local_time (HH:MM), minutes, place_url.
    """
    host = must_act(host)
    await must_have(tx, host, network.id, "run_drop_ins")
    zone = _zone(form.get("zone"))
    starts_on = _date(form.get("starts_on"), zone)
    series_id = await tx.value(
        "INSERT INTO series (network_id, title, description, zone, rule, starts_on, local_time, minutes, place_url, host_id) "
        "VALUES (:network, :title, :description, :zone, :rule, :starts_on, :local_time, :minutes, :place_url, :host) RETURNING id",
        network=network.id, host=host.id, zone=zone, starts_on=starts_on,
        title=line("title", form.get("title"), 100, called="The title"),
        description=prose("description", form.get("description"), 4096, called="The description", required=False),
        rule=_rule(form, starts_on),
        local_time=_time(form.get("local_time")),
        minutes=whole_number("minutes", form.get("minutes"), 5, 1440, called="The length in minutes", otherwise=60),
        place_url=_url(form.get("place_url")),
    )  # fmt: skip
    await materialise(tx, series_id)
    tx.announce(network_stream(network.id), "series.added", series_id, network=network.id)
    return series_id


def opens_on(day: date, local_time: time, zone: str) -> datetime:
    """When a date opens. A wall time that the clocks skip moves forward; one they show twice means its first pass."""
    return datetime.combine(day, local_time, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def dates(rule: str, starts_on: date, first: date, last: date) -> Iterator[date]:
    """The local dates of a rule within a window, both ends included."""
    midnight = time()
    occurrences = rrulestr(rule, dtstart=datetime.combine(starts_on, midnight))
    for moment in occurrences.xafter(datetime.combine(first, midnight), inc=True):
        if moment.date() > last:
            return
        yield moment.date()


async def materialise(tx: Transaction, series_id: int) -> None:
    """Make rows of the dates of the next eight weeks, and move those whose time has changed. Safe to repeat."""
    series = await tx.first(
        "SELECT * FROM series WHERE id = :id AND ended_at IS NULL FOR UPDATE", id=series_id
    )
    if series is None:
        return
    now = clock.now()
    rows = await tx.all(
        "SELECT id, local_date, opens_at, closes_at, moved_at, opened_at, missed_at FROM drop_in WHERE series_id = :id",
        id=series_id,
    )
    known = {row.local_date: row for row in rows}
    today = now.astimezone(ZoneInfo(series.zone)).date()
    for day in dates(series.rule, series.starts_on, today, today + AHEAD):
        opens_at = opens_on(day, series.local_time, series.zone)
        closes_at = opens_at + timedelta(minutes=series.minutes)
        row = known.get(day)
        if row is None and closes_at > now:
            await add_date(tx, series, day, opens_at, closes_at)
        elif (
            row
            and not (row.moved_at or row.opened_at or row.missed_at)
            and (row.opens_at, row.closes_at) != (opens_at, closes_at)
        ):
            await change_time(tx, row.id, opens_at, closes_at)


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
    title = f"{series.title}, {day.day} {day:%B %Y}"
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
    await inherit(tx, drop_in_id)
    await ring_for(tx, drop_in_id, opens_at)
    return drop_in_id


async def change_time(tx: Transaction, drop_in_id: int, opens_at: datetime, closes_at: datetime) -> None:
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


def _zone(value: object) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise Invalid("zone", "Choose a time zone such as Europe/London.")
    return value


def _date(value: object, zone: str) -> date:
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    if not value:
        return today
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise Invalid("starts_on", "The first date must be written like 2026-11-27.") from None
    if abs(day - today) > FARTHEST_START:
        raise Invalid("starts_on", "The first date must be within two years of today.")
    return day


def _time(value: object) -> time:
    try:
        moment = time.fromisoformat(str(value or ""))
    except ValueError:
        raise Invalid("local_time", "The time must be written like 12:30.") from None
    return moment.replace(tzinfo=None)


def _rule(form: Mapping[str, Any], starts_on: date) -> str:
    if not form.get("rule"):
        weekday = form.get("weekday") or WEEKDAYS[starts_on.weekday()]
        if weekday not in WEEKDAYS:
            raise Invalid("weekday", f"The weekday must be one of: {', '.join(WEEKDAYS)}.")
        return f"FREQ=WEEKLY;BYDAY={weekday}"
    rule = line("rule", form["rule"], 200, called="The rule").upper().removeprefix("RRULE:")
    if not _is_plain(rule):
        raise Invalid(
            "rule", "The rule must be a daily, weekly or monthly one of RFC 5545, like FREQ=WEEKLY;BYDAY=FR."
        )
    try:
        first = next(dates(rule, starts_on, starts_on, starts_on + timedelta(days=400)), None)
    except (ValueError, TypeError):
        raise Invalid("rule", "This rule can’t be understood: its parts contradict each other.") from None
    if first is None:
        raise Invalid("rule", "This rule has no dates in its first year.")
    return rule


def _is_plain(rule: str) -> bool:
    """Whether the rule is one that falls on dates again and again, and is quick to count."""
    pairs = [part.partition("=")[::2] for part in rule.split(";")]
    parts = dict(pairs)
    if len(parts) < len(pairs) or any(len(both & parts.keys()) > 1 for both in AT_MOST_ONE):
        return False
    if not all(name in PARTS and re.fullmatch(PARTS[name], value) for name, value in pairs):
        return False
    match parts.get("FREQ"):
        case "DAILY":
            return not {"BYDAY", "BYMONTHDAY"} & parts.keys()
        case "WEEKLY":
            return "BYMONTHDAY" not in parts and not any(c.isdigit() for c in parts.get("BYDAY", ""))
        case "MONTHLY":
            return True
    return False


def _url(value: object) -> str:
    url = line("place_url", value, 500, called="The link", required=False)
    if url and not url.startswith("https://"):
        raise Invalid("place_url", "The link must start with https://")
    return url
