"""How many replies a second a topic takes: each committed durably, told live, and turned into notices."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from bench.dropins.opening import working
from bench.figures import Figure, figure, quantile
from bench.live.servers import HUB, House, Server
from bench.pages.asking import Crowd, post
from bench.pages.place import BODY, settle, tidied

WRITERS = 8
WARM = 2.0  # seconds
GOAL = "≥ 400"


def replies(built: House, seconds: float, runs: int) -> Iterator[Figure | None]:
    """Members who write in one topic by the API, each as soon as their last reply is safe."""
    place = asyncio.run(settle(built.urls["DATABASE_URL"]))
    body = json.dumps({"body": BODY}).encode()
    requests = [post(f"/api/v1/topics/{place.topic}/posts", token, body) for token in place.tokens[:WRITERS]]
    with built.serving(HUB) as server, working(built, 1, None):
        yield from asyncio.run(_written(built, server, requests, seconds, runs))


async def _written(
    built: House, server: Server, requests: list[bytes], seconds: float, runs: int
) -> list[Figure | None]:
    rates, cpu, web, took = [], [], [], []
    async with Crowd(server.port, requests, status=201) as crowd:
        await crowd.ask(WARM)
        await tidied(built.urls["DATABASE_URL"])
        for _ in range(runs):
            used, of_web = server.cpu() + built.cpu(), server.cpu()
            answers = await crowd.ask(seconds)
            rates.append(len(answers) / seconds)
            cpu.append((server.cpu() + built.cpu() - used) / len(answers) * 1000)
            web.append((server.cpu() - of_web) / len(answers) * 1000)
            took.append(answers)
    of: dict[str, Any] = {"writers": WRITERS}
    n = round(sum(rates) / len(rates) * seconds)
    return [
        figure("replies.rate", rates, "1/s", goal=GOAL, n=n, **of),
        figure("replies.cpu", cpu, "ms", n=n, **of),
        figure("replies.cpu.web", web, "ms", n=n, **of),
        figure("replies.p50", [quantile(t, 0.5) for t in took], "ms", n=n, **of),
        figure("replies.p99", [quantile(t, 0.99) for t in took], "ms", n=n, **of),
    ]
