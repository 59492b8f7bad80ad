"""Countries by their ISO 3166 codes, as the time zone database lists them."""

from functools import cache
from importlib.resources import files

from chat.fields import folded
from chat.languages import LOCALES, PSEUDO


def _read() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    pairs = (row.split("\t") for row in table.splitlines() if row and not row.startswith("#"))
    return dict(sorted(((code, name) for code, name in pairs), key=lambda pair: pair[1]))


COUNTRIES = _read()


@cache
def countries_in(language: str) -> dict[str, str]:
    """The same by their names in a language, in the order of these."""
    if language in ("en", PSEUDO):
        return COUNTRIES
    from babel import Locale  # only who speaks another language loads it

    names = Locale.parse(LOCALES[language]).territories
    called = {code: names.get(code, name) for code, name in COUNTRIES.items()}
    return dict(sorted(called.items(), key=lambda pair: folded(pair[1])))
