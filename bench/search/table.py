"""The table of docs/performance.md, made from the figures that were kept."""

import re
from collections.abc import Iterable
from pathlib import Path

from bench.figures import Figure
from bench.live.table import PAGE, PLACE, number


def write_table(found: Iterable[Figure], page: Path = PAGE) -> None:
    place = re.compile(PLACE.format("search"), re.DOTALL)
    table = f"<!-- search -->\n{table_of(list(found))}\n<!-- /search -->"
    page.write_text(place.sub(lambda _: table, page.read_text()))


def table_of(found: list[Figure]) -> str:
    """For each question the times of both who ask it, with the largest hub that was measured."""
    most = max((f.of["posts"] for f in found), default=0)
    value = {(f.name, f.of["who"], f.of["asked"]): f for f in found if f.of["posts"] == most}
    lines = [
        "| asked | visitor, p50 | p99 | CPU | member of twenty, p50 | p99 | CPU | goal, p99 |",
        "| --- |" + " --- |" * 7,
    ]
    for kind, asked in dict.fromkeys((name.partition(".")[0], asked) for name, _, asked in value):
        cells = []
        for who in ("a visitor", "a member of twenty"):
            for part in ("p50", "p99", "cpu"):
                figure = value.get((f"{kind}.{part}", who, asked))
                cells.append(f"{number(figure.value)} ms" if figure else "–")
        goal = value[f"{kind}.p99", "a visitor", asked].goal
        lines.append(f"| {'palette: ' if kind == 'jump' else ''}{asked} | {' | '.join(cells)} | {goal} ms |")
    return "\n".join(lines)
