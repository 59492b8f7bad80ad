"""Networks: groups with their own members, topics and drop-ins."""

from chat.networks.access import (
    ACCESS,
    is_member,
    joining_in,
    may_read,
    must_have,
    readable,
    readers_among,
    role_in,
    writing_in,
)
from chat.networks.auditing import Entry, Named, Receipt, entries_of, kinds_of, record
from chat.networks.banning import ban, banned_from, unban
from chat.networks.founding import change_access, found, may_found
from chat.networks.inviting import (
    Invited,
    Offer,
    accept,
    invitation_letter,
    invitations_of,
    invite,
    invited,
    revoke,
)
from chat.networks.leaving import leave, remove
from chat.networks.placing import join, only_owner, place
from chat.networks.queries import (
    NetworkSeen,
    Person,
    member_of,
    members_of,
    network_by_id,
    network_of,
    networks_for,
    networks_of,
    open_network_of,
)
from chat.networks.revoking import LetGo, streams_ended
from chat.networks.rights import RIGHTS, Right, has_right
from chat.networks.roles import ROLES, change_role, hand_over

__all__ = [
    "ACCESS",
    "RIGHTS",
    "ROLES",
    "Entry",
    "Invited",
    "LetGo",
    "Named",
    "NetworkSeen",
    "Offer",
    "Person",
    "Receipt",
    "Right",
    "accept",
    "ban",
    "banned_from",
    "change_access",
    "change_role",
    "entries_of",
    "found",
    "hand_over",
    "has_right",
    "invitation_letter",
    "invitations_of",
    "invite",
    "invited",
    "is_member",
    "join",
    "joining_in",
    "kinds_of",
    "leave",
    "may_found",
    "may_read",
    "member_of",
    "members_of",
    "must_have",
    "network_by_id",
    "network_of",
    "networks_for",
    "networks_of",
    "only_owner",
    "open_network_of",
    "place",
    "readable",
    "readers_among",
    "record",
    "remove",
    "revoke",
    "role_in",
    "streams_ended",
    "unban",
    "writing_in",
]
