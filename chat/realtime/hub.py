"""The hub: one per process. It brings every event of a stream to every follower here, in order, once.

It knows streams, numbers and connections, and no feature: what an event looks like, and who may follow,
it asks a `Desk` (in web/live). The protocol and its reasons are in docs/live.md.
"""

import asyncio
import random
from contextlib import suppress

import structlog

from chat.db import AWAY, Database
from chat.events import CONTROL, Event
from chat.realtime import log as event_log
from chat.realtime.bus import Bus
from chat.realtime.delivering import FURTHEST_BEHIND, Delivery
from chat.realtime.frames import message
from chat.realtime.log import Position
from chat.realtime.streams import Connection, Desk, Follower, Stream
from chat.tasks import end

log = structlog.get_logger()

SWEEP_SECONDS, SWEEP_SECONDS_ALONE = 1.0, 0.25  # with Redis, and while it is away
SWEEP_PAUSE = 0.05  # however often it is asked for
LINGER_SECONDS = 10  # a stream nobody follows is let go after this


class Hub:
    def __init__(self, db: Database, bus: Bus, desk: Desk) -> None:
        self.db, self.bus, self.desk = db, bus, desk
        self.delivery = Delivery(db, desk)
        self.streams: dict[str, Stream] = {}
        self.connections: set[Connection] = set()
        self.control = 0
        self._opening: dict[str, asyncio.Task[Stream]] = {}
        self._sweep_now = asyncio.Event()

    async def start(self) -> None:
        async with self.db.snapshot() as tx:
            self.delivery.epoch = await event_log.epoch(tx)
            self.control = (await event_log.heads(tx, []))[CONTROL].head
        self.delivery.spawn(self.bus.listen(self.heard, self.said, self._sweep_now.set))
        self.delivery.spawn(self._sweep_for_ever())

    async def stop(self) -> None:
        while self.delivery.tasks:  # what ends may leave a last thing behind, such as a farewell to a room
            await end(set(self.delivery.tasks))
            await asyncio.sleep(0)  # their callbacks

    # Following

    def arrive(self, connection: Connection) -> None:
        self.connections.add(connection)

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        for name in list(connection.streams):
            self.unfollow(connection, name)

    async def follow(
        self, connection: Connection, name: str, epoch: str | None, seq: int | None
    ) -> dict | None:
        """Follow a stream after a cursor, or from now on. What the client is told; None stands for `gone`.

        Nothing is delivered before `begin`, so that the client hears the answer first.
        """
        self.unfollow(connection, name)
        while True:
            grant = await self.desk.admit(name, connection)
            if grant is None:
                return None
            stream = await self._stream(name)
            if grant.acl_version >= stream.acl_version and self.streams.get(name) is stream:
                break  # else access, or the whole log, changed while we asked
        head = max(grant.position.head, stream.head)
        answer = {"s": name, "e": self.delivery.epoch, "head": head}
        if why := _cannot_resume(grant.position, self.delivery.epoch, head, epoch, seq):
            return {**answer, "state": "resync", "why": why}
        cursor = head if seq is None else seq
        follower = Follower(connection, stream, cursor, grant.acl_version)
        connection.streams[name] = follower
        stream.followers.add(follower)
        stream.empty_since = None
        self.delivery.learn(stream, head)
        return {**answer, "state": "live" if cursor == head else "catchup"}

    def begin(self, connection: Connection, name: str) -> None:
        """The client has been told: bring it what it missed, and what comes."""
        if (follower := connection.streams.get(name)) is not None:
            self.delivery.bring(follower)

    def unfollow(self, connection: Connection, name: str) -> None:
        if (follower := connection.streams.get(name)) is not None:
            self.delivery.unfollow(follower)

    def drained(self, connection: Connection) -> None:
        """The transport takes data again: go on where it stopped."""
        for follower in list(connection.streams.values()):
            if not follower.live:
                self.delivery.bring(follower)

    async def _stream(self, name: str) -> Stream:
        if (stream := self.streams.get(name)) is not None:
            return stream
        if name not in self._opening:
            self._opening[name] = asyncio.create_task(self._open(name))
        return await asyncio.shield(self._opening[name])

    async def _open(self, name: str) -> Stream:
        try:
            await self.bus.follow(name)  # first, so that nothing falls between this and the read
            async with self.db.snapshot() as tx:
                head = (await event_log.heads(tx, [name]))[name]
            self.streams[name] = Stream(name, *head)
            return self.streams[name]
        finally:
            del self._opening[name]

    # Hearing

    def heard(self, event: Event) -> None:
        """Another process, or this one, has published an event."""
        if event.stream == CONTROL:
            self._sweep_now.set()
        elif (stream := self.streams.get(event.stream)) is not None and event.seq > stream.head:
            stream.heard[event.seq] = event
            self.delivery.learn(stream, event.seq)

    def said(self, name: str, words: dict) -> None:
        """Something of the moment, for whoever is live and has room for it."""
        if (stream := self.streams.get(name)) is not None:
            data = message(t="eph", s=name, **words)
            for follower in list(stream.followers):
                if follower.live and follower.connection.writable:
                    follower.connection.write(data)

    # Sweeping

    async def _sweep_for_ever(self) -> None:
        while True:
            seconds = SWEEP_SECONDS if self.bus.up else SWEEP_SECONDS_ALONE
            # Not `wait_for`: before Python 3.12 it may swallow the cancellation that ends this loop.
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds * random.uniform(0.8, 1.2)):  # noqa: S311
                    await self._sweep_now.wait()
            self._sweep_now.clear()
            try:
                await self.sweep()
            except AWAY as error:
                log.warning("a sweep failed", error=repr(error))
            await asyncio.sleep(SWEEP_PAUSE)

    async def sweep(self) -> None:
        """Find whatever a publish failed to say: new events, changed access, ended sessions, another epoch."""
        reached = {name: stream.head for name, stream in self.streams.items()}
        control = self.control
        async with self.db.snapshot() as tx:
            epoch = await event_log.epoch(tx)
            heads = await event_log.heads(tx, list(reached))
        rewound = heads[CONTROL].head < control or any(
            heads[name].head < reached[name] for name in reached if name in heads
        )
        if epoch != self.delivery.epoch or rewound:
            return await self._begin_again(epoch)
        self.control = heads[CONTROL].head
        for name, head in heads.items():
            if (stream := self.streams.get(name)) is not None:
                if head.acl_version > stream.acl_version:
                    await self.delivery.ask_again(stream, head.acl_version)
                self.delivery.learn(stream, head.head)
        await self._end_sessions()
        await self._let_go()

    async def _begin_again(self, epoch: str) -> None:
        """The log is another one (a restored backup): no cursor means anything any more."""
        if epoch == self.delivery.epoch:
            async with self.db.transaction() as tx:
                epoch = await event_log.new_epoch(tx, epoch)
        log.warning("the database has a new epoch; every client reads its pages again", epoch=epoch)
        self.delivery.epoch, streams = epoch, self.streams
        self.streams = {}
        async with self.db.snapshot() as tx:
            self.control = (await event_log.heads(tx, []))[CONTROL].head
        for stream in streams.values():
            for follower in list(stream.followers):
                self.delivery.resync(follower, "epoch")

    async def _end_sessions(self) -> None:
        sessions = {c.session_id for c in self.connections if c.session_id is not None}
        ended = await self.desk.ended_sessions(sessions) if sessions else set()
        for connection in [c for c in self.connections if c.session_id in ended]:
            connection.close(4001)

    async def _let_go(self) -> None:
        now = asyncio.get_running_loop().time()
        for name, stream in list(self.streams.items()):
            if (
                not stream.followers
                and stream.empty_since is not None
                and now - stream.empty_since > LINGER_SECONDS
            ):
                del self.streams[name]
                await self.bus.unfollow(name)


def _cannot_resume(
    position: Position, epoch_now: str, head: int, epoch: str | None, seq: int | None
) -> str | None:
    if seq is None:
        return None
    if position.epoch != epoch_now or (epoch is not None and epoch != epoch_now):
        return "epoch"
    if seq > head:
        return "future"
    if seq < position.floor - 1:
        return "floor"
    return "behind" if head - seq > FURTHEST_BEHIND else None
