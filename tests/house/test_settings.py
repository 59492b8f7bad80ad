"""docs/settings.md lists every setting, as the code has it."""

from dataclasses import fields
from pathlib import Path

from chat.config import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def in_words(value):
    if isinstance(value, bool):
        return "`1`" if value else "`0`"
    return f"`{value}`" if value != "" else "empty"


def test_every_setting_is_documented_with_its_default_and_meaning():
    documented = {}
    for line in PAGE.read_text().splitlines():
        if line.startswith("| `"):
            variable, default, meaning = (cell.strip() for cell in line.strip("|").split(" | "))
            documented[variable.strip(" |")] = (default, meaning.rstrip(" |"))
    wanted = {f"`{f.metadata['env']}`": (in_words(f.default), f.metadata["help"]) for f in fields(Settings)}
    assert documented == wanted


def test_no_setting_is_named_twice():
    names = [f.metadata["env"] for f in fields(Settings)]
    assert len(names) == len(set(names))
