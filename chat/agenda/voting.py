"""Voting for what one would like to be talked about. One member, one secret vote for an item."""

from chat import clock
from chat.agenda.proposing import must_be_coming
from chat.agenda.queries import item_of
from chat.db import Transaction
from chat.dropins import drop_in_of, must_be_in
from chat.errors import Conflict
from chat.events import drop_in_stream, member_stream
from chat.languages import _
from chat.members import Viewer


async def vote(tx: Transaction, viewer: Viewer | None, item_id: int, on: bool = True) -> None:
    """Vote for an item, or take the vote back. Again changes nothing. Others learn how many did, and never who."""
    item = await item_of(tx, viewer, item_id)
    drop_in = await drop_in_of(tx, viewer, item.drop_in_id)
    viewer = await must_be_in(tx, viewer, drop_in)
    must_be_coming(drop_in)
    if not item.open:
        raise Conflict(_("This is no longer voted on."))
    if on:
        changed = await tx.run(
            "INSERT INTO agenda_vote (item_id, member_id, at) VALUES (:item, :me, :now) ON CONFLICT DO NOTHING",
            item=item_id,
            me=viewer.id,
            now=clock.now(),
        )
    else:
        changed = await tx.run(
            "DELETE FROM agenda_vote WHERE item_id = :item AND member_id = :me", item=item_id, me=viewer.id
        )
    if changed:
        tx.announce(drop_in_stream(drop_in.id), "agenda.voted", item_id, network=drop_in.network_id)
        tx.announce(member_stream(viewer.id), "mine.item", item_id, int(on))
