"""What the hub asks of the rest of the house: who may follow a stream, and what its events look like."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from chat import discussions, dropins, members, networks
from chat.db import Database, Reader
from chat.events import Event
from chat.members import Viewer
from chat.realtime import log as event_log
from chat.realtime.streams import Connection, Grant, Over, Rendered
from chat.together import Together
from web.live.frames import render

NAME = re.compile("([tndm]):([1-9][0-9]{0,17})")

Asked = tuple[str, int]  # a stream, and a member or 0


class Place(NamedTuple):
    """Where a stream belongs. Whatever it doesn't belong to has the number 0, which nothing has."""

    kind: str
    ref: int
    network_id: int
    lets_in: bool = True


class Desk:
    def __init__(self, db: Database) -> None:
        self.db = db
        self._admit = Together(self._admit_all)
        self._sessions = Together(self._by_sessions)
        self._tokens = Together(self._by_tokens)

    # Who comes

    async def by_session(self, token: str) -> Viewer | None:
        return (await self._sessions([token])).get(token)

    async def by_api_token(self, token: str) -> Viewer | None:
        return (await self._tokens([token])).get(token)

    async def ended(self, sessions: set[int], tokens: set[int]) -> Over:
        async with self.db.glance() as tx:
            over = await members.ended_among(tx, sessions) if sessions else set()
            return Over(
                over,
                await members.revoked_among(tx, tokens) if tokens else set(),
                await members.next_end(tx, sessions - over) if sessions - over else None,
            )

    async def _by_sessions(self, tokens: set[str]) -> dict[str, Viewer]:
        async with self.db.glance() as tx:
            return await members.by_sessions(tx, tokens)

    async def _by_tokens(self, tokens: set[str]) -> dict[str, Viewer]:
        async with self.db.glance() as tx:
            return await members.by_api_tokens(tx, tokens)

    # Who may follow what

    async def admit(self, connection: Connection, names: Iterable[str]) -> dict[str, Grant]:
        """Those of these streams that the connection may follow. Refused and unknown ones take the same questions."""
        member_id = connection.member_id
        grants = await self._admit((name, member_id) for name in names)
        return {name: grants[name, member_id] for name in names if (name, member_id) in grants}

    async def still_admitted(self, stream: str, member_ids: set[int]) -> set[int]:
        async with self.db.glance() as tx:
            places = await _places(tx, {stream})
            admitted = await _admitted(tx, places, {(stream, member_id) for member_id in member_ids})
        return {member_id for _, member_id in admitted}

    async def _admit_all(self, asked: set[Asked]) -> dict[Asked, Grant]:
        async with self.db.glance() as tx:
            places = await _places(tx, {name for name, _ in asked})
            # Before the access: a version that is older than the answer makes us ask once more, never less.
            epoch, heads = await event_log.standing(tx, places)
            admitted = await _admitted(tx, places, asked)
        return {one: Grant(epoch, heads[one[0]]) for one in admitted if one[0] in heads}

    # How events look

    async def render(self, events: list[Event], form: str) -> Rendered:
        """Frames of events of one stream."""
        async with self.db.glance() as tx:
            frames = await render(tx, events, form)
            # Asked after the content was read, so that neither is older than what is shown.
            epoch, heads = await event_log.standing(tx, [events[0].stream])
            head = heads.get(events[0].stream, event_log.Head(0, 0, 0))
            return Rendered(frames, head.acl_version, epoch, head.head)


async def _admitted(tx: Reader, places: dict[str, Place], asked: set[Asked]) -> set[Asked]:
    pairs: dict[bool, set[tuple[int, int]]] = {
        False: set(),
        True: set(),
    }  # of rooms, which are for members only
    for name, member_id in asked:
        if (place := places.get(name)) and place.kind != "m":
            pairs[place.kind == "d"].add((place.network_id, member_id))
    readers = {
        room: await networks.readers_among(tx, some, members_only=room) if some else set()
        for room, some in pairs.items()
    }
    rooms = {place.ref for place in places.values() if place.kind == "d"}
    sent_out = await dropins.in_lobbies(tx, rooms) if rooms else set()

    def may(place: Place, member_id: int) -> bool:
        if place.kind == "m":
            return member_id == place.ref
        if (place.ref, member_id) in sent_out and place.kind == "d":
            return False
        return place.lets_in and (place.network_id, member_id) in readers[place.kind == "d"]

    return {(name, member_id) for name, member_id in asked if name in places and may(places[name], member_id)}


async def _places(tx: Reader, names: set[str]) -> dict[str, Place]:
    """Where these streams belong, those that have a stream's name."""
    parsed = {name: (match[1], int(match[2])) for name in names if (match := NAME.fullmatch(name))}
    topics = {ref for kind, ref in parsed.values() if kind == "t"}
    rooms = {ref for kind, ref in parsed.values() if kind == "d"}
    networks_of = await discussions.networks_of_topics(tx, topics) if topics else {}
    doors = await dropins.doors(tx, rooms) if rooms else {}
    places = {}
    for name, (kind, ref) in parsed.items():
        if kind == "t":
            places[name] = Place(kind, ref, networks_of.get(ref, 0))
        elif kind == "d":
            door = doors.get(ref, dropins.Door(0, False))
            places[name] = Place(kind, ref, door.network_id, door.open)
        else:
            places[name] = Place(kind, ref, ref)
    return places
