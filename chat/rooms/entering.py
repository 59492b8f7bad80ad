"""Who may do something in a drop-in's room, and when."""

from chat.db import Transaction
from chat.dropins import DropInSeen, drop_in_of, must_be_in, must_speak
from chat.dropins.admitting import must_host
from chat.errors import Conflict
from chat.languages import _, sentence
from chat.members import Viewer, must_act
from chat.networks import has_right, role_in

IN_THE_ROOM = ("lobby", "live", "wrap_up")
WITH_FOLLOW_UP = (*IN_THE_ROOM, "follow_up")

IS = {
    "scheduled": sentence("This drop-in has not begun yet; its lobby opens a quarter of an hour before it."),
    "lobby": sentence("This drop-in has not begun yet."),
    "live": sentence("This drop-in is live now."),
    "wrap_up": sentence("This drop-in has ended."),
    "follow_up": sentence("This drop-in has ended."),
    "archived": sentence("This drop-in ended more than a week ago."),
    "cancelled": sentence("This drop-in is cancelled."),
    "missed": sentence("This drop-in did not take place."),
}
WAS = {
    "answered": sentence("This question was answered."),
    "deferred": sentence("This question was deferred."),
    "declined": sentence("This question was declined."),
}


async def enter(
    tx: Transaction, viewer: Viewer | None, drop_in_id: int, *, to_speak: bool = False
) -> tuple[Viewer, DropInSeen]:
    """The member and the drop-in, for who is let into its room; removals wait until this transaction ends.

    To ask, to raise a hand or to share a link is to speak, which who was muted may not. To vote is not.
    """
    drop_in = await drop_in_of(tx, must_act(viewer), drop_in_id)
    return await (must_speak if to_speak else must_be_in)(tx, viewer, drop_in), drop_in


async def enter_as_host(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> tuple[Viewer, DropInSeen]:
    """The same for who runs the network's drop-ins."""
    drop_in = await drop_in_of(tx, must_act(viewer), drop_in_id)
    viewer = await must_be_in(tx, viewer, drop_in)
    return await must_host(tx, viewer, drop_in), drop_in


async def is_host(tx: Transaction, viewer: Viewer, drop_in: DropInSeen) -> bool:
    return has_right(await role_in(tx, viewer.id, drop_in.network_id), "run_drop_ins")


def must_be(drop_in: DropInSeen, states: tuple[str, ...], rule: str) -> None:
    """Raises Conflict, with the rule and what the drop-in is, in any other state."""
    if drop_in.state not in states:
        raise Conflict(f"{rule} {_(IS[drop_in.state])}")


def was_settled(outcome: str) -> str:
    """What was decided about a question."""
    return _(WAS[outcome])


async def in_turn(tx: Transaction, drop_in_id: int) -> None:
    """What a room has one of, or only so many, is given out by one transaction after the other."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('room', :id))", id=drop_in_id)
