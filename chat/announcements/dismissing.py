"""Putting an announcement's banner away."""

from chat import clock
from chat.announcements.queries import announcement_of
from chat.db import Transaction
from chat.members import Viewer, settle
from chat.networks import NetworkSeen


async def dismiss(tx: Transaction, viewer: Viewer | None, network: NetworkSeen, announcement_id: int) -> None:
    """The member has seen it: its banner goes, on all their screens, and its notice counts as read."""
    announcement = await announcement_of(tx, viewer, network, announcement_id)
    assert viewer is not None
    await tx.run(
        "INSERT INTO delivery (announcement_id, member_id, dismissed_at) VALUES (:id, :member, :now) "
        "ON CONFLICT (announcement_id, member_id) DO UPDATE SET dismissed_at = coalesce(delivery.dismissed_at, :now)",
        id=announcement.id,
        member=viewer.id,
        now=clock.now(),
    )
    await settle(tx, viewer.id, "announcement.made", announcement.id)
