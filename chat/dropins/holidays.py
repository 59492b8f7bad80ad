"""Bank holidays: which days they are, and in which countries and regions."""

from datetime import date
from functools import cache

from chat.errors import Invalid
from chat.languages import _
from chat.members.countries import COUNTRIES

# Of these the parts have holidays of their own, and people say which part they mean.
PARTS = {
    "GB-ENG": "England",
    "GB-SCT": "Scotland",
    "GB-WLS": "Wales",
    "GB-NIR": "Northern Ireland",
}


@cache
def regions() -> dict[str, str]:
    """Where bank holidays are known, by code, and what it is called: the parts of the United Kingdom first."""
    import holidays  # a third of a second, for the few who ask

    known = holidays.list_supported_countries(include_aliases=False)
    return PARTS | {code: name for code, name in COUNTRIES.items() if code in known and code != "GB"}


def region(value: object) -> str:
    """The code of a region, or nothing."""
    if not value:
        return ""
    if not isinstance(value, str) or value not in regions():
        raise Invalid("holidays", _("Choose one of the countries in the list, or no holidays."))
    return value


def holidays_of(region: str, year_from: int, year_to: int) -> dict[date, str]:
    """The bank holidays of a region in these years, both included, and what they are called."""
    return dict(_holidays(region, year_from, year_to)) if region else {}


@cache
def _holidays(region: str, year_from: int, year_to: int) -> dict[date, str]:
    import holidays

    country, _hyphen, part = region.partition("-")
    found = holidays.country_holidays(
        country, subdiv=part or None, years=range(year_from, year_to + 1), language="en_GB"
    )
    return {day: name for day, name in found.items() if year_from <= day.year <= year_to}
