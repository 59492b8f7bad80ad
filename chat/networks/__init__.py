"""Networks: groups with their own members, topics and drop-ins."""

from chat.networks.access import (
    ACCESS,
    has_right,
    is_member,
    may_read,
    must_have,
    readable,
    readers_among,
    role_in,
    writing_in,
)
from chat.networks.founding import found, may_found
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
from chat.networks.queries import (
    NetworkSeen,
    Person,
    members_of,
    network_by_id,
    network_of,
    networks_for,
    networks_of,
    open_network_of,
)

__all__ = [
    "ACCESS",
    "Invited",
    "NetworkSeen",
    "Offer",
    "Person",
    "accept",
    "found",
    "has_right",
    "invitation_letter",
    "invitations_of",
    "invite",
    "invited",
    "is_member",
    "join",
    "leave",
    "may_found",
    "may_read",
    "members_of",
    "must_have",
    "network_by_id",
    "network_of",
    "networks_for",
    "networks_of",
    "open_network_of",
    "place",
    "readable",
    "readers_among",
    "remove",
    "revoke",
    "role_in",
    "writing_in",
]
