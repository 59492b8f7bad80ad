"""Finding posts by their words, among those the viewer may read."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, func, or_, select

from chat.db import Transaction
from chat.discussions.authorship import Byline
from chat.discussions.models import Post, Topic
from chat.discussions.queries import listed
from chat.fields import UNWANTED
from chat.members import Viewer
from chat.networks import readable
from chat.networks.models import Network

# Marks around what matched: characters that no text may hold, so that they survive escaping.
FROM, TO = "\ue000", "\ue001"

_BY = Byline(
    "author",
    "found.network_id",
    "found.author_id",
    "found.created_at",
    "found.pseudonym_id",
    "found.nameless_at IS NOT NULL",
)


class Hit(NamedTuple):
    topic_id: int
    title: str
    number: int
    network_name: str
    network_slug: str
    author_name: str
    created_at: datetime
    snippet: str


async def search(tx: Transaction, viewer: Viewer | None, words: str, *, limit: int = 30) -> list[Hit]:
    """The best matches: posts by their text, and opening posts by their topic's title."""
    words = " ".join(UNWANTED.sub(" ", words).split())[:200]
    if not words:
        return []
    query = func.websearch_to_tsquery(sa.cast("english", sa.dialects.postgresql.REGCONFIG), words)
    by_title = sa.and_(col(Post.number) == 1, col(Topic.search).bool_op("@@")(query))
    by_text = col(Post.search).bool_op("@@")(query)
    rank = func.ts_rank_cd(col(Post.search), query) + sa.case((by_title, 1.0), else_=0.0)
    options = f"StartSel={FROM}, StopSel={TO}, MaxWords=30, MinWords=12, MaxFragments=1"
    found = (
        select(
            Post.id,
            Topic.id.label("topic_id"),
            Topic.title,
            Post.number,
            col(Network.name).label("network_name"),
            Network.slug,
            Topic.network_id,
            Post.author_id,
            Post.pseudonym_id,
            Topic.nameless_at,
            Post.created_at,
            Post.body,
            rank.label("rank"),
        )
        .select_from(Post)
        .join(Topic, col(Topic.id) == col(Post.topic_id))
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(
            or_(by_text, by_title), col(Post.removed_at).is_(None), listed(), readable(viewer and viewer.id)
        )
        .order_by(sa.desc("rank"), col(Post.created_at).desc())
        .limit(limit)
        .subquery("found")
    )
    snippet = func.ts_headline(
        sa.cast("english", sa.dialects.postgresql.REGCONFIG), found.c.body, query, options
    )
    shown = select(
        found.c.topic_id,
        found.c.title,
        found.c.number,
        found.c.network_name,
        found.c.slug,
        _BY.name,
        found.c.created_at,
        snippet,
    ).select_from(found)
    rows = await tx.all(_BY.join(shown).order_by(sa.desc(found.c.rank), found.c.created_at.desc()))
    return [Hit(*row) for row in rows]
