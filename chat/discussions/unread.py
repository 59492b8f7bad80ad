"""What is unread and what is new to a member, in all their networks or in one.

Unread are topics that they have been in, with posts since; new are those that were started since they joined the
network, and that they have not opened. What they have muted is neither.
"""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, func, select

from chat import clock
from chat.db import Transaction
from chat.discussions.models import Following, Reading, Topic
from chat.discussions.queries import TopicRow, listed, topics_for
from chat.errors import SignInFirst
from chat.members import Viewer
from chat.networks.access import belongs
from chat.networks.models import Membership, Network

LISTS = ("unread", "new")
A_PAGE = 30


class Last(NamedTuple):
    """The last topic of a page, from which the next goes on."""

    at: datetime
    id: int


class Waiting(NamedTuple):
    """A page of a list, how many topics are in each list altogether, and from where the list goes on, if it does.

    `latest` is when the last post in any of them was written: nothing later is known to who reads the list.
    """

    topics: list[TopicRow]
    unread: int
    new: int
    latest: datetime | None
    more: Last | None

    def count(self, which: str) -> int:
        return self.unread if which == "unread" else self.new


async def waiting(
    tx: Transaction,
    viewer: Viewer | None,
    which: str,
    network_id: int | None = None,
    *,
    limit: int = A_PAGE,
    after: Last | None = None,
) -> Waiting:
    """The topics that are unread, or new, to the viewer; the most recently active first."""
    if viewer is None:
        raise SignInFirst
    found = waiting_for(viewer, network_id).cte("waiting")
    page = select(found.c.id).where(found.c.read > 0 if which == "unread" else found.c.read == 0)
    if after:
        page = page.where(sa.tuple_(found.c.last_post_at, found.c.id) < sa.tuple_(after.at, after.id))
    page = page.order_by(found.c.last_post_at.desc(), found.c.id.desc()).limit(limit + 1)
    unread, new, latest, ids = await tx.first(
        select(
            func.count().filter(found.c.read > 0),
            func.count().filter(found.c.read == 0),
            func.max(found.c.last_post_at),
            func.array(page.scalar_subquery()),
        ).select_from(found)
    )
    rows = await tx.all(
        topics_for(viewer).where(col(Topic.id) == sa.any_(sa.literal(ids, sa.ARRAY(sa.BigInteger))))
    )
    seen = {row[0]: TopicRow(*row) for row in rows}
    topics = [seen[id] for id in ids[:limit] if id in seen]
    more = Last(topics[-1].last_post_at, topics[-1].id) if len(ids) > limit else None
    return Waiting(topics, unread, new, latest, more)


def waiting_for(viewer: Viewer, network_id: int | None) -> Any:
    """SQL: the topics that are unread (`read` above 0) or new (0) to a member: id, last_post_at, post_count, read."""
    now = clock.now()
    read = func.coalesce(col(Reading.number), 0)
    mine = col(Reading.topic_id) == col(Topic.id), col(Reading.member_id) == viewer.id
    muted = select(1).where(
        col(Following.topic_id) == col(Topic.id),
        col(Following.member_id) == viewer.id,
        col(Following.level) == "muted",
        sa.or_(col(Following.until).is_(None), col(Following.until) > now),
    )
    query = (
        select(Topic.id, Topic.last_post_at, Topic.post_count, read.label("read"))
        .select_from(Topic)
        .join(Network, col(Network.id) == col(Topic.network_id))
        .join(
            Membership,
            sa.and_(col(Membership.network_id) == col(Network.id), col(Membership.member_id) == viewer.id),
        )
        .outerjoin(Reading, sa.and_(*mine))
        .where(
            belongs(viewer.id),
            listed(),
            col(Topic.post_count) > read,
            sa.or_(read > 0, col(Topic.listed_at) > col(Membership.joined_at)),
            sa.not_(muted.exists()),
        )
    )
    return query if network_id is None else query.where(col(Topic.network_id) == network_id)
