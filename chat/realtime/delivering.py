"""Bringing events to followers: the head's batch to the live ones, the missed ones to whoever is behind."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from chat.db import AWAY, Database
from chat.events import Event
from chat.realtime import log as event_log
from chat.realtime.frames import message
from chat.realtime.streams import READ_AT_ONCE, Desk, Follower, Kept, Stream

log = structlog.get_logger()

FURTHEST_BEHIND = 2000  # events; beyond, a fresh page is cheaper
MOST_REPLAYED = 5 * 1024 * 1024  # bytes of one catch-up
WRITE_AT_MOST = 64 * 1024  # bytes handed to one transport at once, so that no connection holds much
YIELD_EVERY = 250  # connections written between two breaths of the event loop, so that pages stay fast


class Delivery:
    """The hub's hands. `epoch` is the database's, which the hub's sweep keeps right."""

    def __init__(self, db: Database, desk: Desk) -> None:
        self.db, self.desk = db, desk
        self.epoch = ""
        self.tasks: set[asyncio.Task] = set()
        self.left: Callable[[Follower], None] = lambda follower: None  # told of everyone who stops following

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery failed", exc_info=error)

    def learn(self, stream: Stream, seq: int) -> None:
        """There are events up to this number."""
        stream.known = max(stream.known, seq)
        if not stream.working and stream.known > stream.head:
            stream.working = True
            self.spawn(self._advance(stream))

    def bring(self, follower: Follower) -> None:
        """Bring a follower what it missed; it is live from the moment that is nothing."""
        if follower.cursor >= follower.stream.head:
            follower.live, follower.replayed = True, 0
        else:
            self.spawn(self._catch_up(follower))

    async def _advance(self, stream: Stream) -> None:
        """Bring the stream's head up to what we know of, one batch after the other."""
        try:
            while stream.known > stream.head:
                events = stream.heard_next() or await self._read(stream.name, stream.head)
                if not events:
                    break  # the log does not have it yet; the sweep will ask again
                await self._deliver(stream, events)
        except AWAY as error:
            log.warning("delivery waits for the database", stream=stream.name, error=repr(error))
        finally:
            stream.working = False
            stream.forget_heard()

    async def _deliver(self, stream: Stream, events: list[Event]) -> None:
        forms = {follower.connection.form for follower in stream.followers}
        rendered = {form: await self.desk.render(events, form) for form in forms}
        # Of the content too: an old event shows the state of now, which may be from after a removal.
        newest = max([*(e.acl_version for e in events), *(r.acl_version for r in rendered.values())])
        if newest > stream.acl_version:
            await self.ask_again(stream, newest)  # before anything is delivered: the fence
        before, stream.head = stream.head, events[-1].seq
        stream.ring.extend(
            Kept(event, {form: r.frames[i] for form, r in rendered.items()}, newest)
            for i, event in enumerate(events)
        )
        joined = {form: b"".join(r.frames) for form, r in rendered.items()}
        for count, follower in enumerate(list(stream.followers), 1):
            if follower.live and follower.cursor < stream.head:
                fits = follower.cursor == before and follower.acl_version >= newest
                self._write(follower, joined.get(follower.connection.form) if fits else None, events[-1].seq)
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)

    def _write(self, follower: Follower, data: bytes | None, cursor: int) -> None:
        writable = follower.connection.writable
        if data is not None and len(data) <= WRITE_AT_MOST and writable:
            follower.connection.write(data)
            follower.cursor = cursor
            return
        follower.live = (
            False  # it goes on from its cursor: at once in smaller pieces, or when the transport has drained
        )
        if writable:
            self.bring(follower)

    async def _catch_up(self, follower: Follower) -> None:
        """The one loop for whoever is behind: after a reconnect, a slow moment, a large burst."""
        stream, connection = follower.stream, follower.connection
        try:
            while follower.behind and connection.writable:
                if follower.cursor >= stream.head:
                    follower.live, follower.replayed = True, 0
                    return
                if stream.head - follower.cursor > FURTHEST_BEHIND or follower.replayed > MOST_REPLAYED:
                    return self.resync(follower, "behind")
                before = follower.cursor
                frames = await self._frames_after(follower)
                if frames is None:
                    return self.resync(follower, "floor")
                if (
                    follower.behind and follower.cursor == before and connection.writable
                ):  # another loop may have been here
                    _write_some(follower, frames)
        except AWAY as error:
            log.warning("catching up waits for the database", stream=stream.name, error=repr(error))

    async def _frames_after(self, follower: Follower) -> list[tuple[int, bytes]] | None:
        """Some numbers and frames after the follower's cursor; None when the log no longer has them."""
        stream, form = follower.stream, follower.connection.form
        kept = stream.kept_after(follower.cursor)
        if kept is None:
            events = await self._read(stream.name, follower.cursor)
            if not events or events[0].seq != follower.cursor + 1:
                return None
            kept = [Kept(event, {}) for event in events if event.seq <= stream.head]
        kept = kept[:READ_AT_ONCE]
        if missing := [k for k in kept if form not in k.frames]:
            rendered = await self.desk.render([k.event for k in missing], form)
            for k, data in zip(missing, rendered.frames, strict=True):
                k.add(form, data, rendered.acl_version)
        newest = max(k.acl_version for k in kept)
        if newest > follower.acl_version:
            await self._ask_about(stream, {follower}, newest)
        return [(k.event.seq, k.frames[form]) for k in kept]

    async def _read(self, name: str, seq: int) -> list[Event]:
        async with self.db.snapshot() as tx:
            return await event_log.events_after(tx, name, seq, READ_AT_ONCE)

    async def ask_again(self, stream: Stream, version: int) -> None:
        """Access has changed: keep the followers who still may, and let the others go."""
        await self._ask_about(stream, set(stream.followers), version)
        stream.acl_version = max(stream.acl_version, version)

    async def _ask_about(self, stream: Stream, followers: set[Follower], version: int) -> None:
        admitted = await self.desk.still_admitted(stream.name, {f.connection.member_id for f in followers})
        for follower in followers:
            if follower.connection.member_id in admitted:
                follower.acl_version = max(follower.acl_version, version)
            elif follower.connection.streams.get(stream.name) is follower:
                self.unfollow(follower)
                follower.connection.write(message(t="gone", s=stream.name))

    def resync(self, follower: Follower, why: str) -> None:
        """The client has to read the page afresh, and then to follow again."""
        self.unfollow(follower)
        follower.connection.write(
            message(t="resync", s=follower.stream.name, e=self.epoch, head=follower.stream.head, why=why)
        )

    def unfollow(self, follower: Follower) -> None:
        follower.connection.streams.pop(follower.stream.name, None)
        follower.stream.drop(follower)
        self.left(follower)


def _write_some(follower: Follower, frames: list[tuple[int, bytes]]) -> None:
    """As many whole frames as one write takes, and at least one."""
    size, count = 0, 0
    for _, data in frames:
        if count and size + len(data) > WRITE_AT_MOST:
            break
        size, count = size + len(data), count + 1
    follower.connection.write(b"".join(data for _, data in frames[:count]))
    follower.cursor = frames[count - 1][0]
    follower.replayed += size
