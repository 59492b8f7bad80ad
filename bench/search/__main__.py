"""python -m bench.search: how quick search and the palette are among a million posts, each figure a line of JSON.

A real web process is asked one question after the other, by a visitor and by a member of twenty networks. No question is
asked twice in a run: the words are drawn anew, as common as people's words are.
"""

import asyncio
import http.client
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from bench import figures
from bench.figures import Figure, figure, quantile
from bench.live.servers import HUB, House
from bench.search.corpus import RARE, fill, vocabulary
from bench.search.table import write_table
from chat import members
from chat.db import Database
from command.embedded import Embedded
from command.trouble import Trouble

FILE = figures.RESULTS / "search.jsonl"
GOAL, PALETTE_GOAL = "≤ 80", "≤ 40"  # ms, at p99

Ask = Callable[[random.Random, list[str]], str]


def _common(chance: random.Random, words: list[str]) -> str:
    """A word as people use them: the n-th most common with a chance of about 1/n, without the ten that all posts have."""
    return words[min(len(words) - 1, int(10 * 300 ** chance.random()))]


SEARCHES: dict[str, Ask] = {
    "two words": lambda chance, words: f"{_common(chance, words)} {_common(chance, words)}",
    "two of the ten most common words": lambda chance, words: " ".join(chance.sample(words[:10], 2)),
    "a word of one private network, and a common one": lambda chance, words: (
        f"{RARE} {_common(chance, words)}"
    ),
    "a phrase of two common words": lambda chance, words: (
        f'"{words[chance.randrange(10)]} {words[chance.randrange(10)]}"'
    ),
    "a word and who wrote it": lambda chance, words: (
        f"{_common(chance, words)} from:person-{chance.randrange(1, 5000)}"
    ),
    "two words of one year": lambda chance, words: (
        f"{_common(chance, words)} {_common(chance, words)} after:2023 before:2024"
    ),
    "the beginning of a word, three letters": lambda chance, words: f"{_common(chance, words)[:3]}*",
}
JUMPS: dict[str, Ask] = {
    "one letter": lambda chance, words: _common(chance, words)[0],
    "three letters": lambda chance, words: _common(chance, words)[:3],
    "a word and a letter": lambda chance, words: f"{_common(chance, words)} {_common(chance, words)[0]}",
    "nothing yet": lambda chance, words: "",
}


@click.command()
@click.option(
    "--posts", default=1_000_000, show_default=True, help="In two hundred networks, sixty of them open."
)
@click.option("--asked", default=200, show_default=True, help="Questions of each kind, in each run.")
@click.option("--runs", default=5, show_default=True, help="The figure is the median of so many.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="A folder in which the posts stay, for the next time."
)
@click.option("--only", multiple=True, help="Only this question, by its name in the table.")
@click.option(
    "--keep",
    is_flag=True,
    help="Keep the figures in bench/results, and write the table of docs/performance.md.",
)
def main(posts: int, asked: int, runs: int, data: Path | None, only: tuple[str, ...], keep: bool) -> None:
    """Measure search and the palette."""
    with _house(data) as built:
        cookie = asyncio.run(_settle(built, posts))
        shown = list(figures.show(_measure(built, cookie, posts, asked, runs, only)))
    if keep:
        figures.keep(shown, FILE)
        write_table(figures.read(FILE))


@contextmanager
def _house(data: Path | None) -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as temporary:
        folder = data or Path(temporary)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)  # PostgreSQL may run as another user, who has to pass
        with Embedded(folder, durable=True) as embedded:
            built = House(folder, embedded, pinned=False, profile=None)
            built.place = {"stream": ""}  # nobody follows anything
            built.migrate()
            yield built


def _measure(
    built: House, cookie: str, posts: int, asked: int, runs: int, only: tuple[str, ...]
) -> Iterator[Figure | None]:
    words = vocabulary(random.Random(6))
    with built.serving(HUB) as server:
        for who, headers in (("a visitor", {}), ("a member of twenty", {"Cookie": f"session={cookie}"})):
            for kind, path, questions in (("search", "/search", SEARCHES), ("jump", "/jump", JUMPS)):
                for what, ask in questions.items():
                    if only and what not in only:
                        continue
                    took, cpu = [], []
                    for run in range(-1, runs):  # the first only warms
                        chance = random.Random(f"{run} {what}")
                        used = server.cpu() + built.cpu()
                        times = _ask(
                            server.port,
                            headers,
                            [f"{path}?q={quote(ask(chance, words))}" for _ in range(asked)],
                        )
                        if run >= 0:
                            took.append(times)
                            cpu.append((server.cpu() + built.cpu() - used) / asked * 1000)
                    goal = {"search": GOAL, "jump": PALETTE_GOAL}[kind]
                    of: dict[str, Any] = {"posts": posts, "who": who, "asked": what}
                    yield figure(f"{kind}.p50", [quantile(t, 0.5) for t in took], "ms", n=asked, **of)
                    yield figure(
                        f"{kind}.p99", [quantile(t, 0.99) for t in took], "ms", goal=goal, n=asked, **of
                    )
                    yield figure(f"{kind}.cpu", cpu, "ms", n=asked, **of)


def _ask(port: int, headers: dict[str, str], paths: list[str]) -> list[float]:
    """Milliseconds of each answer, from the question to its last byte."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    took = []
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise Trouble(f"{path} was answered with {answer.status}.")
    connection.close()
    return took


async def _settle(built: House, posts: int) -> str:
    """The posts; the cookie of somebody who is in twenty networks."""
    db = Database(built.urls["DATABASE_URL"], pool=1)
    try:
        async with db.transaction() as tx:
            there = await tx.value("SELECT count(*) FROM post")
        if there and there < posts:
            raise Trouble(f"This folder has {there:,} posts. Choose another one, or ask for --posts {there}.")
        if not there:
            await fill(db, posts)
        async with db.transaction() as tx:
            busy = await tx.value(
                "SELECT member_id FROM membership JOIN network ON network.id = network_id "
                "GROUP BY member_id ORDER BY count(*) FILTER (WHERE access <> 'open') DESC, member_id LIMIT 1"
            )
            return await members.sign_in(tx, busy)
    finally:
        await db.close()


if __name__ == "__main__":
    try:
        main(prog_name="bench.search", standalone_mode=False)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
