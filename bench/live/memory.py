"""What a connection that is subscribed and silent costs in memory."""

import time
from collections.abc import Iterator

from bench.figures import Figure, figure
from bench.live.servers import BROADCAST, DEFLATE, EPOLL, HUB, SEND_TEXT, House, Server

KINDS = (HUB, SEND_TEXT, DEFLATE, BROADCAST, EPOLL)
FIRST = 20  # connections that come and go before: what happens only once is no connection's cost
STEADY = 0.005  # growth within a second that counts as none


def memory(
    built: House,
    readers: int,
    runs: int,
    seconds: float,
    kinds: tuple[str, ...] = KINDS,
    processes: int = 1,
) -> Iterator[Figure | None]:
    """`seconds`: how long the connections are silent, at least, before the memory is read."""
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(runs):
        for kind in kinds:
            with built.serving(kind, processes) as server:
                found[kind].append(_run(server, readers, seconds))
    for kind, values in found.items():
        goal = "≤ 10" if kind == HUB and readers >= 10_000 else ""
        yield figure("memory.connection", values, "KiB", goal=goal, n=readers, server=kind, readers=readers)


def _run(server: Server, readers: int, seconds: float) -> float:
    with server.crowd(FIRST) as crowd:
        crowd.gather()
    before = _settled(server, 1)
    with server.crowd(readers) as crowd:
        crowd.gather()
        return (_settled(server, seconds) - before) / readers / 1024


def _settled(server: Server, seconds: float, patience: float = 30) -> int:
    """The memory once it no longer moves."""
    time.sleep(seconds)
    until, last = time.monotonic() + patience, server.pss()
    while time.monotonic() < until:
        time.sleep(min(1, seconds))
        now = server.pss()
        if abs(now - last) <= STEADY * last:
            return now
        last = now
    return last
