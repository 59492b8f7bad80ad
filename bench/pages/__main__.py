"""python -m bench.pages NAME: measure, and print each figure as a line of JSON."""

import sys
from pathlib import Path

import click

from bench import figures
from bench.live.servers import house
from bench.pages.middle import middle
from bench.pages.replies import replies
from bench.pages.topic import topic
from bench.pages.unread import unread
from bench.pages.weight import weight
from command.trouble import Trouble

FILE = figures.RESULTS / "pages.jsonl"

runs = click.option("--runs", default=5, show_default=True, help="The figure is the median of so many.")
keep = click.option("--keep", is_flag=True, help="Keep the figures in bench/results.")
pages = click.option("--pages", default=200, show_default=True, help="Of each kind, in each run.")


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


@bench.command("weight")
@runs
@keep
def _weight(runs: int, keep: bool) -> None:
    """What a first visit brings, and what all processes hold after use."""
    with house(pinned=False) as built:
        shown = list(figures.show(weight(built, runs)))
    if keep:
        figures.keep(shown, FILE)


@bench.command("unread")
@click.option("--networks", default=20, show_default=True, help="That the member is in.")
@click.option("--topics", default=5_000, show_default=True, help="In all of them.")
@click.option("--posts", default=200_000, show_default=True, help="In all of them.")
@pages
@runs
@keep
def _unread(networks: int, topics: int, posts: int, pages: int, runs: int, keep: bool) -> None:
    """The lists of what is unread and new to a member of many networks, and marking it all as read."""
    with house(pinned=False) as built:
        shown = list(figures.show(unread(built, networks, topics, posts, pages, runs)))
    if keep:
        figures.keep(shown, FILE)


@bench.command("middle")
@click.option("--posts", default=10_000, show_default=True, help="In the long topic.")
@pages
@runs
@keep
def _middle(posts: int, pages: int, runs: int, keep: bool) -> None:
    """A page in the middle of a long topic against the only page of a short one."""
    with house(pinned=False) as built:
        shown = list(figures.show(middle(built, posts, pages, runs)))
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
