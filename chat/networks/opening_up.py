"""What a network's people are told of a change of who can see it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.networks.queries import NetworkSeen

TOLD_FOR = timedelta(days=14)


class AccessNews(NamedTuple):
    was: str
    changed_at: datetime


async def access_news(tx: Transaction, network: NetworkSeen) -> AccessNews | None:
    """What the access was before, for two weeks after it has changed; for those who are in the network."""
    if network.role is None:
        return None
    row = await tx.first(
        "SELECT access_was, access_changed_at FROM network WHERE id = :id AND access_changed_at > :since",
        id=network.id,
        since=clock.now() - TOLD_FOR,
    )
    return AccessNews(*row) if row else None
