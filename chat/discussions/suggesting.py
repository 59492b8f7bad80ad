"""What may be named while one writes: who and what a link would be made of (naming.py), and nothing else."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from chat import clock
from chat.db import Transaction
from chat.discussions.models import Topic
from chat.errors import SignInFirst
from chat.fields import folded
from chat.members import Viewer, shown
from chat.networks import NetworkSeen, readable
from chat.networks.models import Network

MOST = 8


class Suggested(NamedTuple):
    """A member by their handle, or a topic by its number; what they are called, and something to tell them by."""

    key: str
    name: str
    about: str


# Handles and names that begin with the words come first. What a member hides is not looked at.
MEMBERS = f"""
SELECT handle, name, {shown("organisation")}
FROM membership JOIN member ON member.id = member_id
WHERE network_id = :network AND ended_at IS NULL AND banned_at IS NULL AND unlisted_at IS NULL AND verified_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM unnest(CAST(:words AS text[])) AS word
                  WHERE strpos(split_part(folded, E'\\n', 1), word) = 0 AND strpos(handle, word) = 0)
ORDER BY NOT (starts_with(folded, :first) OR starts_with(handle, :first)), folded, member.id LIMIT :limit
"""  # noqa: S608


async def members_like(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, words: str
) -> list[Suggested]:
    """Members whom a post of this network may name, by some letters of their name or handle; for who may read it."""
    if viewer is None:
        raise SignInFirst
    wanted = folded(words[:60]).split()
    rows = await tx.all(
        MEMBERS, network=network.id, words=wanted, first=wanted[0] if wanted else "", limit=MOST
    )
    return [Suggested(*row) for row in rows]


async def topics_like(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, words: str
) -> list[Suggested]:
    """Topics that a post of this network may name, by words of their title or their number: its own first."""
    if viewer is None:
        raise SignInFirst
    wanted = words[:60].replace("\0", "").split()
    own = col(Topic.network_id) == network.id
    query = (
        select(Topic.id, Topic.title, col(Network.name))
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(col(Topic.listed_at) <= clock.now())
        .order_by(own.desc(), col(Topic.last_post_at).desc(), col(Topic.id).desc())
        .limit(MOST)
    )
    if len(wanted) == 1 and wanted[0].isdecimal() and len(wanted[0]) <= 18:
        found = col(Topic.id) == int(wanted[0])
    else:
        found = sa.and_(sa.true(), *(col(Topic.title).icontains(word, autoescape=True) for word in wanted))
    rows: list[Any] = await tx.all(query.where(own, found))
    if len(rows) < MOST and wanted:
        rows += await tx.all(query.where(sa.not_(own), readable(None), found))
    return [Suggested(str(id), title, name) for id, title, name in rows[:MOST]]
