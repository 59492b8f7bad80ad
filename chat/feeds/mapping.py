"""The map of what everybody may read, for search engines (sitemaps.org): open networks and their topics."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, func, select

from chat.db import Transaction
from chat.discussions.models import Topic
from chat.discussions.queries import listed
from chat.networks import readable
from chat.networks.models import Network

A_PAGE = 10_000


class Mapped(NamedTuple):
    """An address, and when something was last said there."""

    path: str
    changed_at: datetime


async def map_pages(tx: Transaction) -> list[Mapped]:
    """The pages of the map. A page that is full never changes but by what is said in its topics."""
    numbered = (
        select(
            ((func.row_number().over(order_by=Topic.id) - 1) / A_PAGE + 1).label("page"),
            col(Topic.last_post_at).label("at"),
        )
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(readable(None), listed())
        .subquery()
    )
    rows = await tx.all(
        select(func.floor(numbered.c.page), func.max(numbered.c.at))
        .group_by(func.floor(numbered.c.page))
        .order_by(func.floor(numbered.c.page))
    )
    return [Mapped(f"/sitemaps/{int(page)}.xml", at) for page, at in rows]


async def mapped_networks(tx: Transaction) -> list[Mapped]:
    """Open networks."""
    rows = await tx.all(
        select(Network.slug, func.coalesce(func.max(Topic.last_post_at), Network.created_at))
        .outerjoin(Topic, (col(Topic.network_id) == col(Network.id)) & listed())
        .where(readable(None))
        .group_by(Network.id)
        .order_by(Network.id)
    )
    return [Mapped(f"/networks/{slug}", at) for slug, at in rows]


async def mapped_topics(tx: Transaction, page: int) -> list[Mapped]:
    """The topics of one page of the map, none behind its last."""
    rows = await tx.all(
        select(Topic.id, Topic.last_post_at)
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(readable(None), listed())
        .order_by(Topic.id)
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
    )
    return [Mapped(f"/topics/{id}", at) for id, at in rows]
