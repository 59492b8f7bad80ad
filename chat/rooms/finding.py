"""The rows of a room, found for who is in it, and held until the transaction ends.

The network comes first and the row after it, like everywhere: else two would wait for each other.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from chat.db import Transaction
from chat.discussions.models import Poll
from chat.dropins import DropInSeen, drop_ins_by_id, must_be_in
from chat.dropins.admitting import must_host
from chat.dropins.models import DropIn
from chat.errors import NotFound
from chat.members import Viewer, must_act
from chat.networks import readable
from chat.networks.models import Network
from chat.rooms.models import Hand, Question, SharedLink


def _room_of(table: Any) -> Any:
    return (
        select(table.drop_in_id)
        .join(DropIn, col(DropIn.id) == col(table.drop_in_id))
        .join(Network, col(Network.id) == col(DropIn.network_id))
        .where(col(table.id) == sa.bindparam("id"), readable(sa.bindparam("me")))
    )


_ROOM_OF = {
    "question": _room_of(Question),
    "poll": _room_of(Poll),
    "hand": _room_of(Hand),
    "shared_link": _room_of(SharedLink),
}


async def room_of(tx: Transaction, viewer: Viewer | None, table: str, id: int) -> int | None:
    """The drop-in of such a thing (question, poll, hand, shared_link), if the viewer may read its network."""
    return await tx.value(_ROOM_OF[table], id=id, me=viewer.id if viewer else 0)


async def found(
    tx: Transaction,
    viewer: Viewer | None,
    table: str,
    id: int,
    row: str,
    *,
    host: bool = False,
    **params: Any,
) -> tuple[Viewer, DropInSeen, Any]:
    """Who acts, in which drop-in, and the row by the given SQL, which takes the id and holds it."""
    viewer = must_act(viewer)
    drop_in_id = await room_of(tx, viewer, table, id)
    if drop_in_id is None:
        raise NotFound
    drop_in = (await drop_ins_by_id(tx, [drop_in_id]))[drop_in_id]
    viewer = await must_be_in(tx, viewer, drop_in)
    if host:
        await must_host(tx, viewer, drop_in)
    held = await tx.first(row, id=id, **params)
    if held is None:
        raise NotFound
    return viewer, drop_in, held
