"""The lists of what is unread and new, of a member of many networks; the numbers on the page must be exact."""

import asyncio
import http.client
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from bench.figures import Figure, figure, quantile
from bench.live.servers import HUB, House
from bench.pages import settling
from bench.pages.browser import Browser, cpu
from chat import members
from chat.db import Database
from chat.secrets import derived
from command.trouble import Trouble

GOAL = "≤ 40"  # ms, p99

# A third not opened, a third read to the end, a third in part; some of each muted, and some of those no longer.
READ = """
INSERT INTO reading (member_id, topic_id, number)
SELECT :me, id, CASE WHEN n % 3 = 1 THEN post_count ELSE 1 + n % (post_count - 1) END
FROM (SELECT id, post_count, row_number() OVER (ORDER BY id) AS n FROM topic WHERE id = ANY(:topics)) AS topic WHERE n % 3 > 0
"""
MUTED = """
INSERT INTO following (member_id, topic_id, level, until)
SELECT :me, id, 'muted', CASE WHEN id % 2 = 0 THEN now() - interval '1 day' END FROM topic WHERE id = ANY(:topics) AND id % 50 < 2
"""
# Counted in another way than the hub does.
EXACT = """
SELECT count(*) FILTER (WHERE read IS NOT NULL AND written) AS unread, count(*) FILTER (WHERE read IS NULL) AS new FROM (
    SELECT (SELECT number FROM reading WHERE member_id = :me AND topic_id = topic.id) AS read,
           EXISTS (SELECT FROM post WHERE post.topic_id = topic.id AND number > (SELECT number FROM reading WHERE member_id = :me AND topic_id = topic.id)) AS written
    FROM topic WHERE id = ANY(:topics) AND id NOT IN (SELECT topic_id FROM following WHERE member_id = :me AND until IS NULL)
) AS seen
"""
SHOWN = re.compile(r'/(unread|new)"[^>]*>(?:Unread|New) <span class="unread">(\d+)<')


def unread(
    built: House, in_networks: int, topics: int, posts: int, pages: int, runs: int
) -> Iterator[Figure | None]:
    cookie, csrf, exact, slug = asyncio.run(_settle(built, in_networks, topics, posts))
    of: dict[str, Any] = {"networks": in_networks, "topics": topics, "posts": posts}
    with built.serving(HUB) as server:
        browser = Browser(server.port, cookie)
        shown = {name: int(count) for name, count in SHOWN.findall(browser.get("/unread"))}
        if shown != exact:
            raise Trouble(f"The page says {shown}, and there are {exact}.")
        asked = {"unread": "/unread", "unread.more": f"/unread?after={_middle(browser)}", "unread.new": "/new", "unread.network": f"/networks/{slug}/unread"}  # fmt: skip
        for name, path in asked.items():
            browser.time(path, 10)  # what happens only the first times
            took, used = [], []
            for _ in range(runs):
                before = cpu(built, server)
                took.append(browser.time(path, pages))
                used.append((cpu(built, server) - before) / pages * 1000)
            yield figure(f"{name}.cpu", used, "ms", n=pages, **of)
            yield figure(f"{name}.p50", [quantile(t, 0.5) for t in took], "ms", n=pages, **of)
            yield figure(f"{name}.p99", [quantile(t, 0.99) for t in took], "ms", goal=GOAL, n=pages, **of)
        marking = [_mark_and_undo(browser, csrf) for _ in range(runs)]
        yield figure("unread.mark_all", [marked for marked, _ in marking], "ms", **of)
        yield figure("unread.undo", [undone for _, undone in marking], "ms", **of)
        again = {name: int(count) for name, count in SHOWN.findall(browser.get("/unread"))}
        if again != exact:
            raise Trouble(
                f"After it was marked as read and taken back the page says {again}, and there are {exact}."
            )


def _middle(browser: Browser) -> str:
    """Where the list goes on, some pages down."""
    after = ""
    for _ in range(10):
        found = re.search(r"/unread\?after=([^\"]+)", browser.get(f"/unread?after={after}"))
        if not found:
            break
        after = found[1]
    return after


def _mark_and_undo(browser: Browser, csrf: str) -> tuple[float, float]:
    marked, where = _post(browser, "/unread/read", csrf=csrf, list="unread")
    at = re.search(r"at=([^&]+)", where)
    if not at:
        raise Trouble(f"Marking led to {where}.")
    return marked, _post(browser, "/unread/undo", csrf=csrf, at=at[1], back="/unread")[0]


def _post(browser: Browser, path: str, **form: str) -> tuple[float, str]:
    began = time.perf_counter()
    headers = {
        **browser.headers,
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
    }
    connection: http.client.HTTPConnection = browser.connection
    connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 303:
        raise Trouble(f"{path} was answered with {answer.status}.")
    return (time.perf_counter() - began) * 1000, answer.headers["location"]


async def _settle(
    built: House, in_networks: int, topics: int, posts: int
) -> tuple[str, str, dict[str, int], str]:
    """The cookie of a member of all the networks, their forms' token, what they have not read, and one network's slug."""
    db = Database(built.urls["DATABASE_URL"], pool=2)
    try:
        async with db.transaction() as tx:
            host = await settling.founder(tx)
            authors = await settling.people(tx, 50)
            made = await settling.found(tx, host, in_networks, "private")
            await tx.run(
                "INSERT INTO membership (network_id, member_id, role, joined_at) SELECT network, :me, 'member', now() - interval '90 days' "
                "FROM unnest(CAST(:networks AS bigint[])) AS network",
                me=authors[0],
                networks=made,
            )
            cookie = await members.sign_in(tx, authors[0])
        each = max(2, posts // topics)
        ids = await settling.topics(db, host, made, topics, each)
        await settling.posts(db, ids, authors[1:], each)
        async with db.transaction() as tx:
            await tx.run(READ, me=authors[0], topics=ids)
            await tx.run(MUTED, me=authors[0], topics=ids)
        await settling.analyse(db)
        async with db.snapshot() as tx:
            row = await tx.first(EXACT, me=authors[0], topics=ids)
            slug = await tx.value("SELECT slug FROM network WHERE id = :id", id=made[0])
    finally:
        await db.close()
    return cookie, derived(cookie, "csrf"), {"unread": row.unread, "new": row.new}, slug
