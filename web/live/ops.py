"""Writes that come by the socket: the same verbs as everywhere."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from chat import discussions, limits
from chat.db import Transaction
from chat.errors import Invalid, NotFound, SignInFirst
from chat.members import Viewer
from chat.realtime import log as event_log
from web.house import House
from web.live.messages import Op

TOPIC = re.compile("t:([1-9][0-9]{0,17})")


async def carry_out(
    house: House, viewer_in: Callable[[Transaction], Awaitable[Viewer | None]], op: Op
) -> tuple[int, dict[str, Any]]:
    """Do what an op says; the number of its event on the stream, and the result."""
    if op.k != "post.add":
        raise Invalid("k", "There is no such op.")
    topic = TOPIC.fullmatch(op.s)
    if topic is None:
        raise NotFound
    async with house.db.transaction() as tx:
        viewer = await viewer_in(tx)
        if viewer is None:
            raise SignInFirst
        await limits.allow(house.redis, "post", viewer.id, *limits.POSTS)
        result = await discussions.reply(
            tx,
            viewer,
            int(topic[1]),
            op.d.get("body"),
            parent=op.d.get("parent"),
            anonymous=op.d.get("anonymous"),
            op=op.op,
        )
    async with house.db.snapshot() as tx:
        seq = await event_log.number_of(tx, op.s, "post.added", result["id"])
    return seq, result
