"""Whether pages stay quick while very many readers are brought very much."""

import http.client
import time
from collections.abc import Iterator
from typing import Any

from bench.figures import Figure, figure, quantile
from bench.live.servers import HUB, House, Server
from command.trouble import Trouble

EVENTS = 20  # a second
ASKED = 20  # pages a second
POSTS = 20  # in the topic that is looked at
FIRST = 1.0  # seconds of events before the first page is asked for


def pages(
    built: House, readers: int, runs: int, seconds: float, processes: int = 2
) -> Iterator[Figure | None]:
    """The page of a topic as a visitor sees it, asked for at an even pace: at rest, then under events."""
    idle, loaded, cpu = [], [], []
    built.writer.ask(f"pace 100 {POSTS}")
    for _ in range(runs):
        with built.serving(HUB, processes) as server, server.crowd(readers) as crowd:
            crowd.gather()
            crowd.step_back()
            visitor = Visitor(server, built.place["topic"])
            visitor.ask(1)  # what happens only the first time
            idle.append(visitor.ask(seconds))
            crowd.mark()
            used, began = server.cpu(), time.monotonic()
            built.writer.say(f"pace {EVENTS} {round(EVENTS * (seconds + 2 * FIRST))}")
            time.sleep(FIRST)
            loaded.append(visitor.ask(seconds))
            cpu.append((server.cpu() - used) / (time.monotonic() - began) * 100)
            crowd.await_complete(built.writer.hear(seconds + 30)["last"])
            told = crowd.report()
            if told["skipped"] or told["repeated"] or told["resyncs"] or told["dropped"]:
                raise Trouble(f"Not every event reached every reader once: {told}")
    of: dict[str, Any] = {"readers": readers, "processes": processes}
    n = round(ASKED * seconds)
    for name, runs_of in (("idle", idle), ("loaded", loaded)):
        yield figure(f"pages.{name}.p50", [quantile(r, 0.5) for r in runs_of], "ms", n=n, **of)
        yield figure(f"pages.{name}.p99", [quantile(r, 0.99) for r in runs_of], "ms", n=n, **of)
    ratios = [quantile(b, 0.99) / quantile(a, 0.99) for a, b in zip(idle, loaded, strict=True)]
    yield figure("pages.p99_ratio", ratios, "×", goal="≤ 3", n=n, **of)
    yield figure("pages.loaded.cpu", cpu, "% of a core", **of)


class Visitor:
    """One connection to one of the processes, all the while."""

    def __init__(self, server: Server, topic: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.path = f"/topics/{topic}"

    def ask(self, seconds: float) -> list[float]:
        """Milliseconds of each page, from when it was due: one that waits for the page before counts as slow."""
        took, began = [], time.monotonic()
        for i in range(max(1, round(ASKED * seconds))):
            due = began + i / ASKED
            time.sleep(max(0.0, due - time.monotonic()))
            self.connection.request("GET", self.path)
            answer = self.connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise Trouble(f"The page of a topic was answered with {answer.status}.")
            took.append((time.monotonic() - due) * 1000)
        return took
