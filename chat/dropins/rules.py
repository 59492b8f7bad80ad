"""Rules (RFC 5545): which of them a series may have, the local dates they fall on, and when on a date it opens."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

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


def until(rule: str, last: date) -> str:
    """The rule without the dates that come after this one."""
    return ";".join([*_without_end(rule), f"UNTIL={last:%Y%m%d}"])


def after(rule: str, starts_on: date, day: date) -> str:
    """The rule as it goes on from a day: what it has counted by then is not counted again."""
    counted = re.search(r"COUNT=(\d+)", rule)
    if not counted:
        return rule
    before = len(list(dates(rule, starts_on, starts_on, day - timedelta(days=1))))
    return ";".join([*_without_end(rule), f"COUNT={max(1, int(counted[1]) - before)}"])


def is_plain(rule: str) -> bool:
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


def _without_end(rule: str) -> list[str]:
    return [part for part in rule.split(";") if not part.startswith(("COUNT=", "UNTIL="))]
