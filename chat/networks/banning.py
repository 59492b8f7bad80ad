"""Banning: whoever is banned has no place in the network, and gets none, until a host takes it back."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.errors import Forbidden, NotFound
from chat.events import member_stream
from chat.members import Viewer, must_act
from chat.networks.access import access_changes, must_have, role_in
from chat.networks.placing import lock
from chat.networks.queries import NetworkSeen
from chat.networks.waiting import end_requests


async def ban(tx: Transaction, host: Viewer | None, network: NetworkSeen, handle: str) -> None:
    """Take a member's place, and the way back to it. Their streams of this network end, with their request and every
    invitation that was sent to them or made by them. Somebody without a place can be banned before they come."""
    host = must_act(host)
    await lock(tx, network.id)
    await must_have(tx, host, network.id, "ban_member")
    member = await _member(tx, handle)
    if member.id == host.id:
        raise Forbidden("You can’t ban yourself. You can leave the network instead.")
    theirs = await role_in(tx, member.id, network.id)
    if theirs == "owner" or (theirs == "host" and await role_in(tx, host.id, network.id) != "owner"):
        raise Forbidden("Only an owner can ban a host, and owners can’t be banned.")
    banned = await tx.run(
        "INSERT INTO membership (network_id, member_id, role, joined_at, ended_at, ended_by, banned_at) "
        "VALUES (:network, :member, 'member', :now, :now, :by, :now) "
        "ON CONFLICT (network_id, member_id) DO UPDATE SET role = 'member', banned_at = :now, "
        "ended_at = coalesce(membership.ended_at, :now), ended_by = :by WHERE membership.banned_at IS NULL",
        network=network.id,
        member=member.id,
        by=host.id,
        now=clock.now(),
    )
    if not banned:
        return
    await tx.run(
        "UPDATE invitation SET revoked_at = :now WHERE network_id = :network AND revoked_at IS NULL "
        "AND (email = :email OR invited_by = :member)",
        now=clock.now(),
        network=network.id,
        email=member.email,
        member=member.id,
    )
    await end_requests(tx, network.id, member.id)
    await access_changes(tx, network.id)
    if theirs:
        tx.announce(member_stream(member.id), "membership.ended", network.id)


async def unban(tx: Transaction, host: Viewer | None, network: NetworkSeen, handle: str) -> None:
    """Take a ban back. The place does not come back with it: they need a new invitation, like all who were removed."""
    await must_have(tx, must_act(host), network.id, "ban_member")
    member = await _member(tx, handle)
    await tx.run(
        "UPDATE membership SET banned_at = NULL WHERE network_id = :network AND member_id = :member",
        network=network.id,
        member=member.id,
    )


async def banned_from(tx: Transaction, host: Viewer | None, network: NetworkSeen) -> list[Any]:
    """Who is banned, the latest first, for the network's hosts: handle, name, banned_at."""
    await must_have(tx, must_act(host), network.id, "ban_member")
    return await tx.all(
        "SELECT handle, name, banned_at FROM membership JOIN member ON member.id = member_id "
        "WHERE network_id = :network AND banned_at IS NOT NULL ORDER BY banned_at DESC LIMIT 500",
        network=network.id,
    )


async def _member(tx: Transaction, handle: str) -> Any:
    row = await tx.first("SELECT id, email FROM member WHERE handle = :handle", handle=handle.lower())
    if row is None:
        raise NotFound("Nobody of that name is a member here.")
    return row
