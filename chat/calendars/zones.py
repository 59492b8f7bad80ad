"""A time zone as calendars want it told: from zoneinfo, with the changes of the years around today.

Outlook reads no list of changes, only yearly rules ([MS-OXCICAL] 2.1.3.1.1.19), so a rule is given where one fits.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

YEARS = 6  # a calendar asks again long before they are over
STEP = timedelta(days=7)  # shorter than any time between two changes
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
BEFORE_ALL = datetime(1970, 1, 1)


class Change(NamedTuple):
    """The clocks are put forward or back. `wall` is what they show just then, before."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str


@lru_cache(maxsize=512)
def zone_component(name: str, first_year: int) -> Timezone:
    """The VTIMEZONE of a zone from this year on."""
    zone = ZoneInfo(name)
    changes = list(_changes(zone, first_year - 1, first_year + YEARS))
    component = Timezone()
    component.add("TZID", name)
    start = datetime(first_year - 1, 1, 1, tzinfo=UTC).astimezone(zone)
    offset = start.utcoffset() or timedelta()
    if not changes or changes[0].wall.year >= first_year:
        component.add_component(
            _observance([Change(BEFORE_ALL, offset, offset, start.tzname() or name)], first_year)
        )
    alike: dict[tuple[timedelta, timedelta, str], list[Change]] = defaultdict(list)
    for change in changes:
        alike[change[1:]].append(change)
    for group in alike.values():
        component.add_component(_observance(group, first_year))
    return component


def _observance(group: list[Change], first_year: int) -> TimezoneStandard | TimezoneDaylight:
    first = group[0]
    part = TimezoneDaylight() if first.after > first.before else TimezoneStandard()
    part.add("DTSTART", first.wall)
    part.TZOFFSETFROM, part.TZOFFSETTO = first.before, first.after
    part.add("TZNAME", first.name)
    if rule := _yearly(group, first_year):
        part.add("RRULE", vRecur.from_ical(rule))
    elif group[1:]:
        part.add("RDATE", [change.wall for change in group[1:]])
    return part


def _yearly(group: list[Change], first_year: int) -> str | None:
    """The yearly rule that all of these follow, up to the last of the years."""
    walls = [change.wall for change in group]
    if [wall.year for wall in walls] != list(range(first_year - 1, first_year + YEARS)):
        return None
    if len({(wall.month, wall.weekday(), wall.time()) for wall in walls}) > 1:
        return None
    weeks = {(wall.day - 1) // 7 + 1 for wall in walls}
    if all((wall + timedelta(days=7)).month != wall.month for wall in walls):
        week = -1
    elif len(weeks) == 1:
        week = weeks.pop()
    else:
        return None
    return f"FREQ=YEARLY;BYMONTH={walls[0].month};BYDAY={week}{WEEKDAYS[walls[0].weekday()]}"


def _changes(zone: ZoneInfo, first_year: int, end_year: int) -> Iterator[Change]:
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(end_year, 1, 1, tzinfo=UTC)
    while at < end:
        if _offset(at, zone) != _offset(at + STEP, zone):
            low, high = at, at + STEP
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if _offset(middle, zone) == _offset(at, zone) else (low, middle)
            before, after = _offset(at, zone), _offset(high, zone)
            yield Change(
                (high + before).replace(tzinfo=None),
                before,
                after,
                high.astimezone(zone).tzname() or str(zone),
            )
        at += STEP


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
