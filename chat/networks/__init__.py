"""Networks: groups with their own members, topics and drop-ins."""

from chat.networks.accepting import Invited, accept, address_of, came_by, invited, way_on
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
from chat.networks.drafting import discard_list, draft_list, forget_lists
from chat.networks.founding import change_access, found, may_found
from chat.networks.invitations import STATES as INVITATION_STATES
from chat.networks.invitations import InvitationSeen, invitations_of
from chat.networks.inviting import (
    Offer,
    another_link,
    invite,
    resend,
    revoke,
)
from chat.networks.inviting_many import (
    A_DAY,
    confirm_list,
    go_on_with_list,
    invite_next,
    stop_list,
)
from chat.networks.lists import VERDICTS, LineSeen, ListSeen, lines_of, list_of, lists_of
from chat.networks.pasting import MOST_BYTES, Entry, entries, read_list
from chat.networks.placing import join, leave, place, remove
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
from chat.networks.rights import RIGHTS, Right, has_right
from chat.networks.sending import invitation_letter, letter_sent

__all__ = [
    "ACCESS",
    "A_DAY",
    "INVITATION_STATES",
    "MOST_BYTES",
    "RIGHTS",
    "VERDICTS",
    "Entry",
    "InvitationSeen",
    "Invited",
    "LineSeen",
    "ListSeen",
    "NetworkSeen",
    "Offer",
    "Person",
    "Right",
    "accept",
    "address_of",
    "another_link",
    "ban",
    "banned_from",
    "came_by",
    "change_access",
    "confirm_list",
    "discard_list",
    "draft_list",
    "entries",
    "forget_lists",
    "found",
    "go_on_with_list",
    "has_right",
    "invitation_letter",
    "invitations_of",
    "invite",
    "invite_next",
    "invited",
    "is_member",
    "join",
    "joining_in",
    "leave",
    "letter_sent",
    "lines_of",
    "list_of",
    "lists_of",
    "may_found",
    "may_read",
    "member_of",
    "members_of",
    "must_have",
    "network_by_id",
    "network_of",
    "networks_for",
    "networks_of",
    "open_network_of",
    "place",
    "read_list",
    "readable",
    "readers_among",
    "record",
    "remove",
    "resend",
    "revoke",
    "role_in",
    "stop_list",
    "unban",
    "way_on",
    "writing_in",
]
