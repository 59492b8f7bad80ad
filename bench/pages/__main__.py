"""python -m bench.pages NAME: measure, and print each figure as a line of JSON."""

import sys
from pathlib import Path

import click

from bench import figures
from bench.live.servers import house
from bench.pages.replies import replies
from bench.pages.topic import topic
from command.trouble import Trouble

FILE = figures.RESULTS / "pages.jsonl"

runs = click.option("--runs", default=5, show_default=True, help="The figure is the median of so many.")
keep = click.option("--keep", is_flag=True, help="Keep the figures in bench/results.")


@click.group()
def bench() -> None:
    """Measure pages. What is measured, and what came of it, is in docs/performance.md."""


@bench.command("topic")
@click.option("--seconds", default=10.0, show_default=True, help="Of each run.")
@click.option("--profile", type=click.Path(path_type=Path), help="Run the web process under cProfile.")
@runs
@keep
def _topic(seconds: float, profile: Path | None, runs: int, keep: bool) -> None:
    """The page of a topic of twenty posts, for a visitor and for a member."""
    with house(profile=profile) as built:
        shown = list(figures.show(topic(built, seconds, runs)))
    if keep:
        figures.keep(shown, FILE)


@bench.command("replies")
@click.option("--seconds", default=10.0, show_default=True, help="Of each run.")
@click.option("--profile", type=click.Path(path_type=Path), help="Run the web process under cProfile.")
@runs
@keep
def _replies(seconds: float, profile: Path | None, runs: int, keep: bool) -> None:
    """Replies by eight members to one topic: durable, told live, turned into notices."""
    with house(pinned=False, profile=profile) as built:
        shown = list(figures.show(replies(built, seconds, runs)))
    if keep:
        figures.keep(shown, FILE)


if __name__ == "__main__":
    try:
        bench.main(prog_name="bench.pages", standalone_mode=False)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
