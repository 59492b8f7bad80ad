"""The hub: one per process. It brings every event of a stream to every follower here, in order, once.

It knows streams, numbers and connections, and no feature: what an event looks like, and who may follow,
it asks a `Desk` (in web/live). The protocol and its reasons are in docs/live.md.
"""

import asyncio
import random
from contextlib import suppress
from typing import NamedTuple

import structlog

from chat.db import AWAY
from chat.events import CONTROL, Event
from chat.realtime.bus import Bus
from chat.realtime.delivering import FURTHEST_BEHIND, Delivery
from chat.realtime.frames import message
from chat.realtime.log import EventLog
from chat.realtime.rights import Rights
from chat.realtime.streams import READ_AT_ONCE, Connection, Desk, Follower, Grant, Stream
from chat.tally import FOUND_BY_SWEEP, tally
from chat.tasks import end
from chat.together import Together

log = structlog.get_logger()

SWEEP_SECONDS, SWEEP_SECONDS_ALONE = 1.0, 0.25  # with Redis, and while it is away
SWEEP_PAUSE = 0.05  # however often it is asked for
LINGER_SECONDS = 10  # a stream nobody follows is let go after this


class Cursor(NamedTuple):
    """From where a client wants a stream. Without a number: from now on."""

    epoch: str | None = None
    seq: int | None = None


class Hub:
    def __init__(self, log: EventLog, bus: Bus, desk: Desk) -> None:
        self.log, self.bus, self.desk = log, bus, desk
        self.delivery = Delivery(log, desk)
        self.streams: dict[str, Stream] = {}
        self.connections: set[Connection] = set()
        self.rights = Rights(desk)
        self.control = 0
        self._open = Together(self._open_streams)
        self._sweep_now = asyncio.Event()
        self.delivery.doubted = self._sweep_now.set

    async def start(self) -> None:
        self.delivery.epoch, heads = await self.log.standing([])
        self.control = heads[CONTROL].head
        self.delivery.spawn(self.bus.listen(self.heard, self.said, self._sweep_now.set))
        self.delivery.spawn(self._sweep_for_ever())

    async def stop(self) -> None:
        while self.delivery.tasks:  # what ends may leave a last thing behind, such as a farewell to a room
            await end(set(self.delivery.tasks))
            await asyncio.sleep(0)  # their callbacks

    # Following

    def arrive(self, connection: Connection) -> None:
        self.connections.add(connection)
        self.rights.arrive(connection)

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self.rights.leave(connection)
        for name in list(connection.streams):
            self.unfollow(connection, name)

    async def follow(self, connection: Connection, wanted: dict[str, Cursor]) -> dict[str, dict | None]:
        """Follow streams, each after a cursor. What the client is told of each; None stands for `gone`.

        Nothing is delivered before `begin`, so that the client hears the answer first.
        """
        for name in wanted:
            self.unfollow(connection, name)
        told: dict[str, dict | None] = {}
        # Who was let in and sent away again while we asked about the others is asked about once more.
        while asked := {
            n for n in wanted if n not in told or (_follows(told[n]) and n not in connection.streams)
        }:
            grants = await self.desk.admit(connection, asked)
            if grants.keys() - self.streams.keys():
                await self._open(grants.keys())
            for name in asked:
                if name not in grants or not connection.open:
                    told[name] = None
                # Else access, or the whole log, changed while we asked. Only a sweep may say which.
                elif (stream := self.streams.get(name)) and self._is_of_now(grants[name], stream):
                    told[name] = self._follow(connection, stream, grants[name], wanted[name])
            if told.keys() != wanted.keys():
                self._sweep_now.set()
                await asyncio.sleep(SWEEP_PAUSE)
        return told

    def _is_of_now(self, grant: Grant, stream: Stream) -> bool:
        return grant.head.acl_version >= stream.acl_version and grant.epoch == self.delivery.epoch

    def _follow(self, connection: Connection, stream: Stream, grant: Grant, after: Cursor) -> dict:
        head = max(grant.head.head, stream.head)
        answer = {"s": stream.name, "e": self.delivery.epoch, "head": head}
        if why := _cannot_resume(grant, head, after):
            return {**answer, "state": "resync", "why": why}
        cursor = head if after.seq is None else after.seq
        follower = Follower(connection, stream, cursor, grant.head.acl_version)
        connection.streams[stream.name] = follower
        stream.add(follower)
        self.delivery.learn(stream, head)
        return {**answer, "state": "live" if cursor == head else "catchup"}

    def begin(self, connection: Connection, name: str) -> None:
        """The client has been told: bring it what it missed, and what comes."""
        if (follower := connection.streams.get(name)) is not None:
            self.delivery.bring(follower)

    def unfollow(self, connection: Connection, name: str) -> None:
        if (follower := connection.streams.get(name)) is not None:
            self.delivery.unfollow(follower)

    def stalled(self, connection: Connection) -> None:
        """The transport is full: nothing is written until it has drained."""
        for follower in connection.streams.values():
            self.delivery.pause(follower)

    def drained(self, connection: Connection) -> None:
        """The transport takes data again: go on where it stopped."""
        for follower in list(connection.streams.values()):
            self.delivery.bring(follower)

    async def _open_streams(self, names: set[str]) -> dict[str, Stream]:
        if new := names - self.streams.keys():
            await self.bus.follow(*new)  # first, so that nothing falls between this and the read
            try:
                epoch, heads = await self.log.standing(new)
                if epoch == self.delivery.epoch:  # else the next sweep begins again
                    for name in new & heads.keys():
                        self.streams[name] = Stream(name, heads[name].head, heads[name].acl_version)
            finally:
                if unopened := new - self.streams.keys():
                    await self.bus.unfollow(*unopened)
        return {name: self.streams[name] for name in names & self.streams.keys()}

    # Hearing

    def heard(self, event: Event) -> None:
        """Another process, or this one, has published an event."""
        if event.stream == CONTROL or event.epoch != self.delivery.epoch:
            self._sweep_now.set()  # which finds a new epoch; of an old one nothing is true any more
        elif (stream := self.streams.get(event.stream)) is not None and event.seq > stream.head:
            stream.heard[event.seq] = event
            self.delivery.learn(stream, event.seq)

    def said(self, name: str, words: dict) -> None:
        """Something of the moment, for whoever is live and has room for it."""
        if (stream := self.streams.get(name)) is not None:
            data = message(t="eph", s=name, **words)
            for follower in list(stream.followers):
                if follower.live:
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
            except Exception as error:  # the sweep goes on: nobody would start it again
                log.error("a sweep failed", exc_info=error)
            await asyncio.sleep(SWEEP_PAUSE)

    async def sweep(self) -> None:
        """Find whatever a publish failed to say: new events, changed access, ended sessions, another epoch."""
        reached = {name: stream.head for name, stream in self.streams.items()}
        control = self.control
        epoch, heads = await self.log.standing(reached)
        rewound = heads[CONTROL].head < control or any(
            heads[name].head < reached[name] for name in reached if name in heads
        )
        if epoch != self.delivery.epoch or rewound:
            return await self._begin_again(epoch)
        for name, head in heads.items():
            if (stream := self.streams.get(name)) is not None:
                if head.acl_version > stream.acl_version:
                    await self.delivery.ask_again(stream, head.acl_version)
                tally[FOUND_BY_SWEEP] += head.head > stream.known
                self.delivery.learn(stream, head.head)
        await self._end_rights(heads[CONTROL].head)
        await self._let_go()

    async def _begin_again(self, epoch: str) -> None:
        """The log is another one (a restored backup): no cursor means anything any more."""
        if epoch == self.delivery.epoch:
            epoch = await self.log.new_epoch(epoch)
        log.warning("the database has a new epoch; every client reads its pages again", epoch=epoch)
        self.delivery.epoch, streams = epoch, self.streams
        self.streams = {}
        self.rights.doubt()
        for stream in streams.values():
            for follower in list(stream.followers):
                self.delivery.resync(follower, "epoch")
        if streams:
            await self.bus.unfollow(*streams)
        _, heads = await self.log.standing([])
        self.control = heads[CONTROL].head

    async def _end_rights(self, control: int) -> None:
        """Close whose session or token was ended: the control stream says which."""
        while self.control < control:
            events = await self.log.after(CONTROL, self.control, READ_AT_ONCE)
            if not events:  # forgotten while this process slept
                self.control = control
                self.rights.doubt()
                break
            self.rights.hear(events)
            self.control = events[-1].seq
        await self.rights.enforce(self.connections)

    async def _let_go(self) -> None:
        now = asyncio.get_running_loop().time()
        idle = [
            name
            for name, stream in self.streams.items()
            if not stream.followers
            and stream.empty_since is not None
            and now - stream.empty_since > LINGER_SECONDS
        ]
        for name in idle:
            del self.streams[name]
        if idle:
            await self.bus.unfollow(*idle)


def _follows(answer: dict | None) -> bool:
    return answer is not None and answer["state"] != "resync"


def _cannot_resume(grant: Grant, head: int, after: Cursor) -> str | None:
    if after.seq is None:
        return None
    if after.epoch is not None and after.epoch != grant.epoch:
        return "epoch"
    if after.seq > head:
        return "future"
    if after.seq < grant.head.floor - 1:
        return "floor"
    return "behind" if head - after.seq > FURTHEST_BEHIND else None
