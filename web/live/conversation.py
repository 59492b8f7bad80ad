"""What is said on one live connection (docs/live.md)."""

from collections import Counter
from collections.abc import Coroutine
from random import randrange
from time import monotonic
from typing import Any

import structlog

from chat import members
from chat.db import AWAY, Transaction
from chat.errors import HubError, TooMany
from chat.languages import speak
from chat.members import Viewer
from chat.realtime.frames import message
from chat.realtime.hub import Cursor
from chat.realtime.streams import Follower
from chat.secrets import same
from web.house import House
from web.live.frames import form_in, language_in
from web.live.line import Line
from web.live.messages import BadMessage, Eph, Hello, Op, Pong, Sub, Unsub, parse
from web.live.ops import carry_out

log = structlog.get_logger()

HELLO_SECONDS = 10
BAD_FRAMES = 10
TYPING_SECONDS = 4
TYPING_CROWD = 50

POLICY, OVERLOADED, NO_ACCESS, TOO_MANY = 1008, 1013, 4003, 4010


class Conversation(Line):
    """A connection as the hub knows it. What few of them need is None until it is needed."""

    __slots__ = (
        "_bad", "_csrf", "_ops", "_owner", "_seats", "_typed_at", "form", "house", "member_id", "session_id", "slot", "streams", "token_id",
    )  # fmt: skip

    def __init__(
        self, house: House, viewer: Viewer | None, csrf: str, owner: str, seats: Counter[str]
    ) -> None:
        super().__init__()
        self.house = house
        self.member_id = viewer.id if viewer else 0
        self.session_id = viewer.session_id if viewer else None
        self.token_id = viewer.token_id if viewer else None
        self.form = ""  # until hello
        self.streams: dict[str, Follower] = {}
        self.slot = randrange(3600)  # noqa: S311 - its place on the wheel of heartbeats
        self._csrf: str | None = csrf
        self._bad = 0
        self._ops: list[float] | None = None
        self._typed_at: dict[str, float] | None = None
        self._owner, self._seats = owner, seats
        seats[owner] += 1

    # The line

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self.within(HELLO_SECONDS, lambda: self.close(POLICY))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.house.hub.delivery.spawn(work)

    def stalled(self) -> None:
        self.house.hub.stalled(self)

    def drained(self) -> None:
        self.house.hub.drained(self)

    def over(self) -> None:
        self.house.hub.leave(self)
        self._seats[self._owner] -= 1
        if not self._seats[self._owner]:
            del self._seats[self._owner]

    # What the client says

    def hear_at_once(self, said: str | bytes) -> bool:
        return said == '{"t":"pong"}' and bool(self.form)

    async def hear(self, said: str | bytes) -> None:
        try:
            await self._answer_to(parse(said))
        except BadMessage as bad:
            self._bad += 1
            self._answer(t="err", i=bad.i, code=bad.code)
            if self._bad >= BAD_FRAMES or not self.form:
                self.close(POLICY)
        except AWAY as error:
            log.warning("a live connection waits for the database", error=repr(error))
            self.close(OVERLOADED)

    async def _answer_to(self, said: Any) -> None:
        if not self.form:
            return await self._hello(said)
        match said:
            case Sub():
                await self._subscribe({said.s: Cursor(said.e, said.q)}, i=said.i)
            case Unsub():
                self.house.hub.unfollow(self, said.s)
                self._answer(t="ok", i=said.i, subs=[])
            case Op():
                await self._op(said)
            case Eph():
                await self._eph(said)
            case Hello():
                raise BadMessage("hello")
            case Pong():
                pass

    async def _hello(self, said: Any) -> None:
        if not isinstance(said, Hello):
            raise BadMessage("hello")
        if said.v != 1 or said.as_ not in ("html", "json"):
            raise BadMessage("version" if said.v != 1 else "as")
        if self._csrf and not same(said.csrf, self._csrf):
            return self.close(NO_ACCESS)
        self.in_time()
        self.form, self._csrf = form_in(said.as_, said.lang), None
        self.house.hub.arrive(self)
        heartbeat = self.house.settings.live_heartbeat * 1000
        await self._subscribe({sub.s: Cursor(sub.e, sub.q) for sub in said.subs}, v=1, hb=heartbeat)

    async def _subscribe(self, wanted: dict[str, Cursor], **answer: Any) -> None:
        """Authorise each stream afresh, answer, and only then deliver."""
        hub = self.house.hub
        room = self.house.settings.live_subscriptions - len(self.streams.keys() - wanted.keys())
        for name in list(wanted)[room:]:
            del wanted[name]
            self._answer(t="err", i=answer.get("i"), code="subs")
        told = await hub.follow(self, wanted)
        subs = [one for name in wanted if (one := told[name])]
        self._answer(t="ok", subs=[{k: v for k, v in sub.items() if k != "why"} for sub in subs], **answer)
        for name in wanted:
            if (sub := told[name]) is None:
                self._answer(t="gone", s=name)
            elif sub["state"] == "resync":
                self._answer(t="resync", s=name, e=sub["e"], head=sub["head"], why=sub["why"])
            else:
                hub.begin(self, name)
                if name.startswith("d:"):
                    await self.house.rooms.enter(self, name)

    async def _op(self, op: Op) -> None:
        now = monotonic()
        self._ops = [at for at in self._ops or () if now - at < 10]
        if len(self._ops) >= self.house.settings.live_ops:
            return self._answer(t="err", i=op.i, code="rate", retry=int((self._ops[0] + 10 - now) * 1000) + 1)
        self._ops.append(now)
        speak(language_in(self.form))
        try:
            seq, result = await carry_out(self.house, self._viewer, op)
            self._answer(t="res", i=op.i, s=op.s, q=seq, d=result)
        except TooMany as error:
            self._answer(t="err", i=op.i, code="rate", retry=error.retry * 1000)
        except HubError as error:
            self._answer(t="err", i=op.i, code=type(error).__name__.lower(), text=error.sentence)

    async def _viewer(self, tx: Transaction) -> Viewer | None:
        return await members.by_id(tx, self.member_id) if self.member_id else None

    async def _eph(self, eph: Eph) -> None:
        """Pass on that somebody types, where they may write and the room is small."""
        follower = self.streams.get(eph.s)
        if eph.k != "typing" or not self.member_id or follower is None:
            return
        now, typed_at = monotonic(), self._typed_at or {}
        if (
            now - typed_at.get(eph.s, -TYPING_SECONDS) >= TYPING_SECONDS
            and await self._readers(follower) <= TYPING_CROWD
        ):
            self._typed_at = {**typed_at, eph.s: now}
            await self.house.bus.say(eph.s, {"k": "typing", "d": {"m": self.member_id}})

    async def _readers(self, follower: Follower) -> int:
        """How many follow it on all processes: of a room it is known, of the rest it is a fair guess."""
        here = len(follower.stream.followers)
        if (inside := self.house.rooms.size(follower.stream.name)) is not None:
            return max(here, inside)
        return here if here > TYPING_CROWD else here * await self.house.bus.listeners(follower.stream.name)

    def _answer(self, **fields: Any) -> None:
        self.write(message(**{k: v for k, v in fields.items() if v is not None or k != "i"}))
