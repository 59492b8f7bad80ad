"""From a POST to the API, through a durable commit, to the last of many sockets."""

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.figures import Figure, figure, quantile
from bench.live.servers import HUB, House, Server
from command.trouble import Trouble

POSTS = 200  # of one run: two of them are beyond its 99th per cent


class Run(NamedTuple):
    """Milliseconds until the last socket has a post, and until its author has the answer."""

    last: list[float]
    answered: list[float]


def latency(
    built: House, readers: int, runs: int, posts: int = POSTS, rate: float = 10, processes: int = 1
) -> Iterator[Figure | None]:
    """`rate`: posts a second."""
    found = []
    for _ in range(runs):
        with built.serving(HUB, processes) as server:
            found.append(_run(server, built.place, readers, posts, rate))
    of: dict[str, Any] = {"readers": readers, "processes": processes}
    goal = "≤ 60" if readers <= 1000 else "≤ 250"
    yield figure("latency.last.p50", [quantile(r.last, 0.5) for r in found], "ms", n=posts, **of)
    yield figure("latency.last.p99", [quantile(r.last, 0.99) for r in found], "ms", goal=goal, n=posts, **of)
    yield figure("latency.last.max", [max(r.last) for r in found], "ms", n=posts, **of)
    yield figure("latency.answer.p50", [quantile(r.answered, 0.5) for r in found], "ms", n=posts, **of)
    yield figure("latency.answer.p99", [quantile(r.answered, 0.99) for r in found], "ms", n=posts, **of)


def _run(server: Server, place: dict[str, Any], readers: int, posts: int, rate: float) -> Run:
    with server.crowd(readers) as crowd:
        crowd.gather()
        author = Author(server.port, place["token"], place["topic"])
        for _ in range(5):  # what happens only the first time
            author.post()
        crowd.await_complete(author.number)
        crowd.mark()
        answered, began = [], time.monotonic()
        for i in range(posts):
            time.sleep(max(0.0, began + i / rate - time.monotonic()))
            answered.append(author.post())
        crowd.await_complete(author.number)
        told = crowd.report()
        if told["deliveries"] != posts * readers or told["skipped"] or told["repeated"]:
            raise Trouble(f"Not every post reached every reader once: {told}")
        return Run([us / 1000 for us in told["last_us"]], answered)


class Author:
    """A client of the API that writes."""

    def __init__(self, port: int, token: str, topic: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.path = f"/api/v1/topics/{topic}/posts"
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.number = 0

    def post(self) -> float:
        """One post; the milliseconds until the answer. In this topic its number is its event's."""
        began = time.monotonic_ns()
        body = json.dumps({"body": f"t={began}"})
        self.connection.request("POST", self.path, body, self.headers)
        answer = self.connection.getresponse()
        said = answer.read()
        if answer.status not in (200, 201):
            raise Trouble(f"A post was answered with {answer.status}: {said[:200]!r}")
        self.number = json.loads(said)["number"]
        return (time.monotonic_ns() - began) / 1e6
