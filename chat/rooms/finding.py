"""The rows of a room, found for who is in it, and held until the transaction ends.

The network comes first and the row after it, like everywhere: else two would wait for each other.
"""

from typing import Any

from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import NotFound
from chat.members import Viewer, must_act
from chat.rooms.entering import enter, enter_as_host

_WHERE = {
    "question": "SELECT drop_in_id FROM question WHERE id = :id",
    "poll": "SELECT drop_in_id FROM poll WHERE id = :id",
    "hand": "SELECT drop_in_id FROM hand WHERE id = :id",
    "shared_link": "SELECT drop_in_id FROM shared_link WHERE id = :id",
}


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
    drop_in_id = await tx.value(_WHERE[table], id=id)
    if drop_in_id is None:
        raise NotFound
    viewer, drop_in = await (enter_as_host if host else enter)(tx, viewer, drop_in_id)
    held = await tx.first(row, id=id, **params)
    if held is None:
        raise NotFound
    return viewer, drop_in, held
