"""python -m bench.live NAME: measure, and print each figure as a line of JSON."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from bench import figures
from bench.figures import Figure
from bench.live import fanout, latency, memory, pages, slow, storm, table
from bench.live.servers import house
from command.trouble import Trouble

FILE = figures.RESULTS / "live.jsonl"

runs = click.option("--runs", default=5, show_default=True, help="The figure is the median of so many.")
keep = click.option("--keep", is_flag=True, help="Keep the figures in bench/results for the tables.")


def readers(default: int) -> Callable[[Any], Any]:
    return click.option("--readers", default=default, show_default=True, help="Connections.")


def seconds(default: float, what: str) -> Callable[[Any], Any]:
    return click.option("--seconds", default=float(default), show_default=True, help=what)


def processes(default: int) -> Callable[[Any], Any]:
    return click.option(
        "--processes", default=default, show_default=True,
        help="Web processes. One has the first core for itself; several run wherever they like.",
    )  # fmt: skip


@click.group()
def bench() -> None:
    """Measure live delivery. What is measured, and what came of it, is in docs/performance.md."""


def _show(
    bench: Callable[..., Iterable[Figure | None]],
    *arguments: Any,
    keep: bool,
    pinned: bool = True,
    **more: Any,
) -> None:
    with house(pinned=pinned, **more) as built:
        shown = list(figures.show(bench(built, *arguments)))
    if keep:
        figures.keep(shown, FILE)


@bench.command("fanout")
@readers(1000)
@runs
@seconds(6, "Of each run, paced and saturated alike.")
@click.option(
    "--server", "kinds", multiple=True, type=click.Choice(fanout.KINDS), help="One of them; all by default."
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help="Run the hub under cProfile, its figures into this file.",
)
@keep
def _fanout(
    readers: int, runs: int, seconds: float, kinds: tuple[str, ...], profile: Path | None, keep: bool
) -> None:
    """One stream, many readers: CPU and latency of each delivery, and the most there can be."""
    _show(fanout.fanout, readers, runs, seconds, kinds or fanout.KINDS, keep=keep, profile=profile)


@bench.command("memory")
@readers(10_000)
@runs
@seconds(8, "For which the connections are silent, at least.")
@processes(1)
@click.option(
    "--server", "kinds", multiple=True, type=click.Choice(memory.KINDS), help="One of them; all by default."
)
@keep
def _memory(
    readers: int, runs: int, seconds: float, processes: int, kinds: tuple[str, ...], keep: bool
) -> None:
    """The memory of a connection that is subscribed and silent."""
    _show(
        memory.memory,
        readers,
        runs,
        seconds,
        kinds or memory.KINDS,
        processes,
        keep=keep,
        pinned=processes == 1,
    )


@bench.command("latency")
@readers(1000)
@runs
@click.option("--posts", default=latency.POSTS, show_default=True, help="Of each run.")
@click.option("--rate", type=float, help="Posts a second.  [default: 10; 4 above 1,000 readers]")
@click.option("--processes", type=int, help="Web processes.  [default: 1; 2 above 1,000 readers]")
@keep
def _latency(
    readers: int, runs: int, posts: int, rate: float | None, processes: int | None, keep: bool
) -> None:
    """From a POST to the API, through a durable commit, to the last socket."""
    processes = processes or (1 if readers <= 1000 else 2)
    rate = rate or (10 if readers <= 1000 else 4)
    _show(latency.latency, readers, runs, posts, rate, processes, keep=keep, pinned=processes == 1)


@bench.command("pages")
@readers(10_000)
@runs
@seconds(15, "For which pages are asked for, at rest and then under events.")
@processes(2)
@keep
def _pages(readers: int, runs: int, seconds: float, processes: int, keep: bool) -> None:
    """How quick a page is while the readers get 20 events a second."""
    _show(pages.pages, readers, runs, seconds, processes, keep=keep, pinned=processes == 1)


@bench.command("slow")
@readers(1000)
@runs
@seconds(10, "For which the readers are listened to before some of them stop.")
@keep
def _slow(readers: int, runs: int, seconds: float, keep: bool) -> None:
    """One reader of twenty stops reading: until it is let go, and what the others notice."""
    _show(slow.slow, readers, runs, seconds, keep=keep)


@bench.command("storm")
@readers(10_000)
@runs
@processes(1)
@click.option(
    "--how", multiple=True, type=click.Choice(storm.HOW), help="They are cut off; each way by default."
)
@keep
def _storm(readers: int, runs: int, processes: int, how: tuple[str, ...], keep: bool) -> None:
    """All are cut off at once, and come back with their cursors."""
    _show(storm.storm, readers, runs, how or storm.HOW, processes, keep=keep, pinned=processes == 1)


ALL = [
    ("fanout", "--readers", "1000"),
    ("fanout", "--readers", "10000"),
    ("memory", "--readers", "1000"),
    ("memory", "--readers", "10000"),
    ("latency", "--readers", "1000"),
    ("latency", "--readers", "10000"),
    ("pages",),
    ("slow",),
    ("storm",),
]


@bench.command("all")
@runs
def _all(runs: int) -> None:
    """Everything at full size, kept, and then the tables. About an hour and a half for five runs."""
    for command in ALL:
        click.echo(f"{' '.join(command)} …", err=True)
        try:
            bench.main([*command, "--runs", str(runs), "--keep"], standalone_mode=False)
        except Trouble as trouble:  # the others are worth knowing all the same
            click.echo(f"{' '.join(command)}: {trouble}", err=True)
    table.rewrite(FILE)


@bench.command("table")
def _table() -> None:
    """Write the tables of docs/performance.md anew, from what was kept."""
    table.rewrite(FILE)


if __name__ == "__main__":
    try:
        bench.main(prog_name="bench.live", standalone_mode=False)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
