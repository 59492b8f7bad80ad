"""One live connection, from the handshake to the last byte: a plain ASGI application, to keep it small."""

import asyncio
from collections import Counter
from contextlib import suppress
from random import randrange
from time import monotonic
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from chat import members
from chat.db import AWAY, Transaction
from chat.errors import HubError, TooMany
from chat.members import Viewer
from chat.realtime.frames import message
from chat.realtime.streams import Follower
from chat.secrets import same
from web.edge import address_of, csrf_of, session_token, viewer_of
from web.guard import own_origin
from web.house import House
from web.live.messages import BadMessage, Eph, Hello, Op, Pong, Sub, Unsub, parse
from web.live.ops import carry_out
from web.live.protocol import EXTENSION, Wire

log = structlog.get_logger()

HELLO_SECONDS = 10
BAD_FRAMES = 10
TYPING_SECONDS = 4
TYPING_CROWD = 50

POLICY, TOO_BIG, OVERLOADED, NO_ACCESS, TOO_MANY = 1008, 1009, 1013, 4003, 4010


class LiveConnection:
    """A socket as the hub knows it."""

    __slots__ = ("form", "member_id", "session_id", "slot", "streams", "wire")

    def __init__(self, wire: Wire, viewer: Viewer | None) -> None:
        self.wire = wire
        self.member_id = viewer.id if viewer else 0
        self.session_id = viewer.session_id if viewer else None
        self.form = "json"
        self.streams: dict[str, Follower] = {}
        self.slot = randrange(3600)  # noqa: S311 - its place on the wheel of heartbeats

    @property
    def heard_at(self) -> float:
        return self.wire.heard_at

    @property
    def writable(self) -> bool:
        return self.wire.writable

    def write(self, data: bytes) -> None:
        self.wire.write(data)

    def close(self, code: int) -> None:
        self.wire.close(code)

    def abort(self) -> None:
        self.wire.abort()


class Closed(Exception):
    """The connection is over, with this code if it is we who end it."""

    def __init__(self, code: int | None = None) -> None:
        self.code = code


class LiveSocket:
    """The endpoint at /live."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        house: House = scope["app"].state.house
        await receive()  # websocket.connect
        wire = scope["extensions"].get(EXTENSION)
        if wire is None or scope["path"] != "/live":
            return await send({"type": "websocket.close", "code": POLICY})
        http = HTTPConnection(scope)
        try:
            viewer = await self._admit(http, house)
        except Closed:
            return await send({"type": "websocket.close", "code": POLICY})
        except AWAY:
            await send({"type": "websocket.accept"})
            return await send({"type": "websocket.close", "code": OVERLOADED})
        csrf = csrf_of(http) if viewer and viewer.session_id else ""
        owner = f"m{viewer.id}" if viewer else address_of(http)
        most = house.settings.live_per_member if viewer else house.settings.live_per_address
        await send({"type": "websocket.accept"})
        if self.open[owner] >= most:
            return await send({"type": "websocket.close", "code": TOO_MANY})
        self.open[owner] += 1
        del http
        wire.forget_handshake()
        try:
            await Conversation(house, LiveConnection(wire, viewer), receive, csrf).run()
        except Closed as closed:
            if closed.code is not None:
                with suppress(Exception):  # the client may be gone already
                    await send({"type": "websocket.close", "code": closed.code})
        finally:
            self.open[owner] -= 1
            if not self.open[owner]:
                del self.open[owner]

    async def _admit(self, http: HTTPConnection, house: House) -> Viewer | None:
        """The viewer behind the handshake. A cookie counts only with our own Origin, a wrong token not at all."""
        headers: Headers = http.headers
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if token and scheme.lower() == "bearer":
            async with house.db.snapshot() as tx:
                viewer = await members.by_api_token(tx, token.strip())
            if viewer is None:
                raise Closed
            return viewer
        origin = headers.get("origin")
        if origin is not None and not own_origin(origin, headers.get("host", ""), house.settings):
            raise Closed
        if session_token(http) is None:
            return None
        async with house.db.snapshot() as tx:
            viewer = await viewer_of(http, tx)
        if viewer and origin is None:
            raise Closed
        return viewer


class Conversation:
    """What is said on one connection."""

    def __init__(self, house: House, connection: LiveConnection, receive: Receive, csrf: str) -> None:
        self.house, self.hub, self.me, self.receive, self.csrf = house, house.hub, connection, receive, csrf
        self.bad = 0
        self.ops: list[float] = []
        self.typed_at: dict[str, float] = {}

    async def run(self) -> None:
        """Until one side ends it; raises Closed."""
        self.me.wire.drained = lambda: self.hub.drained(self.me)
        try:
            await self._hello()
            while True:
                await self._listen()
        except AWAY as error:
            log.warning("a live connection waits for the database", error=repr(error))
            raise Closed(OVERLOADED) from None
        finally:
            self.me.wire.drained = None
            self.hub.leave(self.me)

    async def _hello(self) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                first = await self._next()
        except TimeoutError:
            raise Closed(POLICY) from None
        except BadMessage as bad:
            self._answer(t="err", code=bad.code)
            raise Closed(POLICY) from None
        if not isinstance(first, Hello):
            self._answer(t="err", code="hello")
            raise Closed(POLICY)
        if first.v != 1 or first.as_ not in ("html", "json"):
            self._answer(t="err", code="version" if first.v != 1 else "as")
            raise Closed(POLICY)
        if self.csrf and not same(first.csrf, self.csrf):
            raise Closed(NO_ACCESS)
        self.me.form = first.as_
        self.hub.arrive(self.me)
        heartbeat = self.house.settings.live_heartbeat * 1000
        await self._subscribe([(sub.s, sub.e, sub.q) for sub in first.subs], v=1, hb=heartbeat)

    async def _listen(self) -> None:
        try:
            said = await self._next()
            match said:
                case Sub():
                    await self._subscribe([(said.s, said.e, said.q)], i=said.i)
                case Unsub():
                    self.hub.unfollow(self.me, said.s)
                    self._answer(t="ok", i=said.i, subs=[])
                case Op():
                    await self._op(said)
                case Eph():
                    await self._eph(said)
                case Hello():
                    raise BadMessage("hello")
                case Pong():
                    pass
        except BadMessage as bad:
            self.bad += 1
            self._answer(t="err", i=bad.i, code=bad.code)
            if self.bad >= BAD_FRAMES:
                raise Closed(POLICY) from None

    async def _next(self) -> Any:
        while True:
            event = await self.receive()
            if event["type"] == "websocket.disconnect":
                raise Closed
            if event["type"] == "hub.close":
                raise Closed(event["code"])
            return parse(event.get("text"))

    async def _subscribe(self, wanted: list[tuple[str, str | None, int | None]], **answer: Any) -> None:
        """Authorise each stream afresh, answer, and only then deliver."""
        subs, gone, resyncs = [], [], []
        for name, epoch, seq in wanted:
            if len(self.me.streams) >= self.house.settings.live_subscriptions and name not in self.me.streams:
                self._answer(t="err", i=answer.get("i"), code="subs")
                continue
            told = await self.hub.follow(self.me, name, epoch, seq)
            if told is None:
                gone.append(name)
            elif told["state"] == "resync":
                resyncs.append(told)
            else:
                subs.append(told)
        self._answer(
            t="ok", subs=[*subs, *({k: v for k, v in r.items() if k != "why"} for r in resyncs)], **answer
        )
        for name in gone:
            self._answer(t="gone", s=name)
        for r in resyncs:
            self._answer(t="resync", s=r["s"], e=r["e"], head=r["head"], why=r["why"])
        for sub in subs:
            self.hub.begin(self.me, sub["s"])
            if sub["s"].startswith("d:"):
                await self.house.rooms.enter(self.me, sub["s"])

    async def _op(self, op: Op) -> None:
        now = monotonic()
        self.ops = [at for at in self.ops if now - at < 10]
        if len(self.ops) >= self.house.settings.live_ops:
            return self._answer(t="err", i=op.i, code="rate", retry=int((self.ops[0] + 10 - now) * 1000) + 1)
        self.ops.append(now)
        try:
            seq, result = await carry_out(self.house, self._viewer, op)
            self._answer(t="res", i=op.i, s=op.s, q=seq, d=result)
        except TooMany as error:
            self._answer(t="err", i=op.i, code="rate", retry=error.retry * 1000)
        except HubError as error:
            self._answer(t="err", i=op.i, code=type(error).__name__.lower(), text=error.sentence)

    async def _viewer(self, tx: Transaction) -> Viewer | None:
        return await members.by_id(tx, self.me.member_id) if self.me.member_id else None

    async def _eph(self, eph: Eph) -> None:
        """Pass on that somebody types, where they may write and the room is small."""
        follower = self.me.streams.get(eph.s)
        if eph.k != "typing" or not self.me.member_id or follower is None:
            return
        now = monotonic()
        if (
            now - self.typed_at.get(eph.s, -TYPING_SECONDS) >= TYPING_SECONDS
            and len(follower.stream.followers) <= TYPING_CROWD
        ):
            self.typed_at[eph.s] = now
            await self.house.bus.say(eph.s, {"k": "typing", "d": {"m": self.me.member_id}})

    def _answer(self, **fields: Any) -> None:
        self.me.write(message(**{k: v for k, v in fields.items() if v is not None or k != "i"}))
