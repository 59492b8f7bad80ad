"""Members who write, in a process of their own: `python -m tests.faults.writers SCENE JOURNAL`; done when told so.

A write whose answer is lost is sent again under its old name, or left at that. Some are sent twice in any case.
"""

import asyncio
import sys
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from tests.faults.asking import NoAnswer, ask
from tests.faults.journal import Changed, Journal, Op, now
from tests.faults.swarm import say, standard_input
from tests.faults.wire import Refused, Wire, connect

WORDS = [
    "we",
    "ask",
    "the",
    "ward",
    "what",
    "the",
    "checklist",
    "misses",
    "before",
    "it",
    "is",
    "ticked",
    "and",
    "who",
    "looks",
    "again",
    "at",
    "night",
]
TRIES = 6


class Plan(msgspec.Struct):
    member: int
    token: str
    topics: list[int]
    closed: list[int]  # topics that they may not write in
    network: str  # where they start topics


class Scene(msgspec.Struct):
    seed: int
    ports: list[int]
    rate: float  # writes a second, of all together
    new_topics: int  # at most so many
    writers: list[Plan]


class Outcome(NamedTuple):
    outcome: str
    post: int = 0
    seq: int = 0
    code: str = ""


NOTHING = Outcome("none")


class Writer:
    def __init__(self, number: int, plan: Plan, scene: Scene, journal: Journal) -> None:
        self.number, self.plan, self.scene, self.journal = number, plan, scene, journal
        self.rng = Random(f"{scene.seed} writer {number}")
        self.count = 0
        self.own: list[tuple[int, str]] = []
        self.wire: Wire | None = None
        self.waiting: dict[int, asyncio.Future[Outcome]] = {}
        self.started = 0

    async def run(self, enough: asyncio.Event) -> None:
        """Write now and then, and leave nothing half done."""
        self.enough = enough
        pause = len(self.scene.writers) / self.scene.rate
        while not enough.is_set():
            await asyncio.sleep(self.rng.expovariate(1 / pause))
            await self.act()

    async def act(self) -> None:
        chance = self.rng.random()
        try:
            if chance < 0.12 and self.own:
                await self._change()
            elif chance < 0.14 and self.started < self.scene.new_topics:
                await self._start_topic()
            else:
                await self._post()
        except NoAnswer:
            pass

    # Posts, under a name

    async def _post(self) -> None:
        self.count += 1
        name, way = f"w{self.number}.{self.count}", self.rng.choice(("http", "socket"))
        refused = self.rng.random()
        topic = self.rng.choice(self.plan.topics)
        body: object = f"{name} {self._words()}"
        if refused < 0.03 and self.plan.closed:
            topic = self.rng.choice(self.plan.closed)
        elif refused < 0.05:
            body = " " * 5
        elif refused < 0.06:
            body = 17
        patient = self.rng.random() < 0.6
        for _ in range(TRIES if patient else 1):
            outcome = await self._attempt(name, way, topic, body)
            if outcome.outcome == "ok" and self.rng.random() < 0.1:
                await self._attempt(name, self.rng.choice(("http", "socket")), topic, body)
            if outcome.outcome == "ok":
                self.own.append((outcome.post, name))
            if (outcome.outcome != "none" and outcome.code != "rate") or self.enough.is_set():
                return
            await asyncio.sleep(self.rng.uniform(0.1, 0.6))

    async def _attempt(self, name: str, way: str, topic: int, body: object) -> Outcome:
        sent = now()
        outcome = await (self._by_socket if way == "socket" else self._by_http)(name, topic, body)
        self.journal.write(
            Op(sent, now(), self.plan.member, name, way, f"t:{topic}", outcome.outcome, outcome.post, outcome.seq, outcome.code)
        )  # fmt: skip
        return outcome

    async def _by_http(self, name: str, topic: int, body: object) -> Outcome:
        try:
            answer = await ask(
                self._port(),
                "POST",
                f"/api/v1/topics/{topic}/posts",
                self.plan.token,
                {"body": body, "op": name},
            )
        except NoAnswer:
            return NOTHING
        if answer.fine:
            return Outcome("ok", answer.body["id"])
        return Outcome("refused", code="rate" if answer.status == 429 else str(answer.status))

    async def _by_socket(self, name: str, topic: int, body: object) -> Outcome:
        try:
            wire = await self._connected()
        except (OSError, TimeoutError, Refused):
            return NOTHING
        i = self.count
        self.waiting[i] = asyncio.get_running_loop().create_future()
        wire.send(
            msgspec.json.encode(
                {"t": "op", "i": i, "op": name, "k": "post.add", "s": f"t:{topic}", "d": {"body": body}}
            )
        )
        await asyncio.wait((self.waiting[i], wire.ended), timeout=5, return_when=asyncio.FIRST_COMPLETED)
        answer = self.waiting.pop(i)
        if answer.done():
            return answer.result()
        wire.transport.abort()
        self.wire = None
        return NOTHING

    async def _connected(self) -> Wire:
        if self.wire is None or self.wire.ended.done():
            self.wire = await connect(
                self._port(), self._hear, {"Authorization": f"Bearer {self.plan.token}"}
            )
            self.wire.send(b'{"t":"hello","v":1,"as":"json","subs":[]}')
        return self.wire

    def _hear(self, raw: bytes) -> None:
        message = msgspec.json.decode(raw)
        answer = self.waiting.get(message.get("i", 0))
        if answer is None or answer.done():
            return
        if message["t"] == "res":
            answer.set_result(Outcome("ok", message["d"]["id"], message["q"]))
        elif message["t"] == "err":
            answer.set_result(Outcome("refused", code=message["code"]))

    # Changes

    async def _change(self) -> None:
        post, name = self.rng.choice(self.own[-40:])
        path = f"/api/v1/posts/{post}"
        if self.rng.random() < 0.25:
            self.own.remove((post, name))
            answer = await ask(self._port(), "DELETE", path, self.plan.token)
            if answer.fine:
                self.journal.write(Changed(now(), post, 0))
            return
        body = {"body": f"{name} once more: {self._words()}"}
        answer = await ask(self._port(), "PATCH", path, self.plan.token, body)
        if answer.fine:
            self.journal.write(Changed(now(), post, answer.body["rev"]))

    async def _start_topic(self) -> None:
        self.started += 1
        self.count += 1
        name = f"w{self.number}.{self.count}"
        form = {"title": f"Topic {name}", "body": f"{name} {self._words()}", "op": name}
        answer = await ask(
            self._port(), "POST", f"/api/v1/networks/{self.plan.network}/topics", self.plan.token, form
        )
        if answer.fine:
            self.plan.topics.append(answer.body["id"])

    def _port(self) -> int:
        return self.rng.choice(self.scene.ports)

    def _words(self) -> str:
        count = self.rng.randrange(3, 60) if self.rng.random() < 0.92 else self.rng.randrange(400, 2000)
        return " ".join(self.rng.choices(WORDS, k=count))


async def write(scene: Scene, journal: Journal) -> None:
    writers = [Writer(n, plan, scene, journal) for n, plan in enumerate(scene.writers, 1)]
    enough = asyncio.Event()
    running = [asyncio.create_task(writer.run(enough)) for writer in writers]
    say("ready")
    await (await standard_input()).read()  # until it is closed
    enough.set()
    await asyncio.gather(*running)


if __name__ == "__main__":
    notes = Journal(Path(sys.argv[2]))
    try:
        asyncio.run(write(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Scene), notes))
    finally:
        notes.close()
