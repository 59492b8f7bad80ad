"""Writes that come by the socket: the same verbs as everywhere."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from chat import discussions, limits, rooms
from chat.db import Transaction
from chat.errors import Invalid, NotFound, SignInFirst
from chat.members import Viewer
from chat.realtime import log as event_log
from web.house import House
from web.live.messages import Op

STREAM = re.compile("([td]):([1-9][0-9]{0,17})")

Result = dict[str, Any]
Act = Callable[[Transaction, Viewer, int, Op], Awaitable[Result]]


async def carry_out(
    house: House, viewer_in: Callable[[Transaction], Awaitable[Viewer | None]], op: Op
) -> tuple[int, Result]:
    """Do what an op says; the number of its event on the stream, 0 where nothing came of it, and the result."""
    if op.k not in OPS:
        raise Invalid("k", "There is no such op.")
    on, limit, act, event = OPS[op.k]
    stream = STREAM.fullmatch(op.s)
    if stream is None or stream[1] != on:
        raise NotFound
    async with house.db.transaction() as tx:
        viewer = await viewer_in(tx)
        if viewer is None:
            raise SignInFirst
        often = limits.POSTS if limit == "post" else limits.ROOM
        await limits.allow(house.redis, limit, viewer.id, *often)
        result = await act(tx, viewer, int(stream[2]), op)
    for written in tx.events:
        if written.stream == op.s:
            return written.seq, result
    if "id" not in result:
        return 0, result
    async with house.db.snapshot() as tx:  # it was done before
        return await event_log.number_of(tx, op.s, event, result["id"]), result


async def _add_post(tx: Transaction, viewer: Viewer, topic: int, op: Op) -> Result:
    return await discussions.reply(
        tx,
        viewer,
        topic,
        op.d.get("body"),
        parent=op.d.get("parent"),
        anonymous=op.d.get("anonymous"),
        attached=op.d.get("files"),
        op=op.op,
    )


async def _ask(tx: Transaction, viewer: Viewer, room: int, op: Op) -> Result:
    return await rooms.ask(tx, viewer, room, op.d.get("question"), anonymous=op.d.get("anonymous"), op=op.op)


async def _vote(tx: Transaction, viewer: Viewer, room: int, op: Op) -> Result:
    change = rooms.vote if op.d.get("on", True) else rooms.take_vote_back
    return _in_it(room, await change(tx, viewer, _id(op, "question"), op=op.op))


async def _raise_hand(tx: Transaction, viewer: Viewer, room: int, op: Op) -> Result:
    return {"id": await rooms.raise_hand(tx, viewer, room, op=op.op)}


async def _lower_hand(tx: Transaction, viewer: Viewer, room: int, op: Op) -> Result:
    await rooms.lower_hand(tx, viewer, room, op=op.op)
    return {}


async def _choose(tx: Transaction, viewer: Viewer, room: int, op: Op) -> Result:
    return _in_it(room, await rooms.choose(tx, viewer, _id(op, "poll"), op.d.get("choices"), op=op.op))


async def _share(tx: Transaction, viewer: Viewer, room: int, op: Op) -> Result:
    return await rooms.share(tx, viewer, room, op.d.get("url"), op.d.get("title"), op=op.op)


def _id(op: Op, field: str) -> int:
    """Of a thing in the room. Numbers that no table holds are those of nothing."""
    id = op.d.get(field)
    if not isinstance(id, int) or isinstance(id, bool) or not 0 < id < 10**18:
        raise NotFound
    return id


def _in_it(room: int, drop_in_id: int) -> Result:
    """Undo what was done in another room than the one that the op names."""
    if drop_in_id != room:
        raise NotFound
    return {}


# By kind: the sort of stream, the limit that it counts for, the act, and the event that comes of it.
OPS: dict[str, tuple[str, str, Act, str]] = {
    "post.add": ("t", "post", _add_post, "post.added"),
    "question.add": ("d", "room", _ask, "question.added"),
    "question.vote": ("d", "room", _vote, "votes.changed"),
    "hand.raise": ("d", "room", _raise_hand, "hand.raised"),
    "hand.lower": ("d", "room", _lower_hand, "hand.lowered"),
    "poll.vote": ("d", "room", _choose, "tally.changed"),
    "link.add": ("d", "room", _share, "link.added"),
}
