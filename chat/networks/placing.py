"""Places in a network, and how one is taken."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.errors import Forbidden, NotFound
from chat.events import alone, member_stream
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks.access import access_changes, role_in
from chat.networks.auditing import record
from chat.networks.queries import NetworkSeen
from chat.networks.waiting import end_requests


async def place(
    tx: Transaction, network_id: int, member_id: int, role: str = "member", invited_by: int | None = None
) -> bool:
    """Give a member a place; False when they already have one, which then stays as it is.

    Whoever was removed comes back by a new invitation alone.
    """
    new = await tx.run(
        "INSERT INTO membership (network_id, member_id, role, invited_by, joined_at) VALUES (:network, :member, :role, :by, :now) "
        "ON CONFLICT (network_id, member_id) DO UPDATE SET role = excluded.role, invited_by = excluded.invited_by, "
        "joined_at = excluded.joined_at, ended_at = NULL, ended_by = NULL "
        "WHERE membership.ended_at IS NOT NULL AND membership.banned_at IS NULL "
        "AND (membership.ended_by = membership.member_id OR excluded.invited_by IS NOT NULL)",
        network=network_id,
        member=member_id,
        role=role,
        by=invited_by,
        now=clock.now(),
    )
    if new:
        await record(tx, network_id, member_id, "member.joined", member_id, role=role)
        await end_requests(tx, network_id, member_id)
        await access_changes(tx, network_id)
        tx.announce(member_stream(member_id), "membership.began", network_id)
    return bool(new)


async def join(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> None:
    """Take a place in an open network."""
    viewer = must_act(viewer)
    if network.role:
        return
    if network.access != "open":
        raise Forbidden(_("Members join this network by invitation, or ask its hosts for a place."))
    await lock(tx, network.id)
    if not await place(tx, network.id, viewer.id) and not await role_in(tx, viewer.id, network.id):
        raise Forbidden(_("You were removed from this network. Ask one of its hosts for an invitation."))


async def lock(tx: Transaction, network_id: int) -> None:
    """Changes of who has a place, and which role, go one after the other."""
    # Before the memberships are looked at, so that of two owners who leave at once one stays.
    await alone(tx, network_id)


async def placed(tx: Transaction, network_id: int, handle: str) -> Any:
    """Who has a place, by handle: id, name, role. Raises NotFound."""
    row = await tx.first(
        "SELECT member.id, member.name, membership.role FROM member JOIN membership ON member_id = member.id "
        "WHERE handle = :handle AND network_id = :network AND ended_at IS NULL AND banned_at IS NULL",
        handle=handle.lower(),
        network=network_id,
    )
    if row is None:
        raise NotFound(_("Nobody of that name is a member of this network."))
    return row


async def only_owner(tx: Transaction, member_id: int, network_id: int) -> bool:
    """Whether nobody would own the network without this member. Under the lock this stays true."""
    owners = await tx.all(
        "SELECT member_id FROM membership WHERE network_id = :id AND role = 'owner' AND ended_at IS NULL "
        "AND banned_at IS NULL LIMIT 2",
        id=network_id,
    )
    return [owner for (owner,) in owners] == [member_id]
