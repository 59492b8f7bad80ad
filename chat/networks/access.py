"""Who may see, who may read, who may act. Every question of access in the house ends here."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, exists, or_, select

from chat.db import Reader, Transaction
from chat.errors import Forbidden, NotFound
from chat.events import CONTROL, alone, fence
from chat.languages import _
from chat.members import Viewer
from chat.networks.models import Membership, Network
from chat.networks.rights import OWNERS, RIGHTS, has_right

ACCESS = ("open", "restricted", "private", "confidential")


def belongs(member_id: Any) -> Any:
    """SQL: the member (an id, a column, or None for a visitor) has a place in the network of the row."""
    if member_id is None:
        return sa.false()
    return (
        exists()
        .where(
            col(Membership.network_id) == col(Network.id),
            col(Membership.member_id) == member_id,
            col(Membership.ended_at).is_(None),
            col(Membership.banned_at).is_(None),
        )
        .correlate_except(Membership)
    )


def readable(member_id: Any) -> Any:
    """SQL: the one predicate of who may read what is inside a network."""
    return or_(col(Network.access) == "open", belongs(member_id))


def visible(member_id: Any) -> Any:
    """SQL: who may know that a network exists."""
    return or_(col(Network.access) != "confidential", belongs(member_id))


async def nothing_there(tx: Transaction, viewer: Viewer | None, network_id: Any) -> NotFound:
    """The answer to who asks for something in a network that they may not read, or for what does not exist.

    `network_id` is SQL that finds the thing's network, if there is one. Where its name is public it is told,
    so that a link which was passed on leads to where one can ask for a place.
    """
    row = await tx.first(
        select(Network.slug, Network.name).where(
            col(Network.id) == network_id,
            visible(viewer and viewer.id),
            sa.not_(readable(viewer and viewer.id)),
        )
    )
    return NotFound(inside=(row.slug, row.name) if row else None)


async def may_read(tx: Transaction, viewer: Viewer | None, network_id: int) -> bool:
    return (
        await tx.value(
            select(1)
            .select_from(Network)
            .where(col(Network.id) == network_id, readable(viewer and viewer.id))
        )
        is not None
    )


async def is_member(tx: Transaction, viewer: Viewer | None, network_id: int) -> bool:
    return (
        await tx.value(
            select(1).select_from(Network).where(col(Network.id) == network_id, belongs(viewer and viewer.id))
        )
        is not None
    )


Pair = tuple[int, int]  # a network, and a member or 0 for a visitor


def _pairs(members_only: bool) -> Any:
    asked = (
        sa.func.unnest(
            sa.bindparam("networks", type_=sa.ARRAY(sa.BigInteger)),
            sa.bindparam("members", type_=sa.ARRAY(sa.BigInteger)),
        )
        .table_valued(sa.column("network", sa.BigInteger), sa.column("member", sa.BigInteger), name="asked")
        .render_derived()
    )
    allowed = belongs(asked.c.member) if members_only else readable(asked.c.member)
    joined = sa.join(asked, Network, col(Network.id) == asked.c.network)
    return select(asked.c.network, asked.c.member).select_from(joined).where(allowed)


_READERS, _MEMBERS = _pairs(members_only=False), _pairs(members_only=True)


async def readers_among(tx: Reader, pairs: Iterable[Pair], *, members_only: bool = False) -> set[Pair]:
    """Those of these pairs whose member may read the network now."""
    pairs = list(pairs)
    rows = await tx.all(
        _MEMBERS if members_only else _READERS,
        networks=[network for network, _ in pairs],
        members=[member for _, member in pairs],
    )
    return {(network, member) for network, member in rows}


async def role_in(tx: Transaction, member_id: int, network_id: int) -> str | None:
    """The member's role while they have a place in the network, else None."""
    return await tx.value(
        "SELECT role FROM membership WHERE network_id = :network AND member_id = :member "
        "AND ended_at IS NULL AND banned_at IS NULL",
        network=network_id,
        member=member_id,
    )


async def must_have(tx: Transaction, viewer: Viewer, network_id: int, right: str) -> None:
    """Raises Forbidden for whoever lacks a right of chat/networks/rights.py."""
    opened = await tx.value("SELECT members_may FROM network WHERE id = :id", id=network_id)
    if not has_right(await role_in(tx, viewer.id, network_id), right, opened or ()):
        raise Forbidden(
            _("That is for the network’s owners.")
            if RIGHTS[right].roles == OWNERS
            else _("That is for the network’s hosts.")
        )


async def writing_in(tx: Transaction, network_id: int) -> None:
    """Order this transaction with removals. Call it before checking who may write."""
    await fence(tx, [network_id])


async def joining_in(tx: Transaction, network_id: int) -> None:
    """Like `writing_in`, for a transaction that may also give a place: two that both hold the weaker lock
    would wait for each other when each comes to change who may read."""
    await alone(tx, network_id)
    await fence(tx, [network_id])


async def access_changes(tx: Transaction, network_id: int) -> None:
    """Who may read has changed: every live connection is asked about again before it gets anything more."""
    await alone(tx, network_id)
    version = await tx.value(
        "UPDATE network SET acl_version = acl_version + 1 WHERE id = :id RETURNING acl_version", id=network_id
    )
    tx.fences[network_id] = version
    tx.announce(CONTROL, "access.changed", network_id, network=network_id)
