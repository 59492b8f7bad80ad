"""Where somebody goes who types the beginning of a name: topics, people and networks. Quick enough to ask at each letter."""

import re
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, func, select

from chat import clock
from chat.db import PLAN_ANEW, Transaction
from chat.discussions.queries import TopicRow, latest_read, recent_topics, some_topics
from chat.discussions.sifting import scoped, scopes_of, spans
from chat.fields import folded
from chat.members import Viewer, shown
from chat.networks import readable
from chat.networks.access import belongs, visible
from chat.networks.models import Network
from chat.networks.rights import HOSTS

TOPICS, PEOPLE, NETWORKS = 8, 5, 5
MONTHS = (2, 10, 48)  # few stretches of time: a title has few words
CANDIDATES = 24  # topics that are looked at: the newest whose titles have the words
FEWEST_LETTERS = 2  # of a person's name


class Somebody(NamedTuple):
    handle: str
    name: str
    organisation: str


class Place(NamedTuple):
    slug: str
    name: str
    access: str


class Places(NamedTuple):
    topics: list[TopicRow]
    people: list[Somebody]
    networks: list[Place]


async def places_to_go(tx: Transaction, viewer: Viewer | None, typed: str) -> Places:
    """What begins as was typed; with nothing typed, what the viewer read last and their own networks."""
    await tx.run(PLAN_ANEW)
    words = re.findall(r"[^\W_]+", folded(typed[:100]))[:6]
    if not words:
        topics = (
            await latest_read(tx, viewer, TOPICS) if viewer else await recent_topics(tx, None, limit=TOPICS)
        )
        return Places(topics, [], await _networks(tx, viewer, []))
    networks = await tx.all(select(Network.id, Network.access).where(readable(viewer and viewer.id)))
    return Places(
        await _topics(tx, viewer, networks, words),
        await _people(tx, viewer, [row.id for row in networks], words),
        await _networks(tx, viewer, words),
    )


NAMED = """
SELECT topic_id FROM unnest(CAST(CAST(:spans AS text[]) AS tsquery[])) AS span (query), LATERAL (
    SELECT topic_id, at FROM findable
    WHERE words @@ CAST(:matching AS tsquery) AND words @@ span.query AND network_id = ANY(:networks)
    ORDER BY at DESC LIMIT :most
) AS seen LIMIT :most
"""


async def _topics(
    tx: Transaction, viewer: Viewer | None, networks: list[Any], words: list[str]
) -> list[TopicRow]:
    query = " & ".join([*(f"'{word}'" for word in words[:-1]), f"'{words[-1]}':*"])
    matching = " | ".join(f"({scoped(query, scope + '^')})" for scope in scopes_of(networks))
    ids = await tx.all(
        NAMED,
        matching=matching,
        spans=spans(clock.now(), lengths=MONTHS),
        networks=[row.id for row in networks],
        most=CANDIDATES,
    )
    topics = await some_topics(tx, viewer, [row.topic_id for row in ids])
    return sorted(topics, key=lambda topic: _nearness(topic.title, topic.last_post_at, words), reverse=True)[
        :TOPICS
    ]


def _nearness(title: str, at: datetime, words: list[str]) -> tuple[bool, datetime]:
    """First what begins with the words, then what was last talked about."""
    return " ".join(re.findall(r"[^\W_]+", folded(title))).startswith(" ".join(words)), at


# As the directories: who is in a network that the viewer reads, and listed there, or the viewer hosts it.
PEOPLE_NAMED = rf"""
SELECT handle, name, {shown("organisation")} FROM member
WHERE to_tsvector('simple', split_part(folded, E'\n', 1) || ' ' || handle) @@ CAST(:query AS tsquery)
  AND verified_at IS NOT NULL AND EXISTS (
    SELECT FROM membership WHERE member_id = member.id AND ended_at IS NULL AND banned_at IS NULL
    AND network_id = ANY(:networks) AND (unlisted_at IS NULL OR member.id = :me OR EXISTS (
        SELECT FROM membership AS own WHERE own.network_id = membership.network_id AND own.member_id = :me
        AND own.ended_at IS NULL AND own.banned_at IS NULL AND own.role = ANY(:hosts))))
ORDER BY folded, id LIMIT :most
"""  # noqa: S608


async def _people(
    tx: Transaction, viewer: Viewer | None, networks: list[int], words: list[str]
) -> list[Somebody]:
    if viewer is None or len("".join(words)) < FEWEST_LETTERS:
        return []
    query = " & ".join(f"'{word}':*" for word in words)
    rows = await tx.all(
        PEOPLE_NAMED, query=query, networks=networks, me=viewer.id, hosts=list(HOSTS), most=PEOPLE
    )
    return [Somebody(*row) for row in rows]


async def _networks(tx: Transaction, viewer: Viewer | None, words: list[str]) -> list[Place]:
    """Those whose names have words that begin so, one's own first; without words one's own."""
    query = select(Network.slug, col(Network.name), Network.access).limit(NETWORKS)
    if viewer:
        query = query.order_by(belongs(viewer.id).desc())
    query = query.order_by(Network.name)
    if not words:
        return [Place(*row) for row in await tx.all(query.where(belongs(viewer and viewer.id)))]
    name = sa.literal(" ") + func.lower(func.plain(col(Network.name)))
    begin = [func.strpos(name, " " + word) > 0 for word in words]
    return [Place(*row) for row in await tx.all(query.where(visible(viewer and viewer.id), *begin))]
