"""Bringing events to followers: the head's news to the live ones, the missed ones to whoever is behind.

One task works on a stream at a time, and only while there is something to do.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from time import perf_counter
from typing import Any

import structlog

from chat.db import AWAY
from chat.events import Event
from chat.realtime.frames import message
from chat.realtime.log import EventLog
from chat.realtime.streams import READ_AT_ONCE, RING, Desk, Follower, Kept, Stream
from chat.tally import RESYNCS, tally

log = structlog.get_logger()

FURTHEST_BEHIND = 2000  # events; beyond, a fresh page is cheaper
MOST_REPLAYED = 5 * 1024 * 1024  # bytes of one catch-up
WRITE_AT_MOST = 32 * 1024  # bytes handed to one transport at once, so that no connection holds much
YIELD_EVERY = 40  # connections written between two breaths of the event loop, so that pages stay fast
# After a round of writes the stream rests as long as that took, so that half of the time is left for pages. What
# comes meanwhile goes out together. A longer rest makes ten thousand readers wait for each other's rounds.
SHORTEST_REST, LONGEST_REST = 0.002, 0.2  # seconds


class AnotherHistory(Exception):
    """The log is not the one that the followers' cursors were taken from."""


class Delivery:
    """The hub's hands. `epoch` is the database's, which the hub's sweep keeps right."""

    def __init__(self, log: EventLog, desk: Desk) -> None:
        self.log, self.desk = log, desk
        self.epoch = ""
        self.tasks: set[asyncio.Task] = set()
        self.left: Callable[[Follower], None] = lambda follower: None  # told of everyone who stops following
        self.refused: Callable[[Follower], None] = lambda follower: (
            None
        )  # and of those among them who may not go on
        self.doubted: Callable[[], None] = lambda: None  # told when a sweep should look at once

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery failed", exc_info=error)

    # What there is to do

    def learn(self, stream: Stream, seq: int) -> None:
        """There are events up to this number."""
        stream.known = max(stream.known, seq)
        self._work(stream)

    def bring(self, follower: Follower) -> None:
        """Bring a follower what it missed; it is live from the moment that is nothing."""
        stream = follower.stream
        if not follower.connection.writable:
            return  # when it has drained
        if follower.cursor >= stream.head:
            stream.behind.discard(follower)
            follower.live, follower.replayed = True, 0
        else:
            stream.behind.add(follower)
            self._work(stream)

    def pause(self, follower: Follower) -> None:
        """It takes no more for now. Nothing is kept for it but its cursor."""
        follower.live = False
        follower.stream.behind.discard(follower)

    def _work(self, stream: Stream) -> None:
        if not stream.working and (stream.known > stream.head or stream.behind):
            stream.working = True
            self.spawn(self._work_on(stream))

    async def _work_on(self, stream: Stream) -> None:
        try:
            while True:
                if stream.known > stream.head:
                    await self._advance(stream)
                elif stream.behind:
                    await self._catch_up(stream)
                else:
                    break
        # The sweep begins again.
        except AnotherHistory:
            self.doubted()
        except AWAY as error:
            log.warning("delivery waits for the database", stream=stream.name, error=repr(error))
        finally:
            stream.working = False
            stream.forget_heard()

    # The head

    async def _advance(self, stream: Stream) -> None:
        events = stream.heard_next() or await self.log.after(stream.name, stream.head, READ_AT_ONCE)
        if not events:
            stream.known = stream.head  # whoever said so was wrong
            return
        news, newest = await self._draw_news(stream, events)
        for part in _parts(news):
            before, stream.head = stream.head, part[-1].event.seq
            stream.keep(part)
            await self._write_out(stream, part, before, newest)

    async def _draw_news(self, stream: Stream, events: list[Event]) -> tuple[list[Kept], int]:
        while True:
            asked, news = stream.acl_version, [Kept(event) for event in events]
            newest = await self._draw(news, [form for form, many in stream.forms.items() if many])
            if newest > stream.acl_version:
                await self.ask_again(stream, newest)  # before anything is delivered: the fence
            if stream.acl_version == asked:
                return news, newest
            # Else it may show what was before the change, and would stay in the ring.

    async def _draw(self, kept: list[Kept], forms: Iterable[str]) -> int:
        """See that there is a frame of each event in each form; the newest access version of what they show."""
        for form in forms:
            if missing := [k for k in kept if form not in k.frames]:
                drawn = await self.desk.render([k.event for k in missing], form)
                # A restored backup has its old epoch until a sweep has seen it, and knows nothing of what came later.
                if drawn.epoch != self.epoch or drawn.head < missing[-1].event.seq:
                    raise AnotherHistory
                for k, data in zip(missing, drawn.frames, strict=True):
                    # An old event shows the state of now, which may be from after a removal.
                    k.add(form, data, drawn.acl_version)
        return max(k.acl_version for k in kept)

    async def _write_out(self, stream: Stream, part: list[Kept], before: int, newest: int) -> None:
        """To everyone who stands right before it; the others go on from their cursors."""
        joined = {form: b"".join(k.frames[form] for k in part) for form in part[0].frames}
        head, started = stream.head, perf_counter()
        followers = list(stream.followers)
        for at in range(0, len(followers), YIELD_EVERY):
            for follower in followers[at : at + YIELD_EVERY]:
                if not follower.live:
                    continue
                connection = follower.connection
                data = joined.get(connection.form)
                if data is not None and follower.cursor == before and follower.acl_version >= newest:
                    follower.cursor = head  # first: the write may say at once that it was the last for now
                    connection.write(data)
                elif follower.cursor < head:
                    follower.live = False
                    self.bring(follower)
            await asyncio.sleep(0)
        await _rest(perf_counter() - started)

    # Those behind

    async def _catch_up(self, stream: Stream) -> None:
        """A page for everyone it fits, from the one who is furthest behind: a thousand who come back share each read."""
        for follower in list(stream.behind):
            if stream.head - follower.cursor > FURTHEST_BEHIND or follower.replayed > MOST_REPLAYED:
                self.resync(follower, "behind")
        if not stream.behind:
            return
        lowest = min(follower.cursor for follower in stream.behind)
        page = await self._page_after(stream, lowest)
        if page is None:
            for follower in [f for f in stream.behind if f.cursor <= lowest]:
                self.resync(follower, "floor")
            return
        forms = {f.connection.form for f in stream.behind}
        newest = await self._draw(page, forms)
        if stale := {f for f in stream.behind if f.acl_version < newest}:
            await self._ask_about(stream, stale, newest)
        pieces: dict[tuple[str, int], tuple[bytes, int]] = {}
        first, last, started = page[0].event.seq, page[-1].event.seq, perf_counter()
        for count, follower in enumerate(list(stream.behind), 1):
            form, cursor = follower.connection.form, follower.cursor
            if (
                follower in stream.behind
                and form in forms
                and first - 1 <= cursor < last
                and follower.acl_version >= newest
            ):
                if (form, cursor) not in pieces:
                    pieces[form, cursor] = _piece(page[cursor + 1 - first :], form)
                data, follower.cursor = pieces[form, cursor]
                follower.replayed += len(data)
                follower.connection.write(data)
            if follower.cursor >= stream.head and follower in stream.behind:
                self.bring(follower)
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        await _rest(perf_counter() - started)

    async def _page_after(self, stream: Stream, cursor: int) -> list[Kept] | None:
        """Some events after a cursor that is not the head; None when the log no longer has them."""
        if (kept := stream.kept_after(cursor)) is None:
            # The latest are read as far back as the ring can hold, so that nobody else has to read them again.
            recent = cursor >= stream.head - RING
            start = max(stream.head - RING, 0) if recent else cursor
            events = await self.log.after(stream.name, start, RING if recent else READ_AT_ONCE)
            found = [Kept(event) for event in events if event.seq <= stream.head]
            if recent:
                stream.fill(found)
            kept = stream.kept_after(cursor) or [k for k in found if k.event.seq > cursor]
            if not kept or kept[0].event.seq != cursor + 1:
                return None
        return kept[:READ_AT_ONCE]

    # The fence

    async def ask_again(self, stream: Stream, version: int) -> None:
        """Access has changed: keep the followers who still may, and let the others go."""
        # Some may come while we ask, admitted before the change.
        while before := {f for f in stream.followers if f.acl_version < version}:
            await self._ask_about(stream, before, version)
        if version > stream.acl_version:
            stream.acl_version = version
            stream.redraw()

    async def _ask_about(self, stream: Stream, followers: set[Follower], version: int) -> None:
        admitted = await self.desk.still_admitted(stream.name, {f.connection.member_id for f in followers})
        for follower in followers:
            if follower.connection.member_id in admitted:
                follower.acl_version = max(follower.acl_version, version)
            elif follower.connection.streams.get(stream.name) is follower:
                self.unfollow(follower)
                follower.connection.write(message(t="gone", s=stream.name))
                self.refused(follower)

    def resync(self, follower: Follower, why: str) -> None:
        """The client has to read the page afresh, and then to follow again."""
        tally[RESYNCS] += 1
        self.unfollow(follower)
        follower.connection.write(
            message(t="resync", s=follower.stream.name, e=self.epoch, head=follower.stream.head, why=why)
        )

    def unfollow(self, follower: Follower) -> None:
        follower.connection.streams.pop(follower.stream.name, None)
        follower.stream.drop(follower)
        self.left(follower)


async def _rest(worked: float) -> None:
    if worked > SHORTEST_REST:
        await asyncio.sleep(min(worked, LONGEST_REST))


def _size(kept: Kept) -> int:
    return max(map(len, kept.frames.values()), default=0)


def _parts(news: list[Kept]) -> Iterator[list[Kept]]:
    """As many whole events as one write takes, and at least one."""
    part: list[Kept] = []
    size = 0
    for kept in news:
        if part and size + _size(kept) > WRITE_AT_MOST:
            yield part
            part, size = [], 0
        part.append(kept)
        size += _size(kept)
    yield part


def _piece(page: list[Kept], form: str) -> tuple[bytes, int]:
    """The first frames of a page, as many as one write takes, and the number of the last."""
    frames: list[bytes] = []
    size = 0
    for kept in page:
        data = kept.frames[form]
        if frames and size + len(data) > WRITE_AT_MOST:
            break
        frames.append(data)
        size += len(data)
    return b"".join(frames), page[len(frames) - 1].event.seq
