"""Places in a network, given up and taken away."""

from chat.db import Transaction
from chat.errors import Conflict, Forbidden
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks.access import must_have, role_in
from chat.networks.placing import lock, only_owner, placed
from chat.networks.queries import NetworkSeen
from chat.networks.revoking import end_place
from chat.networks.rights import TO_REMOVE, has_right


async def leave(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, *, former: bool = False
) -> None:
    """Give one's place up. `former`: what they wrote is shown as by a former member."""
    viewer = must_act(viewer)
    await lock(tx, network.id)
    if await only_owner(tx, viewer.id, network.id):
        raise Conflict(
            _("You are the only owner of this network, so you can’t leave it. Hand it over first.")
        )
    await end_place(tx, network.id, viewer.id, viewer.id, "member.left", former=former)


async def remove(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, handle: str, *, former: bool = False
) -> None:
    """Take a member's place away. What they wrote stays; their live streams of this network end."""
    host = must_act(host)
    await lock(tx, network.id)
    await must_have(tx, host, network.id, "remove_member")
    member = await placed(tx, network.id, handle)
    if member.id == host.id:
        raise Forbidden(_("You can’t remove yourself. You can leave the network instead."))
    if not await outranks(tx, host, network, member.role):
        raise Forbidden(_("Only an owner can remove a host, and owners can’t be removed."))
    await end_place(tx, network.id, member.id, host.id, "member.removed", former=former)


async def outranks(tx: Transaction, viewer: Viewer, network: NetworkSeen, role: str) -> bool:
    """Whether the viewer may send away whoever has this role."""
    needed = TO_REMOVE.get(role)
    return needed is not None and has_right(await role_in(tx, viewer.id, network.id), needed, network.opened)
