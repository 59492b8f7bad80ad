"""The table of docs/performance.md, made from the figures that were kept."""

import re
from collections.abc import Iterable
from pathlib import Path

from bench.figures import Figure
from bench.live.table import PAGE, PLACE, number

COLUMNS = {
    "felt.performance": "performance",
    "felt.accessibility": "accessibility",
    "felt.best-practices": "best practices",
    "felt.seo": "found by search",
    "felt.largest": "largest thing shown",
    "felt.blocked": "blocked",
    "felt.shift": "layout shift",
    "felt.scripts": "scripts",
}


def write_table(found: Iterable[Figure], page: Path = PAGE) -> None:
    place = re.compile(PLACE.format("felt"), re.DOTALL)
    table = f"<!-- felt -->\n{table_of(found)}\n<!-- /felt -->"
    page.write_text(place.sub(lambda _: table, page.read_text()))


def table_of(found: Iterable[Figure]) -> str:
    """A line for each page, reader and screen; what misses its goal stands out."""
    kept = list(found)
    value = {(f.name, *_of(f)): f for f in kept}
    lines = [f"| page | {' | '.join(COLUMNS.values())} |", "| --- |" + " --- |" * len(COLUMNS)]
    for of in dict.fromkeys(map(_of, kept)):
        cells = [_cell(value.get((name, *of))) for name in COLUMNS]
        lines.append(f"| {', '.join(of)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _of(one: Figure) -> tuple[str, str, str]:
    return one.of["page"], one.of["who"], one.of["screen"]


def _cell(one: Figure | None) -> str:
    if one is None:
        return "–"
    said = f"{number(one.value)} {one.unit if one.unit != 'points' else ''}".strip()
    return f"**{said}**" if one.met is False else said
