"""Whom and what a post names: its links to members and topics, and the rows that say so.

A text is drawn once for all readers. So a name becomes a link only where each of them may know what it leads to:
members who are in the network and in its directory, topics of the network itself or of open ones. All others are words,
like the names of those who never were. It does not matter who writes: else a post under a pseudonym would tell.
"""

import asyncio
import re
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, or_, select

from chat import clock
from chat.db import Transaction
from chat.discussions.authorship import NAMELESS
from chat.discussions.models import Topic
from chat.markup import Text
from chat.networks import readable
from chat.networks.models import Network

LONG = 4096  # characters; what takes longer to draw is drawn in a thread, while others are served


class Drawn(NamedTuple):
    """A text as everybody sees it, and the ids of the members and topics that it names."""

    html: str
    members: list[int]
    topics: list[int]


NAMED = """
SELECT handle, member.id FROM member JOIN membership ON member_id = member.id
WHERE handle = ANY(:handles) AND network_id = :network
  AND verified_at IS NOT NULL AND ended_at IS NULL AND banned_at IS NULL AND unlisted_at IS NULL
  AND NOT EXISTS (SELECT FROM topic WHERE topic.id = :topic AND nameless_at IS NOT NULL)
"""


async def draw(tx: Transaction, network_id: int, source: str, topic_id: int = 0) -> Drawn:
    """The HTML of a text for the readers of a network; in a talk under the Chatham House rule that is over it names no member.

    Raises Invalid for one that would take too long.
    """
    apart = len(source) > LONG
    text = await asyncio.to_thread(Text, source) if apart else Text(source)
    handles = (
        dict(await tx.all(NAMED, handles=text.handles, network=network_id, topic=topic_id))
        if text.handles
        else {}
    )
    topics = await _titles(tx, network_id, text.topics) if text.topics else {}
    html = await asyncio.to_thread(text.html, handles, topics) if apart else text.html(handles, topics)
    return Drawn(html, sorted(handles.values()), sorted(topics))


async def note_names(tx: Transaction, post_id: int, drawn: Drawn, *, before: bool = False) -> None:
    """Keep whom and what a post names; `before` where it may have named others."""
    if before:
        await tx.run(
            "DELETE FROM mention WHERE post_id = :id AND member_id <> ALL(:now)",
            id=post_id,
            now=drawn.members,
        )
        await tx.run(
            "DELETE FROM reference WHERE post_id = :id AND topic_id <> ALL(:now)",
            id=post_id,
            now=drawn.topics,
        )
    if drawn.members:
        await tx.run(
            "INSERT INTO mention (post_id, member_id, at) SELECT :id, unnest(CAST(:members AS bigint[])), :now ON CONFLICT DO NOTHING",
            id=post_id,
            members=drawn.members,
            now=clock.now(),
        )
    if drawn.topics:
        await tx.run(
            "INSERT INTO reference (post_id, topic_id) SELECT :id, unnest(CAST(:topics AS bigint[])) ON CONFLICT DO NOTHING",
            id=post_id,
            topics=drawn.topics,
        )


async def unname(tx: Transaction, topic_id: int) -> None:
    """Whom the posts of a topic name is named no more: its talk was under the Chatham House rule, and is over."""
    posts = await tx.all(
        "SELECT post.id, network_id, body, array_agg(handle) AS handles FROM mention JOIN member ON member.id = member_id "
        "JOIN post ON post.id = post_id JOIN topic ON topic.id = topic_id WHERE topic_id = :topic GROUP BY post.id, network_id",
        topic=topic_id,
    )
    for post in posts:
        named = re.compile(rf"@(?:{'|'.join(post.handles)})(?![\w-])", re.IGNORECASE)
        body = named.sub(NAMELESS.lower(), post.body)
        drawn = await draw(tx, post.network_id, body, topic_id)
        await tx.run(
            "UPDATE post SET body = :body, html = :html WHERE id = :id",
            id=post.id,
            body=body,
            html=drawn.html,
        )
        await note_names(tx, post.id, drawn, before=True)


async def _titles(tx: Transaction, network_id: int, ids: list[int]) -> dict[int, str]:
    query = (
        select(Topic.id, Topic.title)
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(
            col(Topic.id) == sa.any_(sa.literal(ids, sa.ARRAY(sa.BigInteger))),
            col(Topic.listed_at) <= clock.now(),
            or_(col(Topic.network_id) == network_id, readable(None)),
        )
    )
    return dict(await tx.all(query))
