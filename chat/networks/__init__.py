"""Networks: groups with their own members, topics and drop-ins."""

from chat.networks.access import (
    ACCESS,
    is_member,
    joining_in,
    may_read,
    must_have,
    nothing_there,
    readable,
    readers_among,
    role_in,
    writing_in,
)
from chat.networks.asking import (
    Request,
    Standing,
    ask,
    latest_request,
    standing_of,
    withdraw,
)
from chat.networks.auditing import Entry, Named, Receipt, entries_of, kinds_of, record
from chat.networks.banning import ban, banned_from, unban
from chat.networks.deciding import Asked, decide, decided_in, request_to, requests_to
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
from chat.networks.leaving import leave, remove
from chat.networks.opening_up import AccessNews, access_news
from chat.networks.picturing import picture_of, put_picture, remove_picture
from chat.networks.placing import join, only_owner, place
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
from chat.networks.revoking import LetGo, streams_ended
from chat.networks.rights import RIGHTS, Right, has_right
from chat.networks.roles import ROLES, change_role, hand_over
from chat.networks.shaping import Shape, change_settings, shape_of
from chat.networks.telling import decision_letter, gather_requests, requests_letter

__all__ = [
    "ACCESS",
    "RIGHTS",
    "ROLES",
    "AccessNews",
    "Asked",
    "Directory",
    "Entry",
    "Invited",
    "LetGo",
    "Named",
    "NetworkSeen",
    "Offer",
    "Person",
    "Preferences",
    "Receipt",
    "Request",
    "Right",
    "Shape",
    "Standing",
    "Wanted",
    "accept",
    "access_news",
    "ask",
    "ban",
    "banned_from",
    "change_access",
    "change_role",
    "change_settings",
    "decide",
    "decided_in",
    "decision_letter",
    "directory_of",
    "entries_of",
    "found",
    "gather_requests",
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
    "latest_request",
    "leave",
    "may_found",
    "may_read",
    "member_of",
    "must_have",
    "network_by_id",
    "network_of",
    "networks_for",
    "networks_of",
    "nothing_there",
    "only_owner",
    "open_network_of",
    "picture_of",
    "place",
    "prefer",
    "preferences_of",
    "put_picture",
    "readable",
    "readers_among",
    "record",
    "remove",
    "remove_picture",
    "request_to",
    "requests_letter",
    "requests_to",
    "revoke",
    "role_in",
    "shape_of",
    "standing_of",
    "streams_ended",
    "unban",
    "withdraw",
    "writing_in",
]
