"""Networks: groups with their own members, topics and drop-ins."""

from chat.networks.accepting import Invited, accept, address_of, came_by, invited, way_on
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
from chat.networks.leaving import leave, remove
from chat.networks.lists import VERDICTS, LineSeen, ListSeen, lines_of, list_of, lists_of
from chat.networks.opening_up import AccessNews, access_news
from chat.networks.pasting import MOST_BYTES, MOST_LINES, entries, read_list
from chat.networks.picturing import picture_of, put_picture, remove_picture
from chat.networks.placing import join, only_owner, place
from chat.networks.preferring import Preferences, draw_anew, prefer, preferences_of
from chat.networks.queries import (
    NetworkSeen,
    OwnNetwork,
    Person,
    member_of,
    network_by_id,
    network_in,
    network_of,
    network_where,
    networks_for,
    networks_of,
    open_network_of,
)
from chat.networks.revoking import LetGo, streams_ended
from chat.networks.rights import RIGHTS, Right, has_right
from chat.networks.roles import ROLES, change_role, hand_over
from chat.networks.sending import invitation_letter, letter_sent
from chat.networks.shaping import Shape, change_settings, shape_of
from chat.networks.telling import decision_letter, gather_requests, requests_letter

__all__ = [
    "ACCESS",
    "A_DAY",
    "INVITATION_STATES",
    "MOST_BYTES",
    "MOST_LINES",
    "RIGHTS",
    "ROLES",
    "VERDICTS",
    "AccessNews",
    "Asked",
    "Directory",
    "Entry",
    "InvitationSeen",
    "Invited",
    "LetGo",
    "LineSeen",
    "ListSeen",
    "Named",
    "NetworkSeen",
    "Offer",
    "OwnNetwork",
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
    "address_of",
    "another_link",
    "ask",
    "ban",
    "banned_from",
    "came_by",
    "change_access",
    "change_role",
    "change_settings",
    "confirm_list",
    "decide",
    "decided_in",
    "decision_letter",
    "directory_of",
    "discard_list",
    "draft_list",
    "draw_anew",
    "entries",
    "entries_of",
    "forget_lists",
    "found",
    "gather_requests",
    "go_on_with_list",
    "hand_over",
    "has_right",
    "invitation_letter",
    "invitations_of",
    "invite",
    "invite_next",
    "invited",
    "is_member",
    "join",
    "joining_in",
    "kinds_of",
    "latest_request",
    "leave",
    "letter_sent",
    "lines_of",
    "list_of",
    "lists_of",
    "may_found",
    "may_read",
    "member_of",
    "must_have",
    "network_by_id",
    "network_in",
    "network_of",
    "network_where",
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
    "read_list",
    "readable",
    "readers_among",
    "record",
    "remove",
    "remove_picture",
    "request_to",
    "requests_letter",
    "requests_to",
    "resend",
    "revoke",
    "role_in",
    "shape_of",
    "standing_of",
    "stop_list",
    "streams_ended",
    "unban",
    "way_on",
    "withdraw",
    "writing_in",
]
