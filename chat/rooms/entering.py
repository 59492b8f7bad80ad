"""Who may do something in a drop-in's room, and when."""

from chat import dropins
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import Conflict, Forbidden, NotFound
from chat.members import Viewer, must_act
from chat.networks import has_right, may_read, nothing_there, role_in, writing_in

IN_THE_ROOM = ("lobby", "live", "wrap_up")
WITH_FOLLOW_UP = (*IN_THE_ROOM, "follow_up")

IS = {
    "scheduled": "has not begun yet; its lobby opens a quarter of an hour before it",
    "lobby": "has not begun yet",
    "live": "is live now",
    "wrap_up": "has ended",
    "follow_up": "has ended",
    "archived": "ended more than a week ago",
    "cancelled": "is cancelled",
    "missed": "did not take place",
}


async def enter(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> tuple[Viewer, DropInSeen]:
    """The member and the drop-in, for who may speak in its room; removals wait until this transaction ends."""
    viewer, drop_in, _ = await _come_in(tx, viewer, drop_in_id)
    return viewer, drop_in


async def enter_as_host(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> tuple[Viewer, DropInSeen]:
    """The same for who runs the network's drop-ins."""
    viewer, drop_in, role = await _come_in(tx, viewer, drop_in_id)
    if not has_right(role, "run_drop_ins"):
        raise Forbidden("That is for the network’s hosts.")
    return viewer, drop_in


async def is_host(tx: Transaction, viewer: Viewer, drop_in: DropInSeen) -> bool:
    return has_right(await role_in(tx, viewer.id, drop_in.network_id), "run_drop_ins")


def must_be(drop_in: DropInSeen, states: tuple[str, ...], rule: str) -> None:
    """Raises Conflict, with the rule and what the drop-in is, in any other state."""
    if drop_in.state not in states:
        raise Conflict(f"{rule} This drop-in {IS[drop_in.state]}.")


async def in_turn(tx: Transaction, drop_in_id: int) -> None:
    """What a room has one of, or only so many, is given out by one transaction after the other."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('room', :id))", id=drop_in_id)


async def _come_in(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> tuple[Viewer, DropInSeen, str]:
    viewer = must_act(viewer)
    drop_in = (await dropins.drop_ins_by_id(tx, [drop_in_id])).get(drop_in_id)
    if drop_in is None:
        raise NotFound
    await writing_in(tx, drop_in.network_id)
    role = await role_in(tx, viewer.id, drop_in.network_id)
    if role:
        return viewer, drop_in, role
    if await may_read(tx, viewer, drop_in.network_id):
        raise Forbidden(f"The room is for members of {drop_in.network_name}. Join the network first.")
    raise await nothing_there(tx, viewer, drop_in.network_id)
