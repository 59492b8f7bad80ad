"""Which networks there are for a viewer, and who is in them."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, func, select

from chat.db import Reader, Transaction
from chat.errors import Forbidden, NotFound, SignInFirst
from chat.languages import _
from chat.members import Viewer, shown
from chat.networks.access import readable, visible
from chat.networks.models import JoinRequest, Membership, Network
from chat.networks.rights import HOSTS, TO_REMOVE, has_right
from chat.networks.waiting import WAITS


class NetworkSeen(NamedTuple):
    """A network as one viewer sees it. Of a private one outsiders see the name: the rest is empty, or None."""

    id: int
    slug: str
    name: str
    summary: str
    access: str
    created_at: datetime
    role: str | None
    readable: bool
    members: int | None
    opened: list[str]  # rights that it opens to members
    description_html: str
    pictured_at: datetime | None
    anonymity_since: datetime | None
    requests: int  # that wait for the viewer's answer

    def may(self, right: str) -> bool:
        return has_right(self.role, right, self.opened)

    def may_remove(self, role: str) -> bool:
        """Whether the viewer may remove somebody who has this role."""
        return role in TO_REMOVE and self.may(TO_REMOVE[role])

    @property
    def takes_topics(self) -> bool:
        """Whether the viewer may start a discussion. In an open network they join by it, and so ask as a member."""
        joining = "member" if self.access == "open" else None
        return has_right(self.role or joining, "start_topic", self.opened)

    @property
    def picture(self) -> str | None:
        """The version of its picture, if it has one that the viewer may see."""
        return f"{int(self.pictured_at.timestamp() * 1_000_000):x}" if self.pictured_at else None


class Person(NamedTuple):
    """A member as the people of a network see them, without what they hide."""

    handle: str
    name: str
    organisation: str
    role: str
    country: str
    place: str
    joined_at: datetime
    unlisted_at: datetime | None


ACTIVE = sa.and_(col(Membership.ended_at).is_(None), col(Membership.banned_at).is_(None))


_ME = sa.bindparam("me", type_=sa.BigInteger)  # 0 for a visitor


def _seen(*, counted: bool = True) -> Any:
    """With the parameter `me`. Without being `counted` nobody knows how many members it has, or how many requests wait."""
    own = (
        select(Membership.role)
        .where(col(Membership.network_id) == col(Network.id), col(Membership.member_id) == _ME, ACTIVE)
        .scalar_subquery()
    )
    size = (
        select(func.count())
        .select_from(Membership)
        .where(col(Membership.network_id) == col(Network.id), ACTIVE)
        .scalar_subquery()
    )
    waiting = (
        select(func.count())
        .select_from(JoinRequest)
        .where(col(JoinRequest.network_id) == col(Network.id), sa.text(WAITS))
        .scalar_subquery()
    )
    return select(
        Network.id,
        Network.slug,
        Network.name,
        Network.summary,
        Network.access,
        Network.created_at,
        own.label("role"),
        readable(_ME).label("readable"),
        size.label("members") if counted else sa.literal_column("NULL").label("members"),
        Network.members_may,
        Network.description_html,
        Network.pictured_at,
        Network.anonymity_since,
        waiting.label("requests") if counted else sa.literal_column("0").label("requests"),
    ).where(visible(_ME))


def _id(viewer: Viewer | None) -> int:
    return viewer.id if viewer else 0


def _network(row: Any) -> NetworkSeen:
    """The row as its viewer may see it: emptied here, because SQL would ask for their place once for each column."""
    network = NetworkSeen(*row)
    if network.role not in HOSTS:
        network = network._replace(requests=0)
    if network.access == "private" and not network.readable:
        return network._replace(summary="", members=None, description_html="", pictured_at=None)
    return network


async def network_of(tx: Transaction, viewer: Viewer | None, slug: str) -> NetworkSeen:
    """A network the viewer may know of."""
    row = await tx.first(_BY_SLUG, me=_id(viewer), slug=slug)
    if row is None:
        raise NotFound
    return _network(row)


async def open_network_of(tx: Transaction, viewer: Viewer | None, slug: str) -> NetworkSeen:
    """A network whose inside the viewer may read; Forbidden where they may only know of it."""
    network = await network_of(tx, viewer, slug)
    if not network.readable:
        raise Forbidden(_("What is said in this network is for its members."))
    return network


async def network_by_id(tx: Reader, viewer: Viewer | None, network_id: int) -> NetworkSeen:
    """A network the viewer may read, by id."""
    return network_in(await tx.all(_BY_ID, me=_id(viewer), id=network_id))


def network_in(rows: list[Any]) -> NetworkSeen:
    """The one network of these rows."""
    if not rows:
        raise NotFound
    return _network(rows[0])


def network_where(id: Any) -> Any:
    """SQL: the columns of NetworkSeen, uncounted, of the network with this id (SQL too) if the member `me` may read it."""
    return _seen(counted=False).where(col(Network.id) == id, readable(_ME))


async def networks_for(
    tx: Transaction, viewer: Viewer | None, limit: int = 100, after: str = ""
) -> list[NetworkSeen]:
    """The networks the viewer may know of, by name, from the one after `after` on."""
    query = _seen().order_by(Network.name, Network.id).limit(limit)
    if after:
        query = query.where(col(Network.name) > after)
    return [_network(row) for row in await tx.all(query, me=_id(viewer))]


class OwnNetwork(NamedTuple):
    """One of the viewer's networks, and their role in it."""

    id: int
    slug: str
    name: str
    role: str


async def networks_of(tx: Reader, viewer: Viewer | None, limit: int = 50) -> list[OwnNetwork]:
    """The viewer's own networks, by name."""
    if viewer is None:
        return []
    return [OwnNetwork(*row) for row in await tx.all(_OWN, me=viewer.id, most=limit)]


_BY_SLUG = _seen().where(col(Network.slug) == sa.bindparam("slug"))
_BY_ID = _seen().where(col(Network.id) == sa.bindparam("id", type_=sa.BigInteger), readable(_ME))
_OWN = (
    select(Network.id, Network.slug, Network.name, Membership.role)
    .join(Membership, col(Membership.network_id) == col(Network.id))
    .where(col(Membership.member_id) == _ME, ACTIVE)
    .order_by(Network.name)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


async def member_of(tx: Transaction, viewer: Viewer | None, network: NetworkSeen, handle: str) -> Person:
    """One of the people of a network."""
    if viewer is None:
        raise SignInFirst
    if not network.readable:
        raise Forbidden(_("Only its members see who is in this network."))
    row = await tx.first(
        PERSON, network=network.id, handle=handle.lower(), sees_all=network.role in HOSTS, viewer=viewer.id
    )
    if row is None:
        raise NotFound(_("Nobody of that name is a member of this network."))
    return Person(*row)


PERSON = f"""
SELECT handle, name, {shown("organisation")}, {shown("role")}, {shown("country")}, membership.role AS place, joined_at, unlisted_at
FROM membership JOIN member ON member.id = member_id
WHERE network_id = :network AND handle = :handle AND ended_at IS NULL AND banned_at IS NULL
  AND (unlisted_at IS NULL OR :sees_all OR member_id = :viewer)
"""  # noqa: S608
