"""A rule (RFC 5545) as people say it."""

from datetime import date

from chat.languages import _, dated, many, sentence

NTH = {
    "1": sentence("the first {weekday}"),
    "2": sentence("the second {weekday}"),
    "3": sentence("the third {weekday}"),
    "4": sentence("the fourth {weekday}"),
    "5": sentence("the fifth {weekday}"),
    "-1": sentence("the last {weekday}"),
    "-2": sentence("the last but one {weekday}"),
    "-3": sentence("the third {weekday} from the end"),
    "-4": sentence("the fourth {weekday} from the end"),
    "-5": sentence("the fifth {weekday} from the end"),
}


def rule_in_words(rule: str, at: str = "") -> str:
    """`FREQ=MONTHLY;BYDAY=2TU` as "every month on the second Tuesday", perhaps with the time."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    frequency, count = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    weekdays = [day for day in parts.get("BYDAY", "").split(",") if day]
    on = [_day(day) for day in weekdays]
    on += [_of_month(int(day)) for day in parts.get("BYMONTHDAY", "").split(",") if day]
    if frequency == "WEEKLY" and count == 1 and on:
        said = _("every {days}", days=_listed([_weekdays()[day[-2:]] for day in weekdays]))
    elif on:
        said = _("{every} on {days}", every=_every(frequency, count), days=_listed(on))
    else:
        said = _every(frequency, count)
    if at:
        said = _("{rule} at {time}", rule=said, time=at)
    if "UNTIL" in parts:
        said = _("{rule}, until {day}", rule=said, day=dated(date.fromisoformat(parts["UNTIL"][:8])))
    if "COUNT" in parts:
        said = many(int(parts["COUNT"]), "{rule}, {n} time", "{rule}, {n} times", rule=said)
    return said


def _every(frequency: str, count: int) -> str:
    match frequency:
        case "DAILY":
            return many(count, "every day", "every {n} days")
        case "WEEKLY":
            return many(count, "every week", "every {n} weeks")
    return many(count, "every month", "every {n} months")


def _day(day: str) -> str:
    """Of a rule's BYDAY: a weekday, or the how manieth of the month."""
    which, weekday = day[:-2].removeprefix("+"), _weekdays()[day[-2:]]
    return _(NTH[which], weekday=weekday) if which else weekday


def _of_month(day: int) -> str:
    if day == -1:
        return _("the last day")
    return _("day {n}", n=day) if day > 0 else _("day {n} from the end", n=-day)


def _weekdays() -> dict[str, str]:
    return {
        "MO": _("Monday"),
        "TU": _("Tuesday"),
        "WE": _("Wednesday"),
        "TH": _("Thursday"),
        "FR": _("Friday"),
        "SA": _("Saturday"),
        "SU": _("Sunday"),
    }


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("{some} and {last}", some=", ".join(words[:-1]), last=words[-1])
