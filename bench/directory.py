"""python -m bench.directory: how quick the pages of a network of 2,000 members are, each figure a line of JSON.

A real web process is asked for each page one after the other, by an owner who is signed in.
"""

import asyncio
import http.client
import sys
import time
from collections.abc import Iterator
from typing import Any

import click

from bench import figures
from bench.figures import Figure, figure, quantile
from bench.live.servers import HUB, House, house
from chat import members, networks
from chat.db import Database
from command.trouble import Trouble

FILE = figures.RESULTS / "directory.jsonl"
GOAL = "≤ 50"  # ms, of a page of the directory
ORGANISATIONS, COUNTRIES = 180, ("GB", "PT", "AU", "IE", "SE", "DE", "NG", "IN")

# Every tenth hides their organisation, every twentieth isn't listed. Names have accents, as names do.
PEOPLE = """
WITH made AS (
    INSERT INTO member (handle, email, name, organisation, role, country, verified_at, hides)
    SELECT 'person-' || n, 'person-' || n || '@example.org',
           (ARRAY['Zoë', 'Óscar', 'Ana', 'Søren', 'Maximiliane', 'Björn', 'Ngozi'])[n % 7 + 1] || ' ' || 'Nguyễn-Lima ' || n,
           'Hôpital universitaire numéro ' || n % :organisations,
           (ARRAY['Pharmacist', 'Ward sister', 'Patient safety manager', 'Anaesthetist'])[n % 4 + 1],
           (CAST(:countries AS text[]))[n % cardinality(CAST(:countries AS text[])) + 1], now(),
           CASE WHEN n % 10 = 0 THEN ARRAY['organisation'] ELSE '{}' END
    FROM generate_series(1, CAST(:count AS integer)) AS n RETURNING id
), placed AS (
    INSERT INTO membership (network_id, member_id, role, joined_at, unlisted_at)
    SELECT :network, id, CASE WHEN id % 200 = 0 THEN 'host' ELSE 'member' END, now() - id % 400 * interval '1 day',
           CASE WHEN id % 20 = 0 THEN now() END FROM made
)
INSERT INTO stream (id) SELECT 'm:' || id FROM made
"""

TOPICS = """
INSERT INTO topic (network_id, author_id, title, created_at, listed_at, post_count, last_post_at)
SELECT :network, :author, 'Question ' || n, now() - n * interval '6 hours', now() - n * interval '6 hours', :each, now() - n % 50 * interval '1 day'
FROM generate_series(1, CAST(:count AS integer)) AS n RETURNING id
"""

# More or less in the order of their time, as posts are written.
POSTS = """
INSERT INTO post (topic_id, number, path, author_id, body, html, renderer, created_at)
SELECT topic, number, ARRAY[number], author, 'Ours is ticked before anybody has looked.', '<p>Ours.</p>', 1, at FROM (
    SELECT topic.id AS topic, number, membership.member_id AS author, topic.created_at + number * number * interval '7 minutes' AS at
    FROM topic, generate_series(1, CAST(:each AS integer)) AS number, LATERAL (
        SELECT member_id FROM membership WHERE network_id = :network ORDER BY member_id OFFSET (topic.id + number) % 1000 LIMIT 1
    ) AS membership WHERE topic.id = ANY(:topics)
) AS written WHERE at <= now() ORDER BY at
"""


@click.command()
@click.option("--members", "people", default=2000, show_default=True, help="In the network.")
@click.option("--posts", default=200_000, show_default=True, help="In the network, or somewhat less.")
@click.option("--pages", default=100, show_default=True, help="Of each kind, in each run.")
@click.option("--runs", default=5, show_default=True, help="The figure is the median of so many.")
@click.option("--keep", is_flag=True, help="Keep the figures in bench/results.")
def main(people: int, posts: int, pages: int, runs: int, keep: bool) -> None:
    """Measure the directory and the dashboard of a large network."""
    with house(pinned=False) as built:
        cookie, slug = asyncio.run(_settle(built, people, posts))
        shown = list(figures.show(_measure(built, cookie, slug, people, posts, pages, runs)))
    if keep:
        figures.keep(shown, FILE)


def _measure(
    built: House, cookie: str, slug: str, people: int, posts: int, pages: int, runs: int
) -> Iterator[Figure | None]:
    inside = f"/networks/{slug}"
    asked = {
        "directory.page": f"{inside}/members",
        "directory.last": f"{inside}/members?offset={max(0, people - 60)}",
        "directory.search": f"{inside}/members?q=oscar+pharma",
        "directory.filter": f"{inside}/members?organisation=H%C3%B4pital+universitaire+num%C3%A9ro+7&country=GB",
        "dashboard.page": f"{inside}/dashboard",
    }
    with built.serving(HUB) as server:
        member = Member(server.port, cookie)
        of: dict[str, Any] = {"members": people, "posts": posts}
        for name, path in asked.items():
            member.ask(path, 10)  # what happens only the first times
            took, cpu = [], []
            for _ in range(runs):
                used = server.cpu() + built.cpu()
                took.append(member.ask(path, pages))
                cpu.append((server.cpu() + built.cpu() - used) / pages * 1000)
            goal = GOAL if name.startswith("directory") else ""
            yield figure(f"{name}.cpu", cpu, "ms", n=pages, **of)
            yield figure(f"{name}.p50", [quantile(t, 0.5) for t in took], "ms", n=pages, **of)
            yield figure(f"{name}.p99", [quantile(t, 0.99) for t in took], "ms", goal=goal, n=pages, **of)


class Member:
    """One who is signed in, with one connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Cookie": f"session={cookie}"}

    def ask(self, path: str, times: int) -> list[float]:
        """Milliseconds of each page, from the question to its last byte."""
        took = []
        for _ in range(times):
            began = time.perf_counter()
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
            text = answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status != 200 or len(text) < 3000:
                raise Trouble(f"{path} was answered with {answer.status}.")
        return took


async def _settle(built: House, people: int, posts: int) -> tuple[str, str]:
    """The people and what they wrote; the cookie of the network's owner, and its slug."""
    db = Database(built.urls["DATABASE_URL"], pool=1)
    try:
        async with db.transaction() as tx:
            owner = await members.by_id(tx, await tx.value("SELECT id FROM member WHERE handle = 'ana'"))
            slug = await networks.found(tx, owner, {"name": "Patient safety", "access": "private"})
            network = await networks.network_of(tx, owner, slug)
            cookie = await members.sign_in(tx, owner.id)
            await tx.run(
                PEOPLE,
                network=network.id,
                count=people - 1,
                organisations=ORGANISATIONS,
                countries=list(COUNTRIES),
            )
        each = 100
        async with db.transaction() as tx:
            made = await tx.all(TOPICS, network=network.id, author=owner.id, count=posts // each, each=each)
            topics = [row.id for row in made]
        # By the hundred: a single statement may take no longer than half a minute.
        for first in reversed(range(0, len(topics), 100)):  # the oldest topics have the highest ids
            async with db.transaction() as tx:
                await tx.run(POSTS, network=network.id, each=each, topics=topics[first : first + 100])
        async with db.transaction() as tx:
            await tx.run("ANALYZE")
    finally:
        await db.close()
    return cookie, slug


if __name__ == "__main__":
    try:
        main(prog_name="bench.directory", standalone_mode=False)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
