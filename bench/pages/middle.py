"""A page in the middle of a long topic against a page as long that is the only one of its topic.

A member asks: what visitors see is kept, and would cost nothing.
"""

import asyncio
import re
from collections.abc import Iterator

from bench.figures import Figure, figure, quantile
from bench.live.servers import HUB, House, Server
from bench.pages import settling
from bench.pages.browser import Browser, cpu
from chat import members
from chat.db import Database
from chat.discussions.threads import POSTS_A_PAGE
from command.trouble import Trouble

GOAL = "≤ 1.2"
SHORT = 20  # posts: a page of roots, or a whole topic


def middle(built: House, posts: int, pages: int, runs: int) -> Iterator[Figure | None]:
    cookie, topics = asyncio.run(_settle(built, posts))
    roots, answers = posts // 20 // 2, posts // POSTS_A_PAGE // 2
    long, one = f"/topics/{topics['long']}", f"/topics/{topics['one root']}"
    short, full = f"/topics/{topics['short']}", f"/topics/{topics['full']}?view=flat"
    # Of each pair both pages show as many posts.
    pairs = {
        "threads": (f"{long}?page={roots}", f"{short}?page=1"),
        "flat": (f"{long}?view=flat&page={answers}", full),
        "newest": (f"{long}?order=newest&page={roots}", f"{short}?page=1"),
        "answers": (f"{one}?under=2&page={answers}", full),
        "permalink": (f"{long}?post={posts // 2}", f"{short}?post={SHORT // 2}"),
    }
    with built.serving(HUB) as server:
        browser = Browser(server.port, cookie)
        for name, both in pairs.items():
            counts = [len(re.findall('<article class="post ', browser.get(path))) for path in both]
            if max(counts) - min(counts) > 1:
                raise Trouble(f"The pages of {name} show {counts} posts.")
            for path in both:
                browser.time(path, 10)  # what happens only the first times
            measured = [[_measure(built, server, browser, path, pages) for path in both] for _ in range(runs)]
            yield figure(f"middle.{name}.p50", [far[0] for far, _ in measured], "ms", n=pages, posts=posts)
            yield figure(f"middle.{name}.cpu", [far[1] for far, _ in measured], "ms", n=pages, posts=posts)
            for what, at in (("p50", 0), ("cpu", 1)):
                ratios = [far[at] / near[at] if near[at] else None for far, near in measured]
                yield figure(f"middle.{name}.{what}_ratio", ratios, "×", goal=GOAL, n=pages, posts=posts)


def _measure(built: House, server: Server, browser: Browser, path: str, pages: int) -> tuple[float, float]:
    """Milliseconds of a page: the median, and the CPU of all processes."""
    before = cpu(built, server)
    took = browser.time(path, pages)
    return quantile(took, 0.5), (cpu(built, server) - before) / pages * 1000


async def _settle(built: House, posts: int) -> tuple[str, dict[str, int]]:
    """The cookie of a member who has read nothing, and topics in an open network: a long and a short one, one as long as a page without threads, and one with a root that all others answer."""
    db = Database(built.urls["DATABASE_URL"], pool=2)
    try:
        async with db.transaction() as tx:
            host = await settling.founder(tx)
            authors = await settling.people(tx, 50)
            made = await settling.found(tx, host, 1, "open")
            cookie = await members.sign_in(tx, authors[0])
        topics = {}
        for name, count in (("long", posts), ("short", SHORT), ("full", POSTS_A_PAGE), ("one root", posts)):
            [topics[name]] = ids = await settling.topics(db, host, made, 1, count)
            await settling.posts(db, ids, authors, count, under=2 if name == "one root" else 0)
        await settling.analyse(db)
    finally:
        await db.close()
    return cookie, topics
