"""Who does what in a network: members are made hosts, hosts owners, and either of them members again."""

from collections.abc import Mapping
from typing import Any

from chat.db import Transaction
from chat.errors import Conflict, Forbidden
from chat.fields import one_of
from chat.languages import _
from chat.members import Viewer, must_act, notify
from chat.networks.access import must_have
from chat.networks.auditing import record
from chat.networks.placing import lock, only_owner, placed
from chat.networks.queries import NetworkSeen
from chat.networks.revoking import end_beyond

ROLES = ("member", "host", "owner")


async def change_role(
    tx: Transaction, owner: Viewer | None, network: NetworkSeen, handle: str, form: Mapping[str, Any]
) -> None:
    """Give a member another role, or oneself while another owner stays. Form: role.

    The invitations that they may not send any more end.
    """
    owner = must_act(owner)
    await lock(tx, network.id)
    await must_have(tx, owner, network.id, "change_role")
    member = await placed(tx, network.id, handle)
    role = one_of("role", form.get("role"), ROLES, called=_("The role"))
    if role == member.role:
        return
    if await only_owner(tx, member.id, network.id):
        raise Conflict(_("You are the only owner of this network. Make somebody else an owner first."))
    await _give(tx, network.id, member.id, role)
    audit_id = await record(
        tx, network.id, owner.id, "role.changed", member.id, before=member.role, after=role
    )
    await end_beyond(tx, network.id, member.id, role, network.opened, audit_id)
    await notify(tx, [member.id], "role.changed", network_id=network.id, actor_id=owner.id)


async def hand_over(tx: Transaction, owner: Viewer | None, network: NetworkSeen, handle: str) -> None:
    """Make a member an owner and oneself a host, in one act."""
    owner = must_act(owner)
    await lock(tx, network.id)
    await must_have(tx, owner, network.id, "change_role")
    member = await placed(tx, network.id, handle)
    if member.id == owner.id:
        raise Forbidden(_("You own this network already."))
    await _give(tx, network.id, member.id, "owner")
    await _give(tx, network.id, owner.id, "host")
    await record(tx, network.id, owner.id, "ownership.transferred", member.id, before=member.role)
    await notify(tx, [member.id], "role.changed", network_id=network.id, actor_id=owner.id)


async def _give(tx: Transaction, network_id: int, member_id: int, role: str) -> None:
    await tx.run(
        "UPDATE membership SET role = :role WHERE network_id = :network AND member_id = :member",
        role=role,
        network=network_id,
        member=member_id,
    )
