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
from chat.networks.auditing import record
from chat.networks.banning import ban, banned_from, unban
from chat.networks.directory import Directory, Wanted, directory_of
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
from chat.networks.placing import join, leave, place, remove
from chat.networks.preferring import Preferences, prefer, preferences_of
from chat.networks.queries import (
    NetworkSeen,
    Person,
    member_of,
    network_by_id,
    network_of,
    networks_for,
    networks_of,
    open_network_of,
)
from chat.networks.rights import RIGHTS, Right, has_right

__all__ = [
    "ACCESS",
    "RIGHTS",
    "Directory",
    "Invited",
    "NetworkSeen",
    "Offer",
    "Person",
    "Preferences",
    "Right",
    "Wanted",
    "accept",
    "ban",
    "banned_from",
    "change_access",
    "directory_of",
    "found",
    "has_right",
    "invitation_letter",
    "invitations_of",
    "invite",
    "invited",
    "is_member",
    "join",
    "joining_in",
    "leave",
    "may_found",
    "may_read",
    "member_of",
    "must_have",
    "network_by_id",
    "network_of",
    "networks_for",
    "networks_of",
    "open_network_of",
    "place",
    "prefer",
    "preferences_of",
    "readable",
    "readers_among",
    "record",
    "remove",
    "revoke",
    "role_in",
    "unban",
    "writing_in",
]
