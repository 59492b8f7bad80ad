"""Countries by their ISO 3166 codes, as the time zone database lists them."""

from importlib.resources import files


def _read() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    pairs = (row.split("\t") for row in table.splitlines() if row and not row.startswith("#"))
    return dict(sorted(((code, name) for code, name in pairs), key=lambda pair: pair[1]))


COUNTRIES = _read()
