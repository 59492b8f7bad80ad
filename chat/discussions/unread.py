"""What is unread and what is new to a member, in all their networks or in one.

Unread are topics that they have been in, with posts since; new are those that were started since they joined the
network, and that they have not opened. What they have muted is neither.
"""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, func, select

from chat import clock
from chat.db import Reader, Transaction
from chat.discussions.models import Following, Reading, Topic
from chat.discussions.queries import Last, TopicRow, topics_of
from chat.errors import SignInFirst
from chat.members import Viewer
from chat.networks.access import belongs
from chat.networks.models import Membership, Network

LISTS = ("unread", "new")
A_PAGE = 30


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
    of = {"me": viewer.id, "now": clock.now(), "network": network_id}
    more = {"at": after.at, "id": after.id} if after else {}
    unread, new, latest, ids = await tx.first(
        _page(which, network_id is not None, after is not None), **of, **more, most=limit + 1
    )
    seen = await topics_of(tx, viewer, ids)
    topics = [seen[id] for id in ids[:limit] if id in seen]
    return Waiting(
        topics,
        unread,
        new,
        latest,
        Last(topics[-1].last_post_at, topics[-1].id) if len(ids) > limit else None,
    )


async def waiting_by_network(tx: Reader, viewer: Viewer) -> dict[int, int]:
    """How many topics are unread or new to the viewer in each of their networks; none where nothing is."""
    rows = await tx.all(_by_network(), me=viewer.id, now=clock.now(), network=None)
    return {row[0]: row[1] for row in rows}


async def all_waiting(
    tx: Transaction, viewer: Viewer, which: str, network_id: int | None, until: datetime | None
) -> list[Any]:
    """Each topic of a list whose last post is not after `until`: its id, how many posts it has, and how far it is read."""
    params = {"me": viewer.id, "now": clock.now(), "network": network_id}
    return await tx.all(_whole(which, network_id is not None), **params, until=until)


# Made once for each way to ask: SQLAlchemy takes longer to build such a statement than PostgreSQL to answer it.

_ME, _NOW, _NETWORK = (
    sa.bindparam("me", type_=sa.BigInteger),
    sa.bindparam("now", type_=sa.DateTime(timezone=True)),
    sa.bindparam("network", type_=sa.BigInteger),
)


def _waiting(in_network: bool) -> Any:
    """SQL: the topics that are unread (`read` above 0) or new (0) to a member: id, network_id, last_post_at, post_count,
    read."""
    read = func.coalesce(col(Reading.number), 0)
    columns: Any = (Topic.id, Topic.network_id, Topic.last_post_at, Topic.post_count, read.label("read"))
    muted = select(1).where(
        col(Following.topic_id) == col(Topic.id),
        col(Following.member_id) == _ME,
        col(Following.level) == "muted",
        sa.or_(col(Following.until).is_(None), col(Following.until) > _NOW),
    )
    query = (
        select(*columns)
        .select_from(Topic)
        .join(Network, col(Network.id) == col(Topic.network_id))
        .join(
            Membership,
            sa.and_(col(Membership.network_id) == col(Network.id), col(Membership.member_id) == _ME),
        )
        .outerjoin(Reading, sa.and_(col(Reading.topic_id) == col(Topic.id), col(Reading.member_id) == _ME))
        .where(
            belongs(_ME),
            col(Topic.listed_at) <= _NOW,
            col(Topic.post_count) > read,
            sa.or_(read > 0, col(Topic.listed_at) > col(Membership.joined_at)),
            sa.not_(muted.exists()),
        )
    )
    return query.where(col(Topic.network_id) == _NETWORK) if in_network else query


@cache
def _page(which: str, in_network: bool, goes_on: bool) -> Any:
    found = _waiting(in_network).cte("waiting")
    page = select(found.c.id).where(_in(which, found))
    if goes_on:
        last = sa.bindparam("at", type_=sa.DateTime(timezone=True)), sa.bindparam("id", type_=sa.BigInteger)
        page = page.where(sa.tuple_(found.c.last_post_at, found.c.id) < sa.tuple_(*last))
    page = page.order_by(found.c.last_post_at.desc(), found.c.id.desc()).limit(
        sa.bindparam("most", type_=sa.Integer)
    )
    return select(
        func.count().filter(_in("unread", found)),
        func.count().filter(_in("new", found)),
        func.max(found.c.last_post_at),
        func.array(page.scalar_subquery(), type_=sa.ARRAY(sa.BigInteger)),
    ).select_from(found)


@cache
def _whole(which: str, in_network: bool) -> Any:
    found, until = (
        _waiting(in_network).subquery("waiting"),
        sa.bindparam("until", type_=sa.DateTime(timezone=True)),
    )
    return select(found.c.id, found.c.post_count, found.c.read).where(
        _in(which, found), sa.or_(until.is_(None), found.c.last_post_at <= until)
    )


@cache
def _by_network() -> Any:
    found = _waiting(False).subquery("waiting")
    return select(found.c.network_id, func.count()).group_by(found.c.network_id)


def _in(which: str, found: Any) -> Any:
    return found.c.read > 0 if which == "unread" else found.c.read == 0
