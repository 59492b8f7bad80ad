"""Readers that stop reading: until the server lets them go, and what the others notice."""

import time
from collections.abc import Iterator
from typing import Any

from bench import machine
from bench.aides import Aide
from bench.figures import Figure, figure
from bench.live.readers import Crowd
from bench.live.servers import HUB, House, Server
from command.trouble import Trouble

RATE = 10  # messages a second
PAD = 4000  # letters of each: so that the buffers between are full within seconds
PATIENCE = 40
PART = 20  # one of so many readers stops


def slow(built: House, readers: int, runs: int, seconds: float) -> Iterator[Figure | None]:
    """`seconds`: how long the others are listened to before and after."""
    freed, before, after = [], [], []
    silent = max(1, readers // PART)
    for _ in range(runs):
        with built.serving(HUB) as server, server.crowd(readers, narrow=silent) as crowd:
            crowd.gather()
            before.append(_listen(built.writer, crowd, seconds)["p99_us"] / 1000)
            crowd.mark()
            crowd.stall(silent)
            freed.append(_freed(server, built.writer, silent))
            told = crowd.report()
            after.append(told["p99_us"] / 1000)
            if told["skipped"] or told["repeated"] or told["resyncs"] or told["dropped"]:
                raise Trouble(f"The others were not served as before: {told}")
    of: dict[str, Any] = {"readers": readers, "silent": silent}
    yield figure("slow.freed", freed, "s", goal="≤ 15", **of)
    yield figure("slow.others_before.p99", before, "ms", **of)
    yield figure("slow.others.p99", after, "ms", **of)
    ratios = [b / a for a, b in zip(before, after, strict=True)]
    yield figure("slow.others.p99_ratio", ratios, "×", goal="≤ 1.2", **of)


def _listen(publisher: Aide, crowd: Crowd, seconds: float) -> dict[str, Any]:
    """What all of them tell of some seconds in which everybody reads."""
    crowd.await_complete(publisher.ask(f"pace {RATE} 5 {PAD}")["last"])
    crowd.mark()
    told = publisher.ask(f"pace {RATE} {max(1, round(RATE * seconds))} {PAD}", seconds + 30)
    crowd.await_complete(told["last"])
    return crowd.report()


def _freed(server: Server, publisher: Aide, silent: int) -> float:
    """Seconds until the server has closed the sockets of those who stopped reading just now."""
    began = time.monotonic()
    left = machine.connections_of(server.port) - silent
    while (second := time.monotonic()) - began < PATIENCE:
        publisher.say(f"pace {RATE} {RATE} {PAD}")  # a second's worth
        while (now := time.monotonic()) - second < 1:
            if machine.connections_of(server.port) <= left:
                publisher.hear(30)
                return now - began
            time.sleep(0.05)
        publisher.hear(30)
    raise Trouble(f"Readers that stopped reading were not let go within {PATIENCE} seconds.")
