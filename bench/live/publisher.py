"""Who writes: a process of its own, so that the server's CPU is that of delivery alone.

python -m bench.live.publisher hub | redis SIZE | lines PORT SIZE    with DATABASE_URL and REDIS_URL

It obeys lines on its standard input and answers each with a line of JSON, which holds the number of the last message:

found                      a community with an open topic (of `hub` alone)
pace RATE COUNT            one message after the other, so many in a second
flood SECONDS BOARD        as many as the readers take, see `flood`
"""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from bench.live.idioms import CHANNEL
from bench.live.readers import Board

# How far a flood runs ahead of the slowest reader: a second’s worth, within these numbers of messages.
# The hub asks a reader that is 2,000 behind to read the page again, so it stays well below.
LEAST_AHEAD, MOST_AHEAD, AHEAD_SECONDS = 8, 1000, 1.0
BATCH = 200
LETTERS = "etaoin shrdlu"  # so that it compresses as prose does


class Target(Protocol):
    last: int

    async def write(self) -> None:
        """One message, as the product would."""

    async def write_many(self, count: int) -> None:
        """So many at once, as cheaply as may be."""


class Hub:
    """Posts in a topic, committed durably. One alone goes the way of every reply; many share a transaction."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.last = 0

    async def found(self) -> dict[str, Any]:
        from chat import discussions, members, networks

        async with self.db.transaction() as tx:
            member = await members.add_member(
                tx,
                email="ana@example.org",
                name="Ana Lima",
                handle="ana",
                verified=True,
                password_hash="none",
            )
            assert member is not None
            self.ana = await members.by_id(tx, member)
            slug = await networks.found(
                tx, self.ana, {"name": "Falls and frailty", "access": "open", "summary": "We share."}
            )
        async with self.db.transaction() as tx:
            self.network = await networks.network_of(tx, self.ana, slug)
            made = await discussions.start_topic(tx, self.ana, self.network, "Who checks?", "Ours is ticked.")
            token = await members.issue_token(tx, "ana@example.org")
        self.topic, self.stream, self.last = made["id"], f"t:{made['id']}", 1
        return {"stream": self.stream, "topic": self.topic, "token": token}

    async def write(self, pad: str = "") -> None:
        from chat import discussions

        async with self.db.transaction() as tx:
            await discussions.reply(tx, self.ana, self.topic, stamp() + pad)
        self.last = max(event.seq for event in tx.events if event.stream == self.stream)

    async def write_many(self, count: int) -> None:
        from chat.markup import RENDERER

        body = stamp()
        async with self.db.transaction() as tx:
            number = await tx.value(
                "UPDATE topic SET post_count = post_count + :count, last_post_at = now() WHERE id = :topic RETURNING post_count",
                topic=self.topic,
                count=count,
            )
            posts = await tx.all(
                "INSERT INTO post (topic_id, number, path, author_id, body, html, renderer, created_at) "
                "SELECT :topic, n, ARRAY[n], :author, :body, :html, :renderer, now() FROM generate_series(CAST(:first AS integer), :last) n "
                "RETURNING id",
                topic=self.topic,
                author=self.ana.id,
                body=body,
                html=f"<p>{body}</p>\n",
                renderer=RENDERER,
                first=number - count + 1,
                last=number,
            )
            for post in posts:
                tx.announce(self.stream, "post.added", post.id, network=self.network.id)
        self.last = tx.events[-1].seq


class Redis:
    """Messages of SIZE bytes to the idioms' channel."""

    def __init__(self, redis: Any, size: int) -> None:
        self.redis, self.size, self.last = redis, size, 0

    async def write(self) -> None:
        self.last += 1
        await self.redis.publish(CHANNEL, payload(self.last, self.size))

    async def write_many(self, count: int) -> None:
        async with self.redis.pipeline(transaction=False) as pipe:
            for number in range(self.last + 1, self.last + count + 1):
                pipe.publish(CHANNEL, payload(number, self.size))
            await pipe.execute()
        self.last += count


class Lines:
    """The same messages as lines to the epoll server."""

    def __init__(self, writer: asyncio.StreamWriter, size: int) -> None:
        self.writer, self.size, self.last = writer, size, 0

    async def write(self) -> None:
        await self.write_many(1)

    async def write_many(self, count: int) -> None:
        for number in range(self.last + 1, self.last + count + 1):
            self.writer.write(payload(number, self.size) + b"\n")
        self.last += count
        await self.writer.drain()


def stamp() -> str:
    return f"t={time.monotonic_ns()}"


def payload(number: int, size: int) -> bytes:
    """A message that looks to the readers like one of the hub's, and is as long."""
    start = f'{{"t":"ev","s":"t:1","q":{number},"k":"post.added","d":{{"body":"{stamp()}","html":"'
    filler = "".join(random.choices(LETTERS, k=max(0, size - len(start) - 3)))
    return f'{start}{filler}"}}}}'.encode()


# The orders


async def pace(target: Target, rate: float, count: int, *pad: str) -> None:
    began = time.monotonic()
    for i in range(count):
        await asyncio.sleep(max(0.0, began + i / rate - time.monotonic()))
        await target.write(*pad)


async def flood(target: Target, seconds: float, board: Board) -> None:
    """In a closed loop: the server is never without work, and its readers never far behind."""
    window, seen, looked = LEAST_AHEAD, board.read().complete, time.monotonic()
    end = looked + seconds
    while (now := time.monotonic()) < end:
        complete = board.read().complete
        if now - looked > 0.1:
            rate = (complete - seen) / (now - looked)
            window = round(min(max(rate * AHEAD_SECONDS, LEAST_AHEAD), MOST_AHEAD))
            seen, looked = complete, now
        batch = min(BATCH, max(1, window // 4))
        if target.last + batch - complete > window:
            await asyncio.sleep(0.002)  # uvloop counts in milliseconds: less would be none
        else:
            await target.write_many(batch)


async def obey(target: Any, line: str) -> dict[str, Any]:
    order, *words = line.split()
    told: dict[str, Any] = {}
    match order:
        case "found":
            told = await target.found()
        case "pace":
            await pace(target, float(words[0]), int(words[1]), *["x" * int(n) for n in words[2:]])
        case "flood":
            await flood(target, float(words[0]), Board(Path(words[1])))
        case _:
            raise ValueError(line)
    return {**told, "last": target.last}


@asynccontextmanager
async def opened(kind: str, *words: str) -> AsyncIterator[Target]:
    if kind == "hub":
        from chat.realtime.telling import telling

        async with telling(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], pool=2) as (db, _):
            yield Hub(db)
    elif kind == "redis":
        from redis.asyncio import Redis as Client

        async with Client.from_url(os.environ["REDIS_URL"]) as client:
            yield Redis(client, int(words[0]))
    else:
        _, writer = await asyncio.open_connection("127.0.0.1", int(words[0]))
        yield Lines(writer, int(words[1]))
        writer.close()


async def main(kind: str, *words: str) -> None:
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    async with opened(kind, *words) as target:
        while line := (await orders.readline()).decode().strip():
            print(json.dumps(await obey(target, line)), flush=True)


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(*sys.argv[1:]))
