"""Who may take part in a discussion without writing in it, and who may tend one: mark its answer, change its tags, ask."""

from chat.db import Transaction
from chat.discussions.authorship import started
from chat.discussions.queries import TopicRow
from chat.errors import Forbidden, NotFound
from chat.events import network_stream, topic_stream
from chat.languages import _
from chat.members import Viewer
from chat.networks import has_right, may_read, role_in, writing_in


async def must_take_part(tx: Transaction, viewer: Viewer, network_id: int) -> None:
    """Let react and vote whoever may write there. They don't join an open network by that: nobody expects it."""
    await writing_in(tx, network_id)
    if await role_in(tx, viewer.id, network_id):
        return
    if not await may_read(tx, viewer, network_id):
        raise NotFound
    if await tx.value(
        "SELECT 1 FROM membership WHERE network_id = :network AND member_id = :me "
        "AND (banned_at IS NOT NULL OR ended_by <> member_id)",
        network=network_id,
        me=viewer.id,
    ):
        raise Forbidden(_("You were removed from this network, so you can’t take part in it."))


async def must_tend(tx: Transaction, viewer: Viewer, topic: TopicRow) -> None:
    """Let only who started a topic and hosts change what stands around it."""
    await must_take_part(tx, viewer, topic.network_id)
    role = await role_in(tx, viewer.id, topic.network_id)
    if not has_right(role, "tend_topics") and not await started(tx, viewer, topic.id):
        raise Forbidden(_("Only who started this discussion or a host can do this."))


def tell_readers(tx: Transaction, topic: TopicRow) -> None:
    """Say that what stands around a topic has changed: to who reads it, and to the lists of its network."""
    tx.announce(topic_stream(topic.id), "head.changed", topic.id, network=topic.network_id)
    tx.announce(network_stream(topic.network_id), "topic.changed", topic.id, network=topic.network_id)
