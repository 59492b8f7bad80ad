"""One stream, many readers: what a delivery costs when it comes alone, and how many there are when all come at once."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.aides import Aide
from bench.figures import Figure, figure
from bench.live.readers import Crowd
from bench.live.servers import BROADCAST, DEFLATE, EPOLL, HUB, SEND_TEXT, House, Server
from command.trouble import Trouble

KINDS = (HUB, SEND_TEXT, DEFLATE, BROADCAST, EPOLL)
PACED = 25_000  # deliveries a second: well below what any of them can do
FASTEST = 25  # messages a second
SIZE = 290  # bytes of a payload, where the hub isn't there to say
SETTLE = 2.0  # seconds until a flood flows evenly


class Run(NamedTuple):
    """What one server did in one run; CPU in microseconds for each delivery, latencies in milliseconds."""

    size: float
    paced: int  # deliveries
    paced_cpu: float
    paced_house_cpu: float
    p50: float | None  # of compressed messages the times are not known
    p99: float | None
    saturated: float
    saturated_cpu: float
    busy: float
    lost: float


def fanout(
    built: House, readers: int, runs: int, seconds: float, kinds: tuple[str, ...] = KINDS
) -> Iterator[Figure | None]:
    """The servers take turns, so that whatever else the machine does meets them alike."""
    found: dict[str, list[Run]] = {kind: [] for kind in kinds}
    size = SIZE
    for _ in range(runs):
        for kind in kinds:
            with built.serving(kind) as server:
                found[kind].append(_run(built, server, readers, seconds, size))
            if kind == HUB:
                size = round(found[HUB][-1].size)
    yield from _figures(found, readers)


def _run(built: House, server: Server, readers: int, seconds: float, size: int) -> Run:
    if server.kind == HUB:
        return _measure(built, server, built.writer, readers, seconds)
    where = ("lines", server.control, size) if server.kind == EPOLL else ("redis", size)
    with built.publisher(*where) as publisher:
        return _measure(built, server, publisher, readers, seconds)


def _measure(built: House, server: Server, publisher: Aide, readers: int, seconds: float) -> Run:
    with server.crowd(readers) as crowd:
        crowd.gather()
        crowd.await_complete(publisher.ask("pace 20 5")["last"])  # what happens only the first time
        crowd.mark()
        paced_cpu, house_cpu = _paced(built, server, publisher, crowd, seconds)
        paced = crowd.report()
        crowd.mark()
        rate, cpu, busy = _saturated(server, publisher, crowd, seconds)
        flooded = crowd.report()
        lost = _lost(paced) + _lost(flooded)
        return Run(
            paced["bytes"] / paced["deliveries"],
            paced["deliveries"],
            paced_cpu / paced["deliveries"] * 1e6,
            house_cpu / paced["deliveries"] * 1e6,
            paced["p50_us"] / 1000 or None,
            paced["p99_us"] / 1000 or None,
            rate,
            cpu,
            busy,
            lost,
        )


def _paced(
    built: House, server: Server, publisher: Aide, crowd: Crowd, seconds: float
) -> tuple[float, float]:
    """CPU seconds of the server, and of PostgreSQL and Valkey."""
    rate = min(FASTEST, PACED / crowd.readers)
    count = max(2, round(rate * seconds))
    cpu, house_cpu = server.cpu(), built.cpu()
    told = publisher.ask(f"pace {rate} {count}", seconds * 4 + 30)
    crowd.await_complete(told["last"], seconds * 4 + 30)
    return server.cpu() - cpu, built.cpu() - house_cpu


def _saturated(server: Server, publisher: Aide, crowd: Crowd, seconds: float) -> tuple[float, float, float]:
    """Deliveries a second, microseconds of CPU for each, and how much of its core the server used."""
    settle = min(SETTLE, seconds)
    publisher.say(f"flood {seconds + settle + 0.5} {crowd.board_path}")
    time.sleep(settle)
    began, cpu, before = time.monotonic(), server.cpu(), crowd.board.read().deliveries
    time.sleep(seconds)
    took, cpu = time.monotonic() - began, server.cpu() - cpu
    count = crowd.board.read().deliveries - before
    crowd.await_complete(publisher.hear(60)["last"], 120)
    if not count:
        raise Trouble(f"{server.kind} delivered nothing in {seconds} seconds.")
    return count / took, cpu / count * 1e6, cpu / took


def _lost(report: dict[str, Any]) -> int:
    """Deliveries that were left out, came twice, or were given up. Everything else was awaited."""
    return report["skipped"] + report["repeated"] + report["resyncs"] + report["dropped"]


def _figures(found: dict[str, list[Run]], readers: int) -> Iterator[Figure | None]:
    for kind, runs in found.items():
        of: dict[str, Any] = {"server": kind, "readers": readers}
        ours, deliveries = kind == HUB, runs[0].paced
        most = "≥ 2,000,000" if readers <= 1000 else "≥ 1,000,000"
        yield figure("fanout.size", [r.size for r in runs], "bytes", **of)
        yield figure("fanout.paced.cpu", [r.paced_cpu for r in runs], "µs", n=deliveries, goal="≤ 8" if ours and readers <= 1000 else "", **of)  # fmt: skip
        yield figure("fanout.paced.house_cpu", [r.paced_house_cpu for r in runs], "µs", n=deliveries, **of)
        yield figure("fanout.paced.p50", [r.p50 for r in runs], "ms", n=deliveries, **of)
        yield figure("fanout.paced.p99", [r.p99 for r in runs], "ms", n=deliveries, **of)
        yield figure("fanout.saturated", [r.saturated for r in runs], "1/s", goal=most if ours else "", **of)
        yield figure("fanout.saturated.cpu", [r.saturated_cpu for r in runs], "µs", **of)
        yield figure("fanout.saturated.busy", [r.busy * 100 for r in runs], "%", **of)
        yield figure(
            "fanout.lost", [r.lost for r in runs], "deliveries", goal="≤ 0" if kind == HUB else "", **of
        )
    yield from _ratios(found, readers)


def _ratios(found: dict[str, list[Run]], readers: int) -> Iterator[Figure | None]:
    """Within each run, since the machine is never the same twice."""

    def pairs(other: str) -> list[tuple[Run, Run]]:
        return list(zip(found.get(HUB, []), found.get(other, []), strict=False))

    for kind in found:
        if kind != HUB and found.get(HUB):
            of: dict[str, Any] = {"server": kind, "readers": readers}
            more, less, near = ("", "", "")
            if kind == SEND_TEXT:
                more, less = "≥ 20", "≥ 1.7"
            elif kind == EPOLL and readers <= 1000:
                near = "≤ 1.4"
            yield figure("fanout.saturated.times_as_many", [hub.saturated / other.saturated for hub, other in pairs(kind)], "×", goal=more, **of)  # fmt: skip
            if kind == EPOLL:
                yield figure("fanout.paced.cpu_ratio", [hub.paced_cpu / other.paced_cpu for hub, other in pairs(kind)], "×", goal=near, **of)  # fmt: skip
            else:
                yield figure("fanout.paced.cpu_saved", [other.paced_cpu / hub.paced_cpu for hub, other in pairs(kind)], "×", goal=less, **of)  # fmt: skip
