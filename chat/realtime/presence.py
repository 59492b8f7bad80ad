"""Who is in a room: a lease per process, not per connection (docs/live.md).

Each process keeps its own people in the hash `presence:<room>`, as `<process>:<member>`, and tells the other
processes who came and went, once a second. So everybody knows without asking, and what it costs is as much as
happens. A process whose lease `proc:<process>` has run out is dead; whoever notices first deletes its fields.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic

import msgspec
import structlog

from chat.realtime.bus import Bus
from chat.redis import ABSENT
from chat.tasks import end

log = structlog.get_logger()

RENEWALS = 3  # in the time of one lease
READ_EVERY = 10  # seconds; a change that was not heard is found by then, before anybody is said to have left
SAY_EVERY = 1.0  # seconds
FORGET_AFTER = 48 * 3600  # seconds without a change; no room is open for so long


class Moves(msgspec.Struct):
    """What a process says of one room: who came to it there, and who went."""

    p: str
    came: list[int] = []
    went: list[int] = []


class Here:
    """Who is in one room, as far as this process knows."""

    def __init__(self) -> None:
        self.own: Counter[int] = Counter()  # screens of each member on this process
        self.elsewhere: dict[str, set[int]] = {}  # members, by process
        self.people: Counter[int] = Counter()  # on how many processes each member is
        self.unsaid: set[int] = set()  # of our own, whose coming or going the others don't know
        self.moved: set[int] = set()  # since somebody last looked
        self.died: set[int] = set()  # those among them whose process died
        self.reading = asyncio.Lock()
        self.heard: list[Moves] | None = None  # what is said while we read
        self.read_at = -float(READ_EVERY)
        self.said_at = -SAY_EVERY
        self.opening: asyncio.Task[None] | None = None

    def put(self, process: str, members: Iterable[int]) -> None:
        known = self.elsewhere.setdefault(process, set())
        for member in set(members) - known:
            known.add(member)
            self.count(member, 1)

    def drop(self, process: str, members: Iterable[int]) -> None:
        known = self.elsewhere.get(process, set())
        for member in known & set(members):
            known.remove(member)
            self.count(member, -1)
        if not known:
            self.elsewhere.pop(process, None)

    def count(self, member: int, by: int) -> None:
        self.people[member] += by
        if not self.people[member]:
            del self.people[member]
        self.moved.add(member)

    def bury(self, process: str) -> set[int]:
        """Its members, who have been away for as long as a lease lasts."""
        members = set(self.elsewhere.get(process, ()))
        self.drop(process, members)
        self.died |= members
        return members

    def apply(self, moves: Moves) -> None:
        self.drop(moves.p, moves.went)
        self.put(moves.p, moves.came)


class Presence:
    """This process's part of who is where, and what it knows of the others'. `lease` in seconds."""

    def __init__(self, bus: Bus, lease: int = 12) -> None:
        self.bus, self.lease = bus, lease
        self.process = secrets.token_hex(6)
        self.rooms: dict[str, Here] = {}
        self._renewed = False
        self._lost_at = -float(lease)
        self._was_up = False

    def enter(self, room: str, member: int) -> None:
        here = self.rooms.setdefault(room, Here())
        here.own[member] += 1
        if here.own[member] == 1:
            here.unsaid.add(member)
            here.count(member, 1)

    def leave(self, room: str, member: int) -> None:
        here = self.rooms.get(room)
        if here is None or not here.own[member]:
            return
        here.own[member] -= 1
        if not here.own[member]:
            del here.own[member]
            here.unsaid.add(member)
            here.count(member, -1)

    async def here(self, room: str) -> Here:
        """The room with everybody in it; without those on other processes as long as Redis is away."""
        here = self.rooms.setdefault(room, Here())
        if here.opening is None:
            here.opening = asyncio.create_task(self._open(room, here))
        await asyncio.shield(here.opening)
        if monotonic() - here.said_at > SAY_EVERY:  # of a storm only the first; the rest goes out together
            with suppress(*ABSENT):
                await self._say(room, here)
        return here

    async def pass_on(self) -> None:
        """Tell the others who came and went here, and find out who died. To be called once a second."""
        with suppress(*ABSENT):
            back = self.bus.up and not self._was_up  # something may have been said meanwhile
            self._was_up = self.bus.up
            for room, here in list(self.rooms.items()):
                await self._say(room, here)
                if back or monotonic() - here.read_at > READ_EVERY:
                    await self._read(room, here)
            await self._bury()

    async def forget(self, room: str) -> None:
        """Nobody here watches the room any more."""
        here = self.rooms.get(room)
        if here is not None and not here.own and not here.unsaid:
            del self.rooms[room]
            await self.bus.unfollow(_moves_of(room))
            if here.opening is not None:
                await end({here.opening})

    async def keep_lease(self) -> None:
        """Renew this process's lease for ever."""
        while True:
            try:
                await self._renew()
            except ABSENT as error:
                log.debug("presence waits for Redis", error=repr(error))
            await asyncio.sleep(self.lease / RENEWALS)

    async def farewell(self) -> None:
        """This process ends: its people have gone, as far as it knows."""
        with suppress(*ABSENT):
            for room, here in list(self.rooms.items()):
                here.unsaid.update(here.own)
                here.own.clear()
                await self._say(room, here)

    # Steps

    async def _open(self, room: str, here: Here) -> None:
        with suppress(*ABSENT):
            await self.bus.follow(_moves_of(room), said=self._heard)  # first: nothing falls between
            await self._read(room, here)

    def _heard(self, stream: str, words: dict) -> None:
        moves = msgspec.convert(words, Moves)
        here = self.rooms.get(stream.removeprefix("p:"))
        if here is None or moves.p == self.process:
            return
        if here.heard is not None:
            here.heard.append(moves)
        here.apply(moves)

    async def _say(self, room: str, here: Here) -> None:
        if not here.unsaid:
            return
        moved, here.unsaid, here.said_at = here.unsaid, set(), monotonic()
        came = {member for member in moved if here.own[member]}
        went = moved - came
        try:
            async with self.bus.redis.pipeline(transaction=False) as pipe:
                if came:
                    pipe.hset(_key(room), mapping={self._field(m): here.own[m] for m in came})
                if went:
                    pipe.hdel(_key(room), *map(self._field, went))
                pipe.expire(_key(room), FORGET_AFTER)
                await pipe.execute()
        except ABSENT:
            here.unsaid |= moved
            raise
        await self.bus.say(_moves_of(room), {"p": self.process, "came": sorted(came), "went": sorted(went)})

    async def _read(self, room: str, here: Here) -> None:
        """Everything that Redis knows of a room; what was said meanwhile is newer."""
        async with here.reading:
            here.heard = []
            try:
                await self._compare(room, here, here.heard)
                here.read_at = monotonic()
            finally:
                here.heard = None

    async def _compare(self, room: str, here: Here, said: list[Moves]) -> None:
        fields = await self.bus.redis.hgetall(_key(room))  # type: ignore[misc]
        found: dict[str, set[int]] = {}
        for field in fields:
            process, _, member = field.decode().partition(":")
            found.setdefault(process, set()).add(int(member))
        # Of ourselves it may know too much after a lost write, and too little after a loss of Redis.
        here.unsaid |= found.pop(self.process, set()) ^ here.own.keys()
        alive = await self._alive(found.keys() | here.elsewhere.keys())
        for process in here.elsewhere.keys() - alive:
            here.bury(process)
        for process in alive:
            members = found.get(process, set())
            here.drop(process, here.elsewhere.get(process, set()) - members)
            here.put(process, members)
        for moves in said:
            here.apply(moves)
        if dead := [f"{process}:{m}" for process in found.keys() - alive for m in found[process]]:
            await self.bus.redis.hdel(_key(room), *dead)  # type: ignore[misc]

    async def _bury(self) -> None:
        """Whose lease has run out is gone, with their people."""
        known = {process for here in self.rooms.values() for process in here.elsewhere}
        dead = known - await self._alive(known)
        for room, here in list(self.rooms.items()):
            for process in dead & here.elsewhere.keys():
                if members := here.bury(process):
                    await self.bus.redis.hdel(_key(room), *(f"{process}:{m}" for m in members))  # type: ignore[misc]

    async def _alive(self, processes: Iterable[str]) -> set[str]:
        asked = sorted(processes)
        if not asked:
            return set()
        async with self.bus.redis.pipeline(transaction=False) as pipe:
            for process in (self.process, *asked):
                pipe.get(_lease(process))
            own, *leases = await pipe.execute()
        if own is None:
            await self._renew()
        if monotonic() - self._lost_at < self.lease:
            return set(asked)  # they too have to say first that they live
        return {process for process, lease in zip(asked, leases, strict=True) if lease is not None}

    async def _renew(self) -> None:
        renewed = self._renewed  # before the first one is answered, another may be on its way
        known = await self.bus.redis.set(_lease(self.process), 1, ex=self.lease, get=True)
        self._renewed = True
        if known is None and renewed:
            log.warning("Redis has forgotten this process; its people are told again")
            self._lost_at = monotonic()
            for here in self.rooms.values():
                here.unsaid.update(here.own)

    def _field(self, member: int) -> str:
        return f"{self.process}:{member}"


def _key(room: str) -> str:
    return f"presence:{room}"


def _lease(process: str) -> str:
    return f"proc:{process}"


def _moves_of(room: str) -> str:
    """Where processes tell each other; no client follows it."""
    return f"p:{room}"
