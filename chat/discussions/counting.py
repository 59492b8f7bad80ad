"""How much there is in a network."""

from typing import NamedTuple

from chat.db import Transaction
from chat.networks import NetworkSeen


class Extent(NamedTuple):
    topics: int
    posts: int


async def extent_of(tx: Transaction, network: NetworkSeen) -> Extent:
    """The listed topics of a network and what is said in them, without what was removed; for who may read it."""
    if not network.readable:
        return Extent(0, 0)
    row = await tx.first(
        "SELECT count(DISTINCT topic.id), count(post.id) FROM topic "
        "LEFT JOIN post ON post.topic_id = topic.id AND post.removed_at IS NULL "
        "WHERE topic.network_id = :id AND topic.listed_at IS NOT NULL",
        id=network.id,
    )
    return Extent(*row)
