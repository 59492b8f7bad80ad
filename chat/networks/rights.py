"""What each role may do in a network: the one table that pages, the API, the documentation and the tests go by."""

from collections.abc import Collection
from typing import NamedTuple


class Right(NamedTuple):
    """`roles` have it; `if_opened` says that a network's owners can open it to members too."""

    what: str
    roles: tuple[str, ...]
    if_opened: bool = False


OWNERS = ("owner",)
HOSTS = ("owner", "host")
ALL = ("owner", "host", "member")

RIGHTS = {
    "read": Right("Read what is said; in an open network everybody does", ALL),
    "see_people": Right("See who is in it; in an open network every member of the hub does", ALL),
    "reply": Right("Answer in a discussion, and post in the talk of a drop-in", ALL),
    "start_topic": Right("Start a discussion", HOSTS, if_opened=True),
    "invite": Right("Invite people as members, and withdraw one’s own invitations", HOSTS, if_opened=True),
    "leave": Right("Leave, unless one is the only owner", ALL),
    "run_drop_ins": Right("Schedule drop-ins and open their doors", HOSTS),
    "remove_post": Right("Remove what others wrote", HOSTS),
    "tend_topics": Right("Mark answers, change tags and ask polls in others’ discussions", HOSTS),
    "manage_invitations": Right(
        "See and withdraw everybody’s invitations, invite many at once, and invite hosts", HOSTS
    ),
    "unmask": Right("With another host, learn who wrote an anonymous post", HOSTS),
    "answer_requests": Right("Answer requests to join", HOSTS),
    "announce": Right("Announce something to all members", HOSTS),
    "see_dashboard": Right("See the network’s figures", HOSTS),
    "remove_member": Right("Remove a member", HOSTS),
    "ban_member": Right("Ban a member, and take a ban back", HOSTS),
    "remove_host": Right("Remove or ban a host", OWNERS),
    "change_role": Right("Make members hosts, hosts owners, and either of them members again", OWNERS),
    "change_settings": Right("Change the network’s name, description, picture and rules", OWNERS),
    "change_access": Right("Change who can see it", OWNERS),
    "read_audit": Right("Read the audit log", OWNERS),
}

# What it takes to remove somebody, by their role. Owners can't be: they are made something else first.
TO_REMOVE = {"member": "remove_member", "host": "remove_host"}


def has_right(role: str | None, right: str, opened: Collection[str] = ()) -> bool:
    """Whether a role has a right in a network that opens these ones to its members."""
    row = RIGHTS[right]
    return role in row.roles or (role is not None and row.if_opened and right in opened)
