"""Banning: whoever is banned has no place in the network, and gets none, until a host takes it back."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.errors import Forbidden, NotFound
from chat.events import member_stream
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks.access import must_have, role_in
from chat.networks.auditing import record
from chat.networks.leaving import outranks
from chat.networks.placing import lock
from chat.networks.queries import NetworkSeen
from chat.networks.revoking import end_the_rest


async def ban(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, handle: str, *, former: bool = False
) -> None:
    """Take a member's place, and the way back to it. Their streams of this network end, and their invitations.

    Somebody without a place can be banned before they come. `former`: what they wrote is shown as by a former member.
    """
    host = must_act(host)
    await lock(tx, network.id)
    await must_have(tx, host, network.id, "ban_member")
    member_id = await _member(tx, handle)
    if member_id == host.id:
        raise Forbidden(_("You can’t ban yourself. You can leave the network instead."))
    theirs = await role_in(tx, member_id, network.id)
    if theirs not in (None, "member") and not await outranks(tx, host, network, theirs):
        raise Forbidden(_("Only an owner can ban a host, and owners can’t be banned."))
    now = clock.now()
    banned = await tx.run(
        "INSERT INTO membership (network_id, member_id, role, joined_at, ended_at, ended_by, banned_at) "
        "VALUES (:network, :member, 'member', :now, :now, :by, :now) "
        "ON CONFLICT (network_id, member_id) DO UPDATE SET role = 'member', banned_at = :now, "
        "ended_at = coalesce(membership.ended_at, :now), ended_by = :by, "
        "former_at = coalesce(CAST(:former AS timestamptz), membership.former_at) WHERE membership.banned_at IS NULL",
        network=network.id,
        member=member_id,
        by=host.id,
        former=now if former else None,
        now=now,
    )
    if not banned:
        return
    await end_the_rest(tx, network.id, member_id, host.id, "member.banned", role=theirs, former=former)
    if theirs:
        tx.announce(member_stream(member_id), "membership.ended", network.id)


async def unban(tx: Transaction, host: Viewer | None, network: NetworkSeen, handle: str) -> None:
    """Take a ban back. The place does not come back with it: they need a new invitation, like all who were removed."""
    host = must_act(host)
    await lock(tx, network.id)
    await must_have(tx, host, network.id, "ban_member")
    member_id = await _member(tx, handle)
    lifted = await tx.run(
        "UPDATE membership SET banned_at = NULL WHERE network_id = :network AND member_id = :member "
        "AND banned_at IS NOT NULL",
        network=network.id,
        member=member_id,
    )
    if lifted:
        await record(tx, network.id, host.id, "ban.lifted", member_id)


async def banned_from(tx: Transaction, host: Viewer | None, network: NetworkSeen) -> list[Any]:
    """Who is banned, the latest first, for the network's hosts: handle, name, banned_at, and by whom."""
    await must_have(tx, must_act(host), network.id, "ban_member")
    return await tx.all(
        "SELECT member.handle, member.name, banned_at, host.name AS by FROM membership JOIN member ON member.id = member_id "
        "LEFT JOIN member AS host ON host.id = ended_by "
        "WHERE network_id = :network AND banned_at IS NOT NULL ORDER BY banned_at DESC LIMIT 500",
        network=network.id,
    )


async def _member(tx: Transaction, handle: str) -> int:
    member_id = await tx.value("SELECT id FROM member WHERE handle = :handle", handle=handle.lower())
    if member_id is None:
        raise NotFound(_("Nobody of that name is a member here."))
    return member_id
