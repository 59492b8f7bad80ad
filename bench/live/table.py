"""The tables of docs/performance.md, made from the figures that were kept."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench import figures
from bench.figures import Figure
from bench.live.servers import CALLED
from command.folder import ROOT

PAGE = ROOT / "docs" / "performance.md"
PLACE = "<!-- {0} -->\n(.*?)<!-- /{0} -->"

WAYS = {"cut": "the network breaks", "stop": "an orderly restart", "kill": "`kill -9`"}

# What has a goal, in the order of the table.
GOALS = {
    "fanout.paced.cpu": "CPU per delivery, {readers} readers, paced",
    "fanout.paced.cpu_ratio": "the same, against the C server in the same run",
    "fanout.paced.cpu_saved": "the same, `await send_text` against it in the same run, {readers} readers",
    "fanout.saturated": "deliveries per second and core, {readers} readers, saturated",
    "fanout.saturated.times_as_many": "the same, against `await send_text` in the same run, {readers} readers",
    "fanout.lost": "lost, repeated or given up, {readers} readers",
    "memory.connection": "memory of an idle, subscribed connection, {readers} of them",
    "latency.last.p99": "POST to the last of {readers} sockets, durable, p99",
    "pages.p99_ratio": "page latency under 20 events/s to {readers} readers against idle, p99",
    "slow.freed": "a reader that stops reading is let go",
    "slow.others.p99_ratio": "p99 of the others meanwhile against before",
    "storm.live": "{readers} readers cut off ({how}) are live again",
    "storm.log_reads": "reads of the log for that ({how})",
    "storm.lost": "lost or repeated in it ({how})",
}


class Kept:
    """Figures by name and by what they are of."""

    def __init__(self, found: Iterable[Figure]) -> None:
        self.figures = list(found)

    def named(self, name: str, **of: Any) -> list[Figure]:
        return [f for f in self.figures if f.name == name and of.items() <= f.of.items()]

    def value(self, name: str, **of: Any) -> str:
        found = self.named(name, **of)
        return number(found[0].value) if found else "–"

    def every(self, part: str, name: str) -> list[Any]:
        """What there is of readers, servers or ways among the figures of a name."""
        return list(dict.fromkeys(f.of[part] for f in self.named(name)))


def rewrite(file: Path, page: Path = PAGE) -> None:
    page.write_text(rewritten(page.read_text(), figures.read(file)))


def rewritten(page: str, found: Iterable[Figure]) -> str:
    kept = Kept(found)
    for name, make in TABLES.items():
        place = re.compile(PLACE.format(name), re.DOTALL)
        if not place.search(page):
            raise ValueError(f"docs/performance.md has no place for the table “{name}”.")
        table = f"<!-- {name} -->\n{make(kept)}\n<!-- /{name} -->"
        page = place.sub(lambda _, table=table: table, page)  # type: ignore[misc]
    return page


def number(value: float) -> str:
    """Three digits that matter: 1,410,000 and 7.81."""
    if value >= 999.5:
        digits = len(str(round(value))) - 3
        return f"{round(value / 10**digits) * 10**digits:,}"
    return f"{value:.3g}"


def _rows(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine(kept: Kept) -> str:
    told = dict.fromkeys(f"{f.machine}, {f.at}" for f in kept.figures)
    return "Measured on " + "; ".join(told) + "." if told else "Nothing has been measured yet."


def _goals(kept: Kept) -> str:
    rows = []
    for name, sentence in GOALS.items():
        for f in kept.named(name):
            if f.goal:
                words = {
                    **f.of,
                    "readers": f"{f.of['readers']:,}",
                    "how": WAYS.get(f.of.get("how", ""), ""),
                    "server": CALLED.get(f.of.get("server", ""), ""),
                }
                unit = "" if f.unit == "×" else f" {f.unit}"
                rows.append(
                    [
                        sentence.format(**words),
                        f"{number(f.value)}{unit}",
                        f"{f.goal}{unit}",
                        "yes" if f.met else "**no**",
                    ]
                )
    return _rows(["figure", "measured", "goal", "reached"], rows)


def _fanout(kept: Kept) -> str:
    columns = {
        "deliveries/s, saturated": "fanout.saturated",
        "CPU, saturated (µs)": "fanout.saturated.cpu",
        "CPU, paced (µs)": "fanout.paced.cpu",
        "p50, paced (ms)": "fanout.paced.p50",
        "p99, paced (ms)": "fanout.paced.p99",
        "PostgreSQL and Valkey, paced (µs)": "fanout.paced.house_cpu",
    }
    rows = [
        [CALLED[kind], f"{readers:,}", *(kept.value(name, server=kind, readers=readers) for name in columns.values())]
        for readers in sorted(kept.every("readers", "fanout.saturated"))
        for kind in kept.every("server", "fanout.saturated")
    ]  # fmt: skip
    return _rows(["server", "readers", *columns], rows)


def _memory(kept: Kept) -> str:
    sizes = sorted(kept.every("readers", "memory.connection"))
    rows = [
        [CALLED[kind], *(kept.value("memory.connection", server=kind, readers=size) for size in sizes)]
        for kind in kept.every("server", "memory.connection")
    ]
    return _rows(["server", *(f"KiB each of {size:,}" for size in sizes)], rows)


def _latency(kept: Kept) -> str:
    names = ("last.p50", "last.p99", "last.max", "answer.p50", "answer.p99")
    rows = [
        [f"{f.of['readers']:,}", str(f.of["processes"]), *(kept.value(f"latency.{name}", **f.of) for name in names)]
        for f in kept.named("latency.last.p99")
    ]  # fmt: skip
    head = ["readers", "processes", "last socket, p50 (ms)", "p99", "longest", "answer to the author, p50", "p99"]  # fmt: skip
    return _rows(head, rows)


def _pages(kept: Kept) -> str:
    names = ("idle.p50", "idle.p99", "loaded.p50", "loaded.p99", "p99_ratio", "loaded.cpu")
    rows = [
        [f"{f.of['readers']:,}", str(f.of["processes"]), *(kept.value(f"pages.{name}", **f.of) for name in names)]
        for f in kept.named("pages.p99_ratio")
    ]  # fmt: skip
    head = ["readers", "processes", "idle, p50 (ms)", "p99", "under events, p50 (ms)", "p99", "p99 against idle", "CPU under events (% of a core)"]  # fmt: skip
    return _rows(head, rows)


def _slow(kept: Kept) -> str:
    names = ("freed", "others_before.p99", "others.p99", "others.p99_ratio")
    rows = [
        [f"{f.of['readers']:,}", str(f.of["silent"]), *(kept.value(f"slow.{name}", **f.of) for name in names)]
        for f in kept.named("slow.freed")
    ]
    return _rows(
        ["readers", "stop reading", "let go after (s)", "others’ p99 before (ms)", "meanwhile", "ratio"], rows
    )


def _storm(kept: Kept) -> str:
    names = ("live", "level", "vain", "log_reads", "lost")
    rows = [
        [WAYS[f.of["how"]], f"{f.of['readers']:,}", str(f.of["processes"]), *(kept.value(f"storm.{name}", **f.of) for name in names)]
        for f in kept.named("storm.live")
    ]  # fmt: skip
    head = ["cut off by", "readers", "processes", "all live again after (s)", "and have everything (s)", "attempts in vain", "reads of the log", "lost or repeated"]  # fmt: skip
    return _rows(head, rows)


TABLES: dict[str, Callable[[Kept], str]] = {
    "machine": _machine,
    "goals": _goals,
    "fanout": _fanout,
    "memory": _memory,
    "latency": _latency,
    "pages": _pages,
    "slow": _slow,
    "storm": _storm,
}
