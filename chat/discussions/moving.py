"""Moving a topic to another network. Who reads there reads it from then on, and who reads only here does no more."""

from typing import NamedTuple

from chat import files
from chat.db import Transaction
from chat.discussions.queries import topic_of
from chat.discussions.tending import as_it_is, must_not_be_a_talk
from chat.errors import Conflict
from chat.events import CONTROL, alone, network_stream, topic_stream
from chat.languages import _
from chat.members import Viewer, must_act, notify
from chat.networks import NetworkSeen, OwnNetwork, has_right, must_have, networks_of, open_network_of, record


class Consequence(NamedTuple):
    """Who will read a topic after its move. `left_out`: those who wrote in it under their names and won't."""

    here: NetworkSeen
    there: NetworkSeen
    left_out: int
    unnamed: bool


async def destinations(tx: Transaction, host: Viewer | None, topic_id: int) -> list[OwnNetwork]:
    """The networks to which this host may move a topic: those that they look after too."""
    host = must_act(host)
    topic = await topic_of(tx, host, topic_id)
    await must_have(tx, host, topic.network_id, "moderate")
    found = await networks_of(tx, host, 500)
    return [n for n in found if has_right(n.role, "moderate") and n.id != topic.network_id]


async def consequence(
    tx: Transaction, host: Viewer | None, topic_id: int, here: NetworkSeen, slug: str
) -> Consequence:
    """What moving a topic there would mean."""
    host = must_act(host)
    there = await open_network_of(tx, host, slug)
    for network in (here, there):
        await must_have(tx, host, network.id, "moderate")
    left_out = await tx.value(
        "SELECT count(DISTINCT author_id) FROM post WHERE topic_id = :topic AND pseudonym_id IS NULL AND moved_to IS NULL "
        "AND :closed AND NOT EXISTS (SELECT FROM membership WHERE network_id = :there AND member_id = author_id "
        "AND ended_at IS NULL AND banned_at IS NULL)",
        topic=topic_id,
        there=there.id,
        closed=there.access != "open",
    )
    unnamed = await tx.value(
        "SELECT 1 FROM post WHERE topic_id = :id AND pseudonym_id IS NOT NULL LIMIT 1", id=topic_id
    )
    return Consequence(here, there, left_out, unnamed is not None)


async def move(tx: Transaction, host: Viewer | None, topic_id: int, slug: str) -> None:
    """Move a topic to another network whose host one is as well. Its posts, files and readers' places go with it."""
    host = must_act(host)
    here = (await topic_of(tx, host, topic_id)).network_id
    there = await open_network_of(tx, host, slug)
    # In the order of their numbers, so that two who move topics across each other don't wait in a circle.
    for network_id in sorted({here, there.id}):
        await alone(tx, network_id)
    for network_id in (here, there.id):
        await must_have(tx, host, network_id, "moderate")
    topic = await as_it_is(tx, topic_id, here, host.id)
    if here == there.id:
        return
    await must_not_be_a_talk(tx, topic)
    await _must_name_nobody(tx, topic_id, here)
    row = await tx.first(
        "UPDATE topic SET network_id = :there, pinned_at = NULL WHERE id = :id RETURNING author_id, hidden_at",
        id=topic_id,
        there=there.id,
    )
    await tx.run("UPDATE concern SET network_id = :there FROM post WHERE post.id = post_id AND topic_id = :id", id=topic_id, there=there.id)  # fmt: skip
    await files.move_with_topic(tx, topic_id, there.id)
    await tx.run(
        "UPDATE stream SET network_id = :there WHERE id = :id", id=topic_stream(topic_id), there=there.id
    )
    await _fence_off(tx, here, there.id)
    for network_id, action in ((here, "topic.moved_away"), (there.id, "topic.moved_here")):
        await record(tx, network_id, host.id, action, topic=topic_id, title=topic.title)
    await notify(tx, [row.author_id], "topic.moved", network_id=here, actor_id=host.id, ref_id=topic_id)
    tx.announce(network_stream(here), "topic.moved", topic_id, network=here)
    if not row.hidden_at:
        tx.announce(topic_stream(topic_id), "topic.moved", topic_id, network=there.id)
        tx.announce(network_stream(there.id), "topic.added", topic_id, network=there.id)


async def _must_name_nobody(tx: Transaction, topic_id: int, network_id: int) -> None:
    """Who asked to be a former member of a network would be named beside what they wrote there."""
    if await tx.value(
        "SELECT 1 FROM post JOIN membership ON member_id = author_id WHERE topic_id = :topic AND network_id = :network "
        "AND former_at IS NOT NULL AND pseudonym_id IS NULL AND moved_to IS NULL LIMIT 1",
        topic=topic_id,
        network=network_id,
    ):
        raise Conflict(
            _(
                "Somebody who wrote here has left the network and asked not to be named. In another network they would be, "
                "so this discussion stays."
            )
        )


async def _fence_off(tx: Transaction, here: int, there: int) -> None:
    """Whoever follows the topic is asked about again, as a reader of its new network: a version that is higher than both."""
    tx.fences[there] = await tx.value(
        "UPDATE network SET acl_version = 1 + greatest(acl_version, (SELECT acl_version FROM network WHERE id = :here)) "
        "WHERE id = :there RETURNING acl_version",
        here=here,
        there=there,
    )
    tx.announce(CONTROL, "access.changed", there, network=there)
