"""A few members keep posting and dropping in, through the real API and real sockets, so that the pages move."""

import asyncio
import json
import random
from contextlib import suppress
from typing import Any

import httpx2
import websockets

from chat import members
from chat.config import settings
from chat.db import Database
from command.demo import content

# About the pace of a busy afternoon at first; later quietly, so that a demo left alone stays small.
PAUSE, LATER_PAUSE = (6.0, 14.0), (60.0, 240.0)
BUSY_POSTS = 120
TALK_PAUSE = (4.0, 9.0)
IN_THE_ROOM = 14
AWAY = (OSError, httpx2.HTTPError, websockets.WebSocketException, asyncio.TimeoutError)


def main() -> None:
    with suppress(KeyboardInterrupt):
        asyncio.run(_live())


async def _live() -> None:
    config = settings()
    address = f"http://{'127.0.0.1' if config.host in ('0.0.0.0', '::') else config.host}:{config.port}"  # noqa: S104
    people = random.sample([p["handle"] for p in content.people()[1:]], 24)  # Ana is left to whoever signs in
    tokens = await _tokens(config.database_url, people)
    async with httpx2.AsyncClient(base_url=f"{address}/api/v1", timeout=10) as http:
        cast = [Someone(http, address, handle, token) for handle, token in tokens.items()]
        await asyncio.gather(_discuss(cast), _drop_in(cast))


async def _tokens(database_url: str, people: list[str]) -> dict[str, str]:
    db = Database(database_url, pool=1)
    try:
        async with db.transaction() as tx:
            return {handle: await members.issue_token(tx, content.email_of(handle)) for handle in people}
    finally:
        await db.close()


class Someone:
    """A member with a token."""

    def __init__(self, http: httpx2.AsyncClient, address: str, handle: str, token: str) -> None:
        self.http, self.address, self.handle = http, address, handle
        self.headers = {"authorization": f"Bearer {token}"}

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.http.get(path, headers=self.headers)
        return answer.json() if answer.status_code == 200 else {}

    async def post(self, path: str, **body: object) -> None:
        await self.http.post(path, headers=self.headers, json=body)

    async def own_networks(self) -> list[str]:
        return [n["slug"] for n in (await self.get("/networks")).get("networks", []) if n["role"]]

    async def stay(self, drop_in: dict[str, Any]) -> None:
        """Be in a room, for a while."""
        subs = [{"s": drop_in["stream"]}, {"s": f"t:{drop_in['topic']}"}]
        async with websockets.connect(
            f"{self.address.replace('http', 'ws', 1)}/live", additional_headers=self.headers
        ) as socket:
            await socket.send(json.dumps({"t": "hello", "v": 1, "as": "json", "subs": subs}))
            with suppress(asyncio.TimeoutError):
                async with asyncio.timeout(random.uniform(120, 900)):
                    async for message in socket:
                        if json.loads(message)["t"] == "hb":
                            await socket.send('{"t":"pong"}')


async def _discuss(cast: list[Someone]) -> None:
    posts = 0
    while True:
        await asyncio.sleep(random.uniform(*(PAUSE if posts < BUSY_POSTS else LATER_PAUSE)))
        with suppress(*AWAY, LookupError):
            await _say_something(random.choice(cast))
            posts += 1


async def _say_something(someone: Someone) -> None:
    slug = random.choice(await someone.own_networks())
    texts = content.read("lively")
    if random.random() < 0.05:
        opener = random.choice(texts["openers"])
        return await someone.post(f"/networks/{slug}/topics", title=opener["title"], body=opener["body"])
    topics = (await someone.get(f"/networks/{slug}/topics?limit=8"))["topics"]
    topic = random.choice(topics)
    latest = (await someone.get(f"/topics/{topic['id']}/posts?after={max(0, topic['posts'] - 6)}"))["posts"]
    parent = random.choice(latest)["id"] if latest and random.random() < 0.6 else None
    await someone.post(f"/topics/{topic['id']}/posts", body=random.choice(texts["remarks"]), parent=parent)


async def _drop_in(cast: list[Someone]) -> None:
    """Whenever a room is open, people come in and talk."""
    inside: dict[str, asyncio.Task] = {}
    while True:
        await asyncio.sleep(random.uniform(*TALK_PAUSE))
        with suppress(*AWAY, LookupError):
            someone = random.choice(cast)
            drop_in = await _open_room(someone)
            inside = {handle: task for handle, task in inside.items() if not task.done()}
            if drop_in is None:
                continue
            if someone.handle not in inside and len(inside) < IN_THE_ROOM:
                inside[someone.handle] = asyncio.create_task(_quietly(someone.stay(drop_in)))
            elif someone.handle in inside:
                await someone.post(
                    f"/topics/{drop_in['topic']}/posts", body=random.choice(content.read("lively")["talk"])
                )


async def _open_room(someone: Someone) -> dict[str, Any] | None:
    for slug in await someone.own_networks():
        for drop_in in (await someone.get(f"/networks/{slug}/drop-ins")).get("drop_ins", []):
            if drop_in["state"] in ("lobby", "live"):
                return drop_in if drop_in["state"] == "live" else None
    return None


async def _quietly(staying: Any) -> None:
    with suppress(*AWAY):
        await staying
