"""What the hub asks: who may follow which stream, and what its events look like."""

import asyncio
import re
from typing import NamedTuple
from weakref import WeakValueDictionary

from chat import discussions, dropins, members, networks
from chat.db import Database, Transaction
from chat.events import Event
from chat.realtime import log as event_log
from chat.realtime.streams import Connection, Grant, Rendered
from web.live.frames import render

NAME = re.compile(r"([tndm]):([1-9][0-9]{0,17})")


class Place(NamedTuple):
    """Where a stream belongs; for a stream that does not exist, network 0, so that asking takes as long."""

    kind: str
    ref: int
    network_id: int


class Queue:
    """Those who wait to be admitted to one stream, and are asked about together."""

    def __init__(self) -> None:
        self.member_ids: set[int] = set()
        self.answer: asyncio.Task[tuple[Grant | None, set[int]]] | None = None


class Desk:
    def __init__(self, db: Database) -> None:
        self.db = db
        self._queues: dict[str, Queue] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def admit(self, stream: str, connection: Connection) -> Grant | None:
        """The stream's position, if this connection may follow it. Refused and unknown take the same questions.

        After a restart a thousand ask at once: whoever comes while a question is out joins the next one.
        """
        queue = self._queues.get(stream)
        if queue is None:
            queue = self._queues[stream] = Queue()
            queue.answer = asyncio.create_task(self._ask(stream, queue))
        queue.member_ids.add(connection.member_id)
        assert queue.answer is not None
        grant, admitted = await asyncio.shield(queue.answer)
        return grant if connection.member_id in admitted else None

    async def _ask(self, stream: str, queue: Queue) -> tuple[Grant | None, set[int]]:
        turn = self._turns.setdefault(stream, asyncio.Lock())
        async with turn:
            del self._queues[stream]  # from here on the snapshot may be older than an ask
            async with self.db.snapshot() as tx:
                place = await _place(tx, stream)
                if place is None:
                    return None, set()
                admitted = await _admitted(tx, place, queue.member_ids)
                position = await event_log.position(tx, stream)
                heads = await event_log.heads(tx, [stream])
                return (Grant(position, heads[stream].acl_version), admitted) if position else (None, set())

    async def still_admitted(self, stream: str, member_ids: set[int]) -> set[int]:
        async with self.db.snapshot() as tx:
            place = await _place(tx, stream)
            return await _admitted(tx, place, member_ids) if place else set()

    async def render(self, events: list[Event], form: str) -> Rendered:
        """Frames of events of one stream."""
        stream = events[0].stream
        async with self.db.snapshot() as tx:
            heads = await event_log.heads(tx, [stream])
            return Rendered(await render(tx, events, form), heads[stream].acl_version)

    async def ended_sessions(self, session_ids: set[int]) -> set[int]:
        async with self.db.snapshot() as tx:
            return await members.ended_among(tx, session_ids)


async def _place(tx: Transaction, stream: str) -> Place | None:
    match = NAME.fullmatch(stream)
    if match is None:
        return None
    kind, ref = match[1], int(match[2])
    if kind == "t":
        return Place(kind, ref, await discussions.network_of_topic(tx, ref) or 0)
    if kind == "d":
        return Place(kind, ref, await dropins.network_of_drop_in(tx, ref) or 0)
    return Place(kind, ref, ref)


async def _admitted(tx: Transaction, place: Place, member_ids: set[int]) -> set[int]:
    if place.kind == "m":
        return member_ids & {place.ref}
    if place.kind == "d":
        inside = await networks.readers_among(tx, place.network_id, member_ids, members_only=True)
        return inside if await dropins.lets_in(tx, place.ref) else set()
    return await networks.readers_among(tx, place.network_id, member_ids)
