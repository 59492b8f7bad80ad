"""What a host may say of a series, and of one date: brought into shape, or refused with a sentence about the field."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from chat import clock
from chat.dropins.holidays import region
from chat.dropins.rules import WEEKDAYS, dates, is_plain
from chat.errors import Invalid
from chat.fields import line, prose, whole_number
from chat.languages import _

FARTHEST_START = timedelta(days=2 * 366)
MOST_PLACES = 100_000


def of_series(form: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a series. Form: title, description, zone, weekday (MO…SU) or rule (RFC 5545), starts_on,
    local_time (HH:MM), minutes, place_url, capacity, holidays."""
    zone = zone_of(form.get("zone"))
    starts_on = day_of("starts_on", form.get("starts_on"), zone)
    return {
        "zone": zone,
        "starts_on": starts_on,
        "title": title_of(form),
        "description": welcome_of(form),
        "rule": rule_of(form, starts_on),
        "local_time": time_of(form.get("local_time")),
        "minutes": minutes_of(form),
        "place_url": url_of(form.get("place_url")),
        "capacity": capacity_of(form.get("capacity")),
        "holidays": region(form.get("holidays")),
    }


def title_of(form: Mapping[str, Any]) -> str:
    return line("title", form.get("title"), 100, called=_("The title"))


def welcome_of(form: Mapping[str, Any]) -> str:
    return prose("description", form.get("description"), 4096, called=_("The description"), required=False)


def minutes_of(form: Mapping[str, Any]) -> int:
    return whole_number(
        "minutes", form.get("minutes"), 5, 1440, called=_("The length in minutes"), otherwise=60
    )


def capacity_of(value: object) -> int | None:
    if value is None or value == "":
        return None
    return whole_number("capacity", value, 1, MOST_PLACES, called=_("The number of places"))


def zone_of(value: object) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise Invalid("zone", _("Choose a time zone such as Europe/London."))
    return value


def day_of(field: str, value: object, zone: str) -> date:
    """A date within two years of today, which it is where none was given."""
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    if not value:
        return today
    called = _("The first date") if field == "starts_on" else _("The date")
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise Invalid(field, _("{called} must be written like 2026-11-27.", called=called)) from None
    if abs(day - today) > FARTHEST_START:
        raise Invalid(field, _("{called} must be within two years of today.", called=called))
    return day


def time_of(value: object) -> time:
    try:
        moment = time.fromisoformat(str(value or ""))
    except ValueError:
        raise Invalid("local_time", _("The time must be written like 12:30.")) from None
    return moment.replace(tzinfo=None)


def rule_of(form: Mapping[str, Any], starts_on: date) -> str:
    if not form.get("rule"):
        weekday = form.get("weekday") or WEEKDAYS[starts_on.weekday()]
        if weekday not in WEEKDAYS:
            raise Invalid("weekday", _("The weekday must be one of: {days}.", days=", ".join(WEEKDAYS)))
        return f"FREQ=WEEKLY;BYDAY={weekday}"
    rule = line("rule", form["rule"], 200, called=_("The rule")).upper().removeprefix("RRULE:")
    if not is_plain(rule):
        raise Invalid(
            "rule",
            _("The rule must be a daily, weekly or monthly one of RFC 5545, like FREQ=WEEKLY;BYDAY=FR."),
        )
    try:
        first = next(dates(rule, starts_on, starts_on, starts_on + timedelta(days=400)), None)
    except (ValueError, TypeError):
        raise Invalid("rule", _("This rule can’t be understood: its parts contradict each other.")) from None
    if first is None:
        raise Invalid("rule", _("This rule has no dates in its first year."))
    return rule


def url_of(value: object) -> str:
    url = line("place_url", value, 500, called=_("The link"), required=False)
    if url and not _is_https(url):
        raise Invalid("place_url", _("The link must start with https://"))
    return url


def word_of(form: Mapping[str, Any]) -> str:
    """What a host says to those who were to come."""
    return prose("word", form.get("word"), 2048, called=_("The word to those who come"), required=False)


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False
