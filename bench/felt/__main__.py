"""python -m bench.felt: look at pages as a browser does, and print each figure as a line of JSON."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from bench import figures
from bench.felt import lighthouse
from bench.felt.place import chromium, settle
from bench.felt.table import write_table
from bench.figures import Figure, figure
from bench.live.servers import HUB, empty
from command.supervising import say
from command.trouble import Trouble

FILE = figures.RESULTS / "felt.jsonl"
GOAL, SCRIPTS, SHIFT = "≥ 95", "≤ 40", "≤ 0.01"
WHO = ("visitor", "member")


@click.command()
@click.option(
    "--page", "pages", multiple=True, type=click.Choice(["topic", "network", "room"]), help="Only these."
)
@click.option(
    "--screen", "screens", multiple=True, type=click.Choice(list(lighthouse.SCREENS)), help="Only these."
)
@click.option("--who", multiple=True, type=click.Choice(WHO), help="Only these.")
@click.option("--runs", default=3, show_default=True, help="The figure is the median of so many.")
@click.option(
    "--lighthouse", "at", type=click.Path(path_type=Path), help="The folder where it is, or is put."
)
@click.option(
    "--keep",
    is_flag=True,
    help="Keep the figures in bench/results, and write the table of docs/performance.md.",
)
def main(
    pages: tuple[str, ...],
    screens: tuple[str, ...],
    who: tuple[str, ...],
    runs: int,
    at: Path | None,
    keep: bool,
) -> None:
    """What Lighthouse says of a topic, a network and a room of the demo community. Needs Node, npm and Chromium.

    What it finds wrong is said in words, on the standard error.
    """
    script = lighthouse.installed(at or lighthouse.folder())
    found = felt(script, who or WHO, pages, screens or tuple(lighthouse.SCREENS), runs)
    shown = list(figures.show(found))
    if keep:
        figures.keep(shown, FILE)
        write_table(figures.read(FILE))


def felt(
    script: Path, who: tuple[str, ...], pages: tuple[str, ...], screens: tuple[str, ...], runs: int
) -> Iterator[Figure | None]:
    with empty(pinned=False) as built:
        place = asyncio.run(settle(built.urls["DATABASE_URL"], built.urls["REDIS_URL"]))
        with built.serving(HUB) as server:
            hub = f"http://127.0.0.1:{server.port}"
            for one in who:
                with chromium(hub, place.cookie if one == "member" else "") as port:
                    for page in pages or tuple(place.pages):
                        for screen in screens:
                            url = hub + place.pages[page]
                            reports = [lighthouse.look(script, url, port, screen) for _ in range(runs)]
                            yield from _figures(reports, page=page, who=one, screen=screen)


def _figures(reports: list[lighthouse.Report], **of: Any) -> Iterator[Figure | None]:
    for wrong in sorted({each for report in reports for each in report.wrong}):
        say(f"{of['page']}, {of['who']}, {of['screen']}: {wrong}")
    for name in lighthouse.CATEGORIES:
        yield figure(f"felt.{name}", [each.points[name] for each in reports], "points", goal=GOAL, **of)
    shifts = [each.number("cumulative-layout-shift") for each in reports]
    yield figure("felt.shift", shifts, "", goal=SHIFT, **of)
    yield figure("felt.largest", [each.number("largest-contentful-paint") for each in reports], "ms", **of)
    yield figure("felt.blocked", [each.number("total-blocking-time") for each in reports], "ms", **of)
    scripts = [each.transferred("Script") / 1000 for each in reports]
    yield figure("felt.scripts", scripts, "KB", goal=SCRIPTS, **of)


if __name__ == "__main__":
    try:
        main(prog_name="bench.felt", standalone_mode=False)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
