"""A rule (RFC 5545) as people say it."""

from datetime import date

DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
NTH = {
    "1": "first",
    "2": "second",
    "3": "third",
    "4": "fourth",
    "5": "fifth",
    "-1": "last",
    "-2": "last but one",
}
EACH = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month"}


def rule_in_words(rule: str) -> str:
    """`FREQ=MONTHLY;BYDAY=2TU` as "every month on the second Tuesday"."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    frequency, count = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    on = [_day(day) for day in parts.get("BYDAY", "").split(",") if day]
    on += [
        f"day {n}" if int(n) > 0 else _from_the_end(n) for n in parts.get("BYMONTHDAY", "").split(",") if n
    ]
    if frequency == "WEEKLY" and count == 1 and on:
        said = f"every {_listed([day.removeprefix('the ') for day in on])}"
    else:
        said = f"every {EACH[frequency]}" if count == 1 else f"every {count} {EACH[frequency]}s"
        said += f" on {_listed(on)}" if on else ""
    if "UNTIL" in parts:
        last = date.fromisoformat(parts["UNTIL"][:8])
        said += f" until {last.day} {last:%B %Y}"
    if "COUNT" in parts:
        said += f", {parts['COUNT']} times"
    return said


def _day(day: str) -> str:
    nth = NTH.get(day[:-2].removeprefix("+"), day[:-2])
    return f"the {nth} {DAYS[day[-2:]]}" if nth else DAYS[day[-2:]]


def _from_the_end(day: str) -> str:
    return "the last day" if day == "-1" else f"day {day[1:]} from the end"


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
