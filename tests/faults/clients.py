"""A client that loses nothing (docs/live.md), which writes down all it hears. Its pauses are shortened."""

import asyncio
from random import Random
from typing import Any, NamedTuple

import msgspec

from tests.faults import things
from tests.faults.asking import NoAnswer, ask
from tests.faults.journal import (
    Behind,
    Closed,
    Fault,
    Gone,
    Heard,
    Journal,
    Opened,
    Resync,
    Snapshot,
    State,
    Told,
    Whisper,
    now,
)
from tests.faults.wire import Refused, Wire, connect

TICK = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
GAP, BEHIND = 0.2, 2.0  # seconds until a client subscribes again, as docs/live.md has them
ASK_AGAIN = 0.4  # after a refusal: perhaps one is let in again
SHY_FOR = 18.0  # longer than a ghost may last
CAUGHT_UP = 5.0  # who has asked for everything from the beginning has it again by then
SESSION_ENDED = 4001


class Plan(msgspec.Struct):
    """Who a client is, and what it follows. Without token and sessions it is a visitor."""

    name: str
    member: int = 0
    token: str = ""
    sessions: list[tuple[int, str, str]] = []  # id, cookie, form token
    form: str = "json"
    streams: list[str] = []
    eager: bool = False  # follows new topics too
    shy: bool = False  # comes back late when it is cut off
    marks: bool = False  # reads, and says so


class Scene(msgspec.Struct):
    """What all clients know."""

    seed: int
    ports: list[int]
    heartbeat: float
    slugs: dict[str, str]  # of the network streams
    clients: list[Plan]


class Parsed(NamedTuple):
    message: dict[str, Any]
    rev: int = 0
    digest: str = ""
    key: str = ""


class Reader:
    """Decodes each frame once, however many clients of the swarm get the same bytes."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder().decode
        self._known: dict[bytes, Parsed] = {}

    def parse(self, raw: bytes) -> Parsed:
        if (known := self._known.get(raw)) is not None:
            return known
        message = self._decode(raw)
        if message["t"] != "ev":
            return Parsed(message)
        kind, d = message["k"], message["d"]
        parsed = Parsed(message, d.get("rev", 0), things.digest(kind, d), things.key(kind, d))
        if len(self._known) > 2048:
            self._known.clear()
        self._known[raw] = parsed
        return parsed


class Place:
    """A client's place in one stream. Without a number it has yet to read the page."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.epoch: str | None = None
        self.seq: int | None = None if stream[0] in "td" else 0  # the others begin with the log
        self.waits = False  # for an answer
        self.things: dict[str, str] = {}
        self.touched: set[str] = set()
        self.unlisted = False
        self.gone_at = self.gap_at = self.behind_at = 0.0


class Follower:
    def __init__(self, plan: Plan, scene: Scene, journal: Journal, reader: Reader) -> None:
        self.plan, self.scene, self.journal, self.reader = plan, scene, journal, reader
        self.name = plan.name
        self.rng = Random(f"{scene.seed} {plan.name}")
        self.places = {stream: Place(stream) for stream in plan.streams}
        self.connection = 0
        self.wire: Wire | None = None
        self.told = False
        self.heard_at = 0.0
        self.stalled_until = 0.0
        self.calm = False
        self.mark: tuple[str, int] | None = None
        # What was asked for by each message that waits for its answer: epoch and number. 0 is the hello.
        self.asked: dict[tuple[int, str], tuple[str | None, int | None]] = {}
        self.i = 0

    async def run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                if await self._stay():
                    pause = FIRST_PAUSE
            except (OSError, TimeoutError, Refused, NoAnswer):
                pass
            if self.plan.shy and self.told:
                await asyncio.sleep(SHY_FOR)
            self.told = False
            await asyncio.sleep(self.rng.uniform(0, pause))
            pause = min(pause * 2, LONGEST_PAUSE)

    # One connection

    async def _stay(self) -> bool:
        """Connect, say hello and stay until the connection ends; whether the hub has answered."""
        for place in self.places.values():
            if place.seq is None and place.stream[0] == "t" and not place.gone_at:
                await self._read_posts(place)
        process = self.rng.randrange(len(self.scene.ports))
        port = self.scene.ports[process]
        headers, csrf, session = self._credentials(port)
        for place in self.places.values():
            place.waits = False
        wire = self.wire = await connect(port, self._hear, headers)
        self.connection += 1
        self.heard_at, self.i = now(), 0
        self.asked.clear()
        self.journal.write(Opened(now(), self.name, self.connection, process, session))
        subs = [
            self._wish(place)
            for place in self.places.values()
            if place.seq is not None or place.stream[0] == "d"
        ]
        self._say(t="hello", v=1, subs=subs, csrf=csrf, **{"as": self.plan.form})
        try:
            while not wire.ended.done():
                await asyncio.wait((wire.ended,), timeout=TICK)
                if not wire.ended.done() and now() > self.stalled_until:
                    await self._look_around(wire)
        finally:
            wire.transport.abort()
            code = await wire.ended
            self.wire = None
            self.journal.write(Closed(now(), self.name, self.connection, code))
        if code == SESSION_ENDED:
            self._sign_in_again()
        return self.told

    def _credentials(self, port: int) -> tuple[dict[str, str], str, int]:
        if self.plan.sessions:
            session, cookie, csrf = self.plan.sessions[0]
            return {"Cookie": f"session={cookie}", "Origin": f"http://127.0.0.1:{port}"}, csrf, session
        return ({"Authorization": f"Bearer {self.plan.token}"} if self.plan.token else {}), "", 0

    def _sign_in_again(self) -> None:
        if len(self.plan.sessions) > 1:
            self.plan.sessions.pop(0)

    def _say(self, **message: Any) -> None:
        if self.wire is not None:
            self.wire.send(msgspec.json.encode(message))

    def _wish(self, place: Place, seq: int | None = None) -> dict[str, Any]:
        """The place's cursor, or an earlier one."""
        seq = place.seq if seq is None else seq
        place.waits, place.gap_at, place.behind_at = True, 0.0, 0.0
        self.asked[self.i, place.stream] = (place.epoch, seq)
        return {k: v for k, v in {"s": place.stream, "e": place.epoch, "q": seq}.items() if v is not None}

    def _subscribe(self, place: Place, seq: int | None = None) -> None:
        if not place.waits:
            self.i += 1
            self._say(t="sub", i=self.i, **self._wish(place, seq))

    async def _look_around(self, wire: Wire) -> None:
        at = now()
        if at - self.heard_at > 3 * self.scene.heartbeat:
            return wire.transport.abort()
        if not self.told:
            return
        for place in list(self.places.values()):
            if place.waits or (place.gone_at and at - place.gone_at < ASK_AGAIN):
                continue
            unread = place.seq is None and place.stream[0] == "t"
            if place.unlisted:
                await self._read_topics(place)
            elif unread and not await self._read_posts(place):
                continue
            elif unread or place.gone_at or (place.gap_at and at - place.gap_at > GAP):
                self._subscribe(place)
        if self.mark and not self.calm and self.rng.random() < 0.05:
            (topic, number), self.mark = self.mark, None
            await ask(
                self.rng.choice(self.scene.ports), "POST", f"/api/v1/topics/{topic}/read", self.plan.token,
                {"number": number}, patience=2,
            )  # fmt: skip

    # Hearing

    def _hear(self, raw: bytes) -> None:
        self.heard_at = now()
        parsed = self.reader.parse(raw)
        message = parsed.message
        match message["t"]:
            case "ev":
                self._event(message, parsed)
            case "ok":
                for sub in message["subs"]:
                    self._answered(sub, message.get("i", 0))
                self.told = True
            case "hb":
                self._say(t="pong")
                for stream, head in message["h"].items():
                    self._compare(stream, head)
            case "gone":
                self._gone(message["s"])
            case "resync":
                self._resync(message)
            case "eph":
                seq = message.get("q")
                self.journal.write(
                    Whisper(now(), self.name, self.connection, message["s"], message["k"], seq)
                )

    def _event(self, message: dict[str, Any], parsed: Parsed) -> None:
        stream, seq, kind = message["s"], message["q"], message["k"]
        ref = int(parsed.key.partition(":")[2])
        self.journal.write(
            Heard(now(), self.name, self.connection, stream, seq, kind, ref, parsed.rev, parsed.digest)
        )
        place = self.places.get(stream)
        if place is None or place.seq is None or seq <= place.seq:
            return
        if seq > place.seq + 1:
            place.gap_at = place.gap_at or now()
            return
        place.seq = seq
        place.things[parsed.key] = parsed.digest
        if place.unlisted:
            place.touched.add(parsed.key)
        if kind == "topic.added" and self.plan.eager and len(self.places) < 12:
            self._follow_new(f"t:{message['d']['id']}")
        elif kind == "post.added" and self.plan.marks and self.plan.form == "json":
            self.mark = (stream[2:], message["d"]["number"])

    def _follow_new(self, stream: str) -> None:
        if stream not in self.places:
            place = self.places[stream] = Place(stream)
            place.seq = 0
            self._subscribe(place)

    def _answered(self, sub: dict[str, Any], i: int) -> None:
        place = self.places[sub["s"]]
        place.gone_at, place.waits = 0.0, False
        if sub["state"] == "resync":
            return  # said again, with its reason
        epoch, asked = self.asked.pop((i, place.stream))
        self.journal.write(
            Told(now(), self.name, self.connection, place.stream, sub["e"], epoch, asked, sub["head"])
        )
        place.epoch = sub["e"]
        if place.seq is None:
            place.seq = sub["head"]
            place.unlisted, place.touched = place.stream[0] == "n", set()
            self.journal.write(Snapshot(now(), self.name, place.stream, sub["e"], sub["head"]))

    def _compare(self, stream: str, head: int) -> None:
        place = self.places.get(stream)
        if place is None or place.seq is None or head <= place.seq:
            if place is not None:
                place.behind_at = 0.0
        elif not place.behind_at:
            place.behind_at = now()
        elif now() - place.behind_at > BEHIND:
            self.journal.write(Behind(now(), self.name, self.connection, stream, place.seq, head))
            self._subscribe(place)

    def _gone(self, stream: str) -> None:
        self.journal.write(Gone(now(), self.name, self.connection, stream))
        if stream in self.places:
            self.places[stream].gone_at, self.places[stream].waits = now(), False
        if stream == f"m:{self.plan.member}" and self.plan.sessions and self.wire is not None:
            self._sign_in_again()  # the cookie's session ended while we were away: here we are a visitor
            self.wire.transport.abort()

    def _resync(self, message: dict[str, Any]) -> None:
        stream = message["s"]
        self.journal.write(
            Resync(now(), self.name, self.connection, stream, message["e"], message["head"], message["why"])
        )
        place = self.places[stream] = Place(stream)
        if stream[0] == "m":
            place.epoch = message["e"]  # and from the beginning of the log
        elif stream[0] == "n":
            place.seq = None  # from now on; what there is is read after that
        if stream[0] != "t":
            self._subscribe(place)

    # Reading the page anew

    async def _read_posts(self, place: Place) -> bool:
        """The posts and the cursor of their first page: what is written meanwhile comes once more, as an event.

        False when they are not to be had.
        """
        after, cursor, found = 0, None, {}
        while True:
            answer = await self._get(f"/api/v1/topics/{place.stream[2:]}/posts?limit=200&after={after}")
            if answer is None:
                place.gone_at = now()
                return False
            cursor = cursor or answer["cursor"]
            for post in answer["posts"]:
                found[things.key("post", post)] = things.digest("post", post)
                after = post["number"]
            if not answer["more"]:
                break
        place.epoch, place.seq, place.things = cursor["e"], cursor["q"], found
        self.journal.write(Snapshot(now(), self.name, place.stream, cursor["e"], cursor["q"]))
        return True

    async def _read_topics(self, place: Place) -> None:
        answer = await self._get(f"/api/v1/networks/{self.scene.slugs[place.stream]}/topics?limit=100")
        for topic in answer["topics"] if answer else ():
            if (key := things.key("topic", topic)) not in place.touched:
                place.things[key] = things.digest("topic", topic)
        place.unlisted = False

    async def _get(self, path: str) -> Any:
        port = self.rng.choice(self.scene.ports)
        answer = await ask(port, "GET", path, self._api_token(), patience=3)
        return answer.body if answer.fine else None

    def _api_token(self) -> str | None:
        return self.plan.token or None

    # What is done to it

    def cut(self) -> None:
        if self.wire is not None:
            self.wire.transport.abort()

    def stall(self, seconds: float) -> None:
        """Stop reading for a while, having asked for everything from the beginning, and for many pongs."""
        if self.wire is None or not self.told or now() < self.stalled_until:
            return
        before = [
            (place, place.seq or 0)
            for place in self.places.values()
            if place.stream[0] == "t" and place.epoch and not place.gone_at
        ]
        for place, _seq in before:
            self._subscribe(place, 0)
        for _ in range(300):
            self.wire.send(bytes(120), opcode=9)
        wire, since, self.stalled_until = self.wire, now(), now() + seconds
        wire.transport.pause_reading()
        loop = asyncio.get_running_loop()

        def go_on() -> None:
            self.heard_at = now()
            if not wire.transport.is_closing():
                wire.transport.resume_reading()
            be_over(now() + CAUGHT_UP)

        def be_over(at_last: float) -> None:
            behind = any(place.waits or (place.seq or 0) < seq for place, seq in before if not place.gone_at)
            if behind and now() < at_last and self.wire is wire:
                loop.call_later(TICK, be_over, at_last)
            else:  # what waits in the kernel's buffers is older than it seems, for a moment
                self.journal.write(Fault(since, now() + 0.5, "stall", self.name))

        loop.call_later(seconds, go_on)

    # The end

    def settled(self, heads: dict[str, int]) -> bool:
        return self.told and all(
            place.gone_at
            or (place.seq is not None and place.seq >= heads.get(place.stream, 0) and not place.unlisted)
            for place in self.places.values()
        )

    def say_state(self) -> None:
        for place in self.places.values():
            shown = place.things if self.plan.form == "json" else {}
            self.journal.write(
                State(
                    now(), self.name, place.stream, place.epoch or "", -1 if place.seq is None else place.seq,
                    bool(place.gone_at), shown,
                )
            )  # fmt: skip
