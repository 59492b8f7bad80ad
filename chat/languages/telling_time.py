"""Times as their readers say them: in their language, and by the clocks of their zone."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from chat.languages.saying import LOCALES, PSEUDO, language


def when(at: datetime, zone: str, language: str) -> str:
    """Day, date, time and the zone's name: “Thursday 26 November 2026, 12:00 (Greenwich Mean Time)”."""
    from babel.dates import format_date, get_timezone_name

    local, locale = at.astimezone(ZoneInfo(zone)), _locale(language)
    name = get_timezone_name(local, width="long", locale=locale)
    return f"{format_date(local, 'full', locale=locale)}, {clock_time(at, zone, language)} ({name})"


def clock_time(at: datetime, zone: str, language: str) -> str:
    from babel.dates import format_time

    return format_time(at.astimezone(ZoneInfo(zone)), "short", locale=_locale(language))


# What a page says before its script has found out the reader's zone. In English by strftime, as Babel takes ten times as
# long; elsewhere by CLDR's letters.
SHAPES = {
    "when": ("%a {day} %b %Y, %H:%M UTC", "EEE d. MMM y, HH:mm 'UTC'"),
    "ago": ("{day} %b %Y, %H:%M UTC", "d. MMM y, HH:mm 'UTC'"),
    "day": ("{day} %b %Y", "d. MMM y"),
    "date": ("%a {day} %b", "EEE d. MMM"),
    "clock": ("%H:%M UTC", "HH:mm 'UTC'"),
}


def briefly(at: datetime, style: str = "ago") -> str:
    """As 26 Nov 2026, 12:00 UTC, in the language that is spoken now; the styles are those of scripts/times.js."""
    english, letters = SHAPES[style]
    if (spoken := language()) in ("en", PSEUDO):
        at = at.astimezone(UTC)
        return at.strftime(english).replace("{day}", str(at.day))
    from babel.dates import format_datetime

    return format_datetime(at.astimezone(UTC), letters, locale=_locale(spoken))


def dated(day: date, parts: str = "") -> str:
    """As 26 November 2026, in the language that is spoken now; or only some parts of it, by Unicode's letters for them."""
    if (spoken := language()) in ("en", PSEUDO) and not parts:
        return f"{day.day} {day:%B %Y}"
    from babel.dates import format_date, format_skeleton

    locale = _locale(spoken)
    return format_skeleton(parts, day, locale=locale) if parts else format_date(day, "long", locale=locale)


def is_zone(name: object) -> bool:
    """Whether this is the name of a time zone, such as Europe/London."""
    return isinstance(name, str) and name in _zones()


@cache
def _zones() -> frozenset[str]:
    # Reading the folder takes a tenth of a second.
    return frozenset(available_timezones())


def _locale(language: str) -> str:
    return LOCALES.get(language, LOCALES["en"])
