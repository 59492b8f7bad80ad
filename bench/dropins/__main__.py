"""python -m bench.dropins NAME: measure, and print each figure as a line of JSON."""

import sys
from pathlib import Path

import click

from bench import figures
from bench.dropins.opening import opening
from bench.dropins.room import room
from bench.live.servers import house
from command.trouble import Trouble

FILE = figures.RESULTS / "dropins.jsonl"

runs = click.option("--runs", default=5, show_default=True, help="The figure is the median of so many.")
keep = click.option("--keep", is_flag=True, help="Keep the figures in bench/results.")


@click.group()
def bench() -> None:
    """Measure drop-ins. What is measured, and what came of it, is in docs/performance.md."""


@bench.command("opening")
@click.option("--drop-ins", default=500, show_default=True, help="That are due at the same second.")
@click.option("--networks", default=100, show_default=True, help="That they are of.")
@click.option("--workers", default=1, show_default=True, help="Worker processes.")
@click.option("--profile", type=click.Path(path_type=Path), help="Run one worker under cProfile.")
@runs
@keep
def _opening(drop_ins: int, networks: int, workers: int, profile: Path | None, runs: int, keep: bool) -> None:
    """From the second at which many are due until the last is announced, and heard by a socket."""
    with house(pinned=False) as built:
        shown = list(figures.show(opening(built, drop_ins, networks, workers, runs, profile)))
    if keep:
        figures.keep(shown, FILE)


@bench.command("room")
@click.option("--people", default=200, show_default=True, help="In the room.")
@click.option("--seconds", default=300.0, show_default=True, help="For which they talk, ask and vote.")
@runs
@keep
def _room(people: int, seconds: float, runs: int, keep: bool) -> None:
    """A room full of people: how late its screens are, for how much CPU, and whether they are right in the end."""
    with house(pinned=False) as built:
        shown = list(figures.show(room(built, people, runs, seconds)))
    if keep:
        figures.keep(shown, FILE)


if __name__ == "__main__":
    try:
        bench.main(prog_name="bench.dropins", standalone_mode=False)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
