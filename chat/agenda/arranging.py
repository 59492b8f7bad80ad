"""What hosts make of an agenda: taking on, leaving out, putting in order, giving minutes."""

from typing import Any

from chat import clock
from chat.agenda.proposing import arranging, changed, clean_minutes, must_be_coming
from chat.agenda.queries import ItemSeen, agenda_of, item_of
from chat.db import Transaction
from chat.dropins import drop_in_of, must_host
from chat.errors import Conflict
from chat.fields import one_of
from chat.languages import _
from chat.members import Viewer


async def take_on(tx: Transaction, host: Viewer | None, item_id: int) -> None:
    """Put a proposal at the end of the agenda."""
    item = await _arranged(tx, host, item_id)
    if item.taken_at:
        return
    await tx.run(
        "UPDATE agenda_item SET taken_at = :now, left_out_at = NULL, place = "
        "(SELECT coalesce(max(place), 0) + 1 FROM agenda_item WHERE drop_in_id = :drop_in) WHERE id = :id",
        now=clock.now(),
        drop_in=item.drop_in_id,
        id=item_id,
    )
    changed(tx, item.drop_in_id, item.network_id, item_id)


async def leave_out(tx: Transaction, host: Viewer | None, item_id: int) -> None:
    """Take something off the agenda, or say of a proposal that it does not come on it."""
    item = await _arranged(tx, host, item_id)
    if item.left_out_at:
        return
    await tx.run(
        "UPDATE agenda_item SET left_out_at = :now, taken_at = NULL WHERE id = :id",
        now=clock.now(),
        id=item_id,
    )
    changed(tx, item.drop_in_id, item.network_id, item_id)


async def move(tx: Transaction, host: Viewer | None, item_id: int, way: object) -> None:
    """One place up or down, among what has not begun. At the end of the way nothing changes."""
    step = {"up": -1, "down": 1}[one_of("way", way, ("up", "down"), called=_("The way"))]
    item = await _arranged(tx, host, item_id)
    waiting = [each for each in (await agenda_of(tx, item.drop_in_id)).items if each.state == "taken"]
    here = next((i for i, each in enumerate(waiting) if each.id == item_id), None)
    if here is None:
        raise Conflict(_("It is not on the agenda. Take it on first."))
    if not 0 <= here + step < len(waiting):
        return
    other = waiting[here + step]
    for id, place in ((item_id, other.place), (other.id, item.place)):
        await tx.run("UPDATE agenda_item SET place = :place WHERE id = :id", place=place, id=id)
    changed(tx, item.drop_in_id, item.network_id, item_id, other.id)


async def give_minutes(tx: Transaction, host: Viewer | None, item_id: int, minutes: Any) -> None:
    """How long an item may take; none at all when it is empty."""
    wanted = clean_minutes(minutes)
    item = await _arranged(tx, host, item_id, begun=True)
    if item.minutes == wanted:
        return
    await tx.run("UPDATE agenda_item SET minutes = :minutes WHERE id = :id", minutes=wanted, id=item_id)
    changed(tx, item.drop_in_id, item.network_id, item_id)


async def _arranged(tx: Transaction, host: Viewer | None, item_id: int, *, begun: bool = False) -> ItemSeen:
    """The item, for a host who changes it; nobody else changes this agenda meanwhile."""
    item = await item_of(tx, host, item_id)
    drop_in = await drop_in_of(tx, host, item.drop_in_id)
    await must_host(tx, host, drop_in)
    await arranging(tx, drop_in.id)
    must_be_coming(drop_in)
    item = await item_of(tx, host, item_id)
    if item.withdrawn_at:
        raise Conflict(_("Who proposed this has taken it back."))
    if item.ended_at or (item.started_at and not begun):
        raise Conflict(_("This has been begun already."))
    return item
