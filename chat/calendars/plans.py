"""A series as a calendar says it: a rule from a first date on, what it leaves out, and which dates differ."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from chat import clock
from chat.calendars.queries import DateLine, SeriesLine, since
from chat.dropins.holidays import holidays_of
from chat.dropins.scheduling import dates, opens_on

AHEAD = timedelta(days=366)  # for dates that are known to be left out


class Plan(NamedTuple):
    """`first` is None for a series that goes by single dates alone."""

    first: date | None
    rule: str
    left_out: list[date]
    differing: list[DateLine]
    single: list[DateLine]


def plan(series: SeriesLine, lines: list[DateLine], begins: date | None = None) -> Plan:
    """How a calendar comes to exactly these dates; those that the member said no to are not in it.

    It begins with a feed's first day, or another.
    """
    lines = [line for line in lines if not (line.cancelled_at and line.local_date in series.skipped)]
    if series.answer == "no":
        return Plan(None, "", [], [], _by_itself(line for line in lines if line.answer))
    known = {line.local_date: line for line in lines}
    today = clock.now().astimezone(ZoneInfo(series.zone)).date()
    begins = max(series.starts_on, begins or since())
    last = max(known, default=begins)
    on = list(dates(series.rule, series.starts_on, begins, max(last, today + AHEAD)))
    # Where there are no rows yet the rule speaks, unless the series has ended.
    ahead = set() if series.ended_at else {day for day in on if day > last and day >= today}
    off = holidays_of(series.holidays, today.year, today.year + 1).keys() | set(series.skipped)
    held = [day for day in on if day in known or day in ahead - off]
    if not held:
        return Plan(None, "", [], [], _by_itself(lines))
    ruled = {day for day in on if held[0] <= day and (not series.ended_at or day <= held[-1])}
    refused = {line.local_date for line in lines if line.answer == "no"}
    return Plan(
        held[0],
        _rule(series, held[-1]),
        sorted(ruled - set(held) | ruled & refused),
        [line for line in _wanted(lines) if line.local_date in ruled and _differs(series, line)],
        _by_itself(line for line in lines if line.local_date not in ruled),
    )


def wall(moment: datetime, zone: str) -> datetime:
    """A moment as the zone's clocks show it; in UTC where they show it twice and this is the second time."""
    local = moment.astimezone(ZoneInfo(zone))
    return moment.astimezone(UTC) if local.fold else local


def on_the_clock(series: SeriesLine, day: date) -> datetime:
    """When a date would open by the rule, in the form that names it: local, even where the clocks skip it."""
    return datetime.combine(day, series.local_time, ZoneInfo(series.zone))


def named_by(series: SeriesLine, day: date) -> datetime | None:
    """The moment that names a date among those of its series' rule; None for one beside the rule."""
    return on_the_clock(series, day) if day in dates(series.rule, series.starts_on, day, day) else None


def _differs(series: SeriesLine, line: DateLine) -> bool:
    """Whether a date says anything else than its series does."""
    opens_at = opens_on(line.local_date, series.local_time, series.zone)
    closes = on_the_clock(series, line.local_date) + timedelta(minutes=series.minutes)  # as calendars count
    return bool(
        line.opens_at != opens_at
        # A time that the clocks skip: not every program moves it forward.
        or opens_at.astimezone(ZoneInfo(series.zone)).time() != series.local_time
        or wall(line.closes_at, series.zone) != closes
        or line.closes_at != opens_at + timedelta(minutes=series.minutes)
        or line.cancelled_at
        or line.title is not None
        or line.description is not None
        or (line.answer is not None and line.answer != series.answer)
    )


def _wanted(lines: Iterable[DateLine]) -> list[DateLine]:
    return [line for line in lines if line.answer != "no"]


def _by_itself(lines: Iterable[DateLine]) -> list[DateLine]:
    """Those that stand in a calendar each under its own name; one that is cancelled simply is not there any more."""
    return [line for line in _wanted(lines) if not line.cancelled_at]


def _rule(series: SeriesLine, last: date) -> str:
    """The rule with its end as a moment in UTC, as RFC 5545 wants it beside a time zone."""
    parts = dict(part.split("=") for part in series.rule.split(";"))
    until, count = parts.pop("UNTIL", None), parts.pop("COUNT", None)
    end = None
    if series.ended_at:
        end = last
    elif until:
        end = date.fromisoformat(until[:8])
    elif count:
        end = rrulestr(series.rule, dtstart=datetime.combine(series.starts_on, datetime.min.time()))[
            -1
        ].date()
    if end:
        parts["UNTIL"] = f"{opens_on(end, series.local_time, series.zone):%Y%m%dT%H%M%SZ}"
    return ";".join(f"{name}={value}" for name, value in parts.items())
