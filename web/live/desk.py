"""What the hub asks: who may follow which stream, and what its events look like."""

import re
from typing import NamedTuple

from chat import discussions, dropins, members, networks
from chat.db import Database, Transaction
from chat.events import Event
from chat.members import Viewer
from chat.realtime import log as event_log
from chat.realtime.streams import Connection, Grant, Rendered
from web.live.frames import render

NAME = re.compile(r"([tndm]):([1-9][0-9]{0,17})")


class Place(NamedTuple):
    """Where a stream belongs; for a stream that does not exist, network 0, so that asking takes as long."""

    kind: str
    ref: int
    network_id: int


class Desk:
    def __init__(self, db: Database) -> None:
        self.db = db

    async def admit(self, stream: str, connection: Connection) -> Grant | None:
        """The stream's position, if this connection may follow it. Refused and unknown take the same questions."""
        async with self.db.snapshot() as tx:
            place = await _place(tx, stream)
            if place is None:
                return None
            admitted = await _admitted(tx, place, {connection.member_id})
            position = await event_log.position(tx, stream)
            heads = await event_log.heads(tx, [stream])
            if not admitted or position is None:
                return None
            return Grant(position, heads[stream].acl_version)

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


async def viewer_for(tx: Transaction, connection: Connection) -> Viewer | None:
    return await members.by_id(tx, connection.member_id) if connection.member_id else None


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
