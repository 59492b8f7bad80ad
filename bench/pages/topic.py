"""The page of a topic of twenty posts, for a visitor and for a member: how many a second, and for how much CPU."""

import asyncio
from collections.abc import Iterator
from typing import Any

from bench import machine
from bench.figures import Figure, figure, quantile
from bench.live.servers import HUB, House, Server
from bench.pages.asking import Crowd, page
from bench.pages.place import Place, settle

CONNECTIONS = 8
LEAST = 20_000  # bytes of such a page
WARM = 2.0  # seconds of asking before it counts
GOALS = {"visitor": ("≥ 1500", "≤ 0.8"), "member": ("≥ 500", "≤ 2.5")}


def topic(built: House, seconds: float, runs: int) -> Iterator[Figure | None]:
    """One core for the web process, PostgreSQL and Valkey; the other for those who ask."""
    place = asyncio.run(settle(built.urls["DATABASE_URL"]))
    with built.serving(HUB) as server:
        for process in built.embedded.processes.values():
            machine.give_the_first_core(process.pid)
            for child in machine.children(process.pid):
                machine.give_the_first_core(child)
        for who, cookie in (("visitor", ""), ("member", place.cookie)):
            yield from asyncio.run(_asked(built, server, place, who, cookie, seconds, runs))


async def _asked(
    built: House, server: Server, place: Place, who: str, cookie: str, seconds: float, runs: int
) -> list[Figure | None]:
    rates, cpu, web, took = [], [], [], []
    request = page(f"/topics/{place.topic}", cookie=cookie)
    async with Crowd(server.port, [request] * CONNECTIONS, least=LEAST) as crowd:
        await crowd.ask(WARM)
        for _ in range(runs):
            used, of_web = server.cpu() + built.cpu(), server.cpu()
            answers = await crowd.ask(seconds)
            rates.append(len(answers) / seconds)
            cpu.append((server.cpu() + built.cpu() - used) / len(answers) * 1000)
            web.append((server.cpu() - of_web) / len(answers) * 1000)
            took.append(answers)
        size = crowd.askers[0].bytes
    of: dict[str, Any] = {"who": who, "posts": 20}
    n, (rate_goal, cpu_goal) = round(sum(rates) / len(rates) * seconds), GOALS[who]
    return [
        figure("topic.rate", rates, "1/s", goal=rate_goal, n=n, **of),
        figure("topic.cpu", cpu, "ms", goal=cpu_goal, n=n, **of),
        figure("topic.cpu.web", web, "ms", n=n, **of),
        figure("topic.p50", [quantile(t, 0.5) for t in took], "ms", n=n, **of),
        figure("topic.p99", [quantile(t, 0.99) for t in took], "ms", n=n, **of),
        figure("topic.bytes", [size], "bytes", **of),
    ]
