"""Places in a network: taken, left, taken away."""

from chat import clock
from chat.db import Transaction
from chat.errors import Conflict, Forbidden, NotFound
from chat.events import member_stream
from chat.members import Viewer, must_act
from chat.networks.access import access_changes, role_in
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
        raise Forbidden("Members join this network by invitation, or ask its hosts for a place.")
    await lock(tx, network.id)
    if not await place(tx, network.id, viewer.id) and not await role_in(tx, viewer.id, network.id):
        raise Forbidden("You were removed from this network. Ask one of its hosts for an invitation.")


async def leave(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> None:
    """Give one's place up."""
    viewer = must_act(viewer)
    await lock(tx, network.id)
    if await role_in(tx, viewer.id, network.id) == "owner" and await _owners(tx, network.id) == 1:
        raise Conflict("You are the only owner of this network, so you can’t leave it.")
    await _end(tx, network.id, viewer.id, viewer.id)


async def remove(tx: Transaction, viewer: Viewer | None, network: NetworkSeen, handle: str) -> None:
    """Take a member's place away. What they wrote stays; their live streams of this network end."""
    viewer = must_act(viewer)
    await lock(tx, network.id)
    own = await role_in(tx, viewer.id, network.id)
    row = await tx.first(
        "SELECT member.id, membership.role FROM member JOIN membership ON member_id = member.id "
        "WHERE handle = :handle AND network_id = :network AND ended_at IS NULL AND banned_at IS NULL",
        handle=handle.lower(),
        network=network.id,
    )
    if own not in ("owner", "host"):
        raise Forbidden("Only the network’s hosts can remove a member.")
    if row is None:
        raise NotFound("Nobody of that name is a member of this network.")
    if row.id == viewer.id:
        raise Forbidden("You can’t remove yourself. You can leave the network instead.")
    if row.role == "owner" or (row.role == "host" and own != "owner"):
        raise Forbidden("Only an owner can remove a host, and owners can’t be removed.")
    await _end(tx, network.id, row.id, viewer.id)


async def lock(tx: Transaction, network_id: int) -> None:
    """Changes of who has a place go one after the other."""
    # Before the memberships are looked at, so that of two owners who leave at once one stays.
    await tx.run("SELECT 1 FROM network WHERE id = :id FOR UPDATE", id=network_id)


async def _owners(tx: Transaction, network_id: int) -> int:
    return await tx.value(
        "SELECT count(*) FROM membership WHERE network_id = :id AND role = 'owner' AND ended_at IS NULL AND banned_at IS NULL",
        id=network_id,
    )


async def _end(tx: Transaction, network_id: int, member_id: int, by: int) -> None:
    ended = await tx.run(
        "UPDATE membership SET ended_at = :now, ended_by = :by WHERE network_id = :network AND member_id = :member AND ended_at IS NULL",
        now=clock.now(),
        by=by,
        network=network_id,
        member=member_id,
    )
    if ended:
        await access_changes(tx, network_id)
        tx.announce(member_stream(member_id), "membership.ended", network_id)
