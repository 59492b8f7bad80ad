"""Everybody in a room, a process of their own: python -m bench.dropins.people SCENE.json

It obeys lines on its standard input and answers each with a line of JSON:

gather           all come in, and see the room
go SECONDS       they talk, ask, vote, raise hands, leave and come back
compare          once it is quiet: what each screen shows beside what the API says now
"""

import asyncio
import http.client
import json
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from bench.dropins.screen import Arrivals, Screen, decode, encode
from bench.dropins.wire import Wire, connect
from bench.figures import quantile

CAME_AT_ONCE = 50
QUIET = 13  # seconds: who left is said to have left after ten
AWAY = (2.0, 20.0)  # seconds


class Scene(msgspec.Struct):
    port: int
    drop_in: int
    topic: int
    network: int
    tokens: list[str]
    host: str  # the token of who may start polls and call hands
    talk: float  # a second, as all that follows
    votes: float
    hands: float
    questions: float
    churn: float  # of the people, a minute


class Person:
    def __init__(self, crowd: "Crowd", token: str) -> None:
        self.crowd, self.token = crowd, token
        self.screen = Screen(crowd.arrivals)
        self.wire: Wire | None = None
        self.told: asyncio.Future | None = None
        self.hand_up = False

    @property
    def here(self) -> bool:
        return self.wire is not None and self.screen.caught_up

    async def come(self, fresh: bool) -> None:
        """`fresh`: read the room first, as a page does. Else with the cursors of before."""
        if fresh:
            self.screen.read(*await self.crowd.snapshot(self.token))
        self.screen.caught_up = False
        self.told = asyncio.get_running_loop().create_future()
        self.wire = await connect(self.crowd.scene.port, self.token, self.hear, self.gone)
        subs = []
        for stream in self.crowd.streams:
            epoch, number = self.screen.cursors.get(stream, (None, None))
            subs.append({"s": stream, "e": epoch, "q": number} if epoch else {"s": stream})
        self.wire.send(encode({"t": "hello", "v": 1, "as": "json", "subs": subs}))
        async with asyncio.timeout(30):
            await self.told

    def leave(self) -> None:
        if self.wire:
            self.wire.transport.abort()

    def gone(self) -> None:
        self.wire = None

    def hear(self, text: bytes) -> None:
        said = decode(text)
        match said["t"]:
            case "ev":
                self.screen.apply(said["s"], said["q"], said["k"], said["d"])
            case "eph":
                if said["k"] == "presence":
                    self.screen.presence(said["d"])
            case "res":
                self.crowd.answered(said["i"], said["s"], said["q"], said["d"])
            case "err":
                self.crowd.refused(said)
            case "hb":
                self.screen.caught_up = True
                if self.wire:
                    self.wire.send(b'{"t":"pong"}')
            case "ok" if "hb" in said:
                for sub in said["subs"]:
                    self.screen.begin(sub["s"], sub["e"], sub["head"])
                behind = any(self.screen.cursors[sub["s"]][1] < sub["head"] for sub in said["subs"])
                self.screen.caught_up = not behind
                if not self.told.done():  # type: ignore[union-attr]
                    self.told.set_result(None)  # type: ignore[union-attr]
            case "resync" | "gone":
                self.crowd.counts[said["t"]] += 1
                self.leave()

    def act(self, kind: str, stream: str, **d: Any) -> None:
        if self.wire:
            self.wire.send(self.crowd.op(kind, stream, d))


class Crowd:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.rng = scene, random.Random(1)
        self.arrivals, self.counts = Arrivals(), Counter[str]()
        self.began: dict[int, float] = {}  # op -> when it was sent
        self.sent: dict[tuple[str, int], float] = {}  # event -> when its op was
        self.people = [Person(self, token) for token in scene.tokens]
        self.room, self.talk = f"d:{scene.drop_in}", f"t:{scene.topic}"
        self.streams = (self.room, self.talk, f"n:{scene.network}")
        self.over = asyncio.Event()

    # What is done

    def op(self, kind: str, stream: str, d: dict[str, Any]) -> bytes:
        i = len(self.began) + 1
        self.began[i] = time.monotonic()
        self.counts[kind] += 1
        return encode({"t": "op", "i": i, "op": f"p{i}", "k": kind, "s": stream, "d": d})

    def answered(self, i: int, stream: str, number: int, d: dict[str, Any]) -> None:
        self.counts["answered"] += 1
        if number:
            self.sent[stream, number] = self.began[i]

    def refused(self, said: dict[str, Any]) -> None:
        self.counts[f"refused: {said.get('text') or said['code']}"] += 1

    async def gather(self) -> dict[str, Any]:
        began = time.monotonic()
        gate = asyncio.Semaphore(CAME_AT_ONCE)

        async def come(person: Person) -> None:
            async with gate:
                await person.come(fresh=True)

        await asyncio.gather(*map(come, self.people))
        return {"seconds": time.monotonic() - began}

    async def go(self, seconds: float) -> dict[str, Any]:
        scene = self.scene
        self.over.clear()
        await self._poll()
        doing = [
            asyncio.create_task(work)
            for work in (
                self._again(scene.talk, self._say),
                self._again(scene.votes, self._vote),
                self._again(scene.hands, self._hand),
                self._again(scene.questions, self._ask),
                self._again(scene.churn * len(self.people) / 60, self._leave_a_while),
                self._again(1 / 10, self._host),
            )
        ]
        await asyncio.sleep(seconds)
        self.over.set()
        await asyncio.gather(*doing)
        return {"done": True}

    async def _again(self, rate: float, act: Any) -> None:
        """Independently of each other, so many a second."""
        under_way = set()
        while rate and not await self._over_within(self.rng.expovariate(rate)):
            under_way.add(task := asyncio.create_task(act()))
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    async def _over_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.over.wait()
        return self.over.is_set()

    def _somebody(self) -> Person | None:
        here = [person for person in self.people if person.here]
        return self.rng.choice(here) if here else None

    async def _say(self) -> None:
        if who := self._somebody():
            who.act("post.add", self.talk, body="We count them at the change of shift, aloud, every time.")

    async def _ask(self) -> None:
        if who := self._somebody():
            who.act("question.add", self.room, question="How do you hand over at night?")

    async def _vote(self) -> None:
        if (who := self._somebody()) is None:
            return
        polls = [p for p in who.screen.shelves["polls"].values() if not p["closed"]]
        open_ones = [q["id"] for q in who.screen.shelves["questions"].values() if q["state"] == "open"]
        if polls and self.rng.random() < 0.3:
            poll = self.rng.choice(polls)
            who.act(
                "poll.vote", self.room, poll=poll["id"], choices=[self.rng.randint(1, len(poll["options"]))]
            )
        elif open_ones:
            who.act(
                "question.vote", self.room, question=self.rng.choice(open_ones), on=self.rng.random() < 0.8
            )

    async def _hand(self) -> None:
        up = [person for person in self.people if person.hand_up and person.here]
        if len(up) > 5:
            up[0].act("hand.lower", self.room)
            up[0].hand_up = False
        elif who := self._somebody():
            who.act("hand.raise", self.room)
            who.hand_up = True

    async def _leave_a_while(self) -> None:
        """Some with their cursors, as a phone does; some reload the page."""
        if who := self._somebody():
            who.leave()
            await self._over_within(self.rng.uniform(*AWAY))
            await who.come(fresh=self.rng.random() < 0.5)

    async def _host(self) -> None:
        if self.rng.random() < 0.5:
            await self._poll()
        else:
            await self._ask_api("POST", f"/drop-ins/{self.scene.drop_in}/hands/next", self.scene.host, {})

    async def _poll(self) -> None:
        poll = {"question": "Where does it happen?", "options": ["On the ward", "At home"], "shown": "live"}
        await self._ask_api("POST", f"/drop-ins/{self.scene.drop_in}/polls", self.scene.host, poll)

    # What is seen

    async def snapshot(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        room = await self._ask_api("GET", f"/drop-ins/{self.scene.drop_in}/room", token)
        pages, after = [], 0
        while True:
            path = f"/topics/{self.scene.topic}/posts?limit=200&after={after}"
            pages.append(await self._ask_api("GET", path, token))
            if not pages[-1]["more"]:
                break
            after = pages[-1]["posts"][-1]["number"]
        posts = [post for page in pages for post in page["posts"]]
        return room, {"posts": posts, "cursor": pages[-1]["cursor"]}

    async def _ask_api(self, method: str, path: str, token: str, body: Any = None) -> Any:
        """In a thread of its own: what others hear meanwhile must not wait for us."""

        def ask() -> Any:
            connection = http.client.HTTPConnection("127.0.0.1", self.scene.port, timeout=30)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/api/v1{path}", text, headers)
            answer = connection.getresponse()
            said = answer.read()
            connection.close()
            if answer.status >= 500:
                raise RuntimeError(f"{method} {path} was answered with {answer.status}")
            return decode(said) if said else None

        return await asyncio.to_thread(ask)

    async def compare(self) -> dict[str, Any]:
        for person in self.people:
            if not person.here:
                await person.come(fresh=False)
        await asyncio.sleep(QUIET)
        room, posts = await self.snapshot(self.scene.tokens[0])
        truth = {
            shelf: {thing["id"]: thing for thing in room[shelf]}
            for shelf in ("questions", "hands", "polls", "links")
        }
        truth["posts"] = {post["id"]: post for post in posts["posts"]}
        wrong = [person.screen.differs(truth, len(self.people)) for person in self.people]
        delays = [
            (at - self.sent[event]) * 1000
            for event, arrived in self.arrivals.at.items()
            if event in self.sent
            for at in arrived
        ]
        return {
            "screens": len(wrong), "wrong": sum(map(bool, wrong)), "first_wrong": next(filter(None, wrong), [])[:5],
            "deliveries": len(delays), "counts": dict(self.counts),
            "things": {shelf: len(things) for shelf, things in truth.items()},
            "p50": quantile(delays, 0.5), "p99": quantile(delays, 0.99), "max": max(delays),
        }  # fmt: skip


async def main(file: str) -> None:
    crowd = Crowd(msgspec.json.decode(Path(file).read_bytes(), type=Scene))
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := (await orders.readline()).decode().split():
        match line:
            case ["gather"]:
                told = await crowd.gather()
            case ["go", seconds]:
                told = await crowd.go(float(seconds))
            case ["compare"]:
                told = await crowd.compare()
            case _:
                raise ValueError(line)
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1]))
