"""What each address about a network takes of whoever asks: a right of chat/networks/rights.py, or one of a few words."""

from chat.networks import RIGHTS, has_right
from tests.web.addresses import addresses

# Who asks, and the role that they have.
ROLES = {
    "a visitor": None,
    "an outsider": None,
    "a former member": None,
    "a banned member": None,
    "a member": "member",
    "a host": "host",
    "an owner": "owner",
}
SENT_AWAY = ("a former member", "a banned member")
WERE_IN = (*SENT_AWAY, "a member", "a host", "an owner")

# In an open network some rights are for more people than those who have a role; whoever posts there joins by it.
# Then they ask as members do.
IN_THE_OPEN = {
    "read": set(ROLES),
    "see_people": ROLES.keys() - {"a visitor"},
    "reply": {"an outsider"},
    "start_topic": {"an outsider"},
}

# What an address takes where it is no right.
KNOW = "to know of it"  # everybody, unless the network is confidential
KNOW_SIGNED_IN = "to know of it and be signed in"
READ_SIGNED_IN = "to read it and be signed in"
SEE_PICTURE = "to see its picture"  # of a private network outsiders see the name alone
OPEN = "it to be open"  # then it is for everybody, else for nobody
BELONG = "to be in it"
JOIN = "to join it"  # again changes nothing
ASK = "to ask for a place"
OWN = "to have written it, and read it"
REWRITE = "to have written it, and be let write"
NOBODY = "to be nobody"


def may(who: str, need: str, access: str, opened: tuple[str, ...] = ()) -> bool:
    """Whether the table of rights, or the word, lets somebody do what takes this, in a network of this access."""
    role, is_open, signed_in = ROLES[who], access == "open", who != "a visitor"
    if need in RIGHTS:
        return has_right(role, need, opened) or (
            is_open and who in IN_THE_OPEN.get(need, ()) and has_right("member", need, opened)
        )
    knows = role is not None or access != "confidential"
    reads = role is not None or is_open
    return {
        KNOW: knows,
        KNOW_SIGNED_IN: knows and signed_in,
        READ_SIGNED_IN: reads and signed_in,
        SEE_PICTURE: reads or access == "restricted",
        OPEN: is_open,
        BELONG: role is not None,
        JOIN: role is not None or (is_open and who == "an outsider"),
        ASK: who == "an outsider" and access in ("restricted", "private"),
        OWN: reads and who in WERE_IN,
        REWRITE: role is not None,
        NOBODY: False,
    }[need]


# What it takes, or what it takes for each of these, which tests/web/test_matrix.py sets up.
Needs = str | dict[str, str]
USUAL, HOST, BANNED = "a member", "a host", "somebody banned"
A_DATE = "a date that is to come"
OVER = "a drop-in that is over"
POLLED, REMOVED = "a discussion with a poll", "a post that a host removed"
OWN_POST, OWN_ITEM, UNSIGNED, REVEALED = (
    "one's own post",
    "one's own proposal",
    "an anonymous post",
    "an anonymous post that two hosts agreed on",
)

N, A = "/networks/{slug}", "/api/v1/networks/{slug}"
MANY = "/invitations/many/{id:id}"
NEEDS: dict[tuple[str, str], Needs] = {
    ("GET", N): KNOW,
    ("POST", f"{N}/join"): JOIN,
    ("GET", f"{N}/leave"): "leave",
    ("POST", f"{N}/leave"): KNOW_SIGNED_IN,  # who has no place may leave as often as they like
    ("GET", f"{N}/members/{{handle}}"): "remove_member",
    ("POST", f"{N}/members/{{handle}}/role"): "change_role",
    ("POST", f"{N}/members/{{handle}}/transfer"): "change_role",
    ("POST", f"{N}/members/{{handle}}/remove"): {USUAL: "remove_member", HOST: "remove_host"},
    ("GET", f"{N}/bans"): "ban_member",
    ("POST", f"{N}/bans"): "ban_member",  # that it may not be a host is said in the form
    ("POST", f"{N}/bans/{{handle}}/lift"): {BANNED: "ban_member"},
    ("GET", f"{N}/audit"): "read_audit",
    ("GET", f"{N}/audit.csv"): "read_audit",
    ("GET", f"{N}/members"): "see_people",
    ("GET", f"{N}/preferences"): BELONG,
    ("POST", f"{N}/preferences"): BELONG,
    ("GET", f"{N}/announcements"): BELONG,
    ("POST", f"{N}/announcements"): "announce",
    ("GET", f"{N}/announcements/new"): "announce",
    ("GET", f"{N}/announcements/{{id:id}}"): BELONG,
    ("POST", f"{N}/announcements/{{id:id}}/dismiss"): BELONG,
    ("POST", f"{N}/announcements/{{id:id}}/remove"): "announce",
    ("GET", f"{N}/dashboard"): "see_dashboard",
    ("GET", f"{N}/settings"): "change_settings",
    ("POST", f"{N}/settings"): "change_settings",
    ("GET", f"{N}/settings/picture"): "change_settings",
    ("POST", f"{N}/settings/picture"): "change_settings",
    ("POST", f"{N}/settings/picture/remove"): "change_settings",
    ("GET", f"{N}/picture"): SEE_PICTURE,
    ("GET", f"{N}/access"): "change_access",
    ("POST", f"{N}/access"): "change_access",
    ("GET", f"{N}/requests"): "answer_requests",
    ("POST", f"{N}/requests"): ASK,
    ("POST", f"{N}/requests/withdraw"): KNOW_SIGNED_IN,  # where none waits, nothing comes of it
    ("POST", f"{N}/requests/{{id:id}}"): "answer_requests",
    ("GET", f"{N}/invitations"): "invite",
    ("POST", f"{N}/invitations"): "invite",
    ("POST", f"{N}/invitations/{{id:id}}/link"): "manage_invitations",
    ("POST", f"{N}/invitations/{{id:id}}/resend"): "manage_invitations",
    ("POST", f"{N}/invitations/{{id:id}}/revoke"): "manage_invitations",
    ("GET", f"{N}/invitations/many"): "manage_invitations",
    ("POST", f"{N}/invitations/many"): "manage_invitations",
    ("GET", f"{N}{MANY}"): "manage_invitations",
    ("GET", f"{N}{MANY}/report.csv"): "manage_invitations",
    ("POST", f"{N}{MANY}/confirm"): "manage_invitations",
    ("POST", f"{N}{MANY}/stop"): "manage_invitations",
    ("POST", f"{N}{MANY}/go-on"): "manage_invitations",
    ("POST", f"{N}{MANY}/discard"): "manage_invitations",
    ("GET", f"{N}/topics/new"): "start_topic",
    ("POST", f"{N}/topics"): "start_topic",
    ("GET", f"{N}/tags"): "read",
    ("GET", f"{N}/tags/{{tag}}"): "read",
    ("GET", f"{N}/drop-ins"): "read",
    ("GET", f"{N}/calendar"): "read",
    ("POST", f"{N}/calendar"): BELONG,
    ("GET", f"{N}/calendar.ics"): OPEN,
    ("GET", f"{N}/feed"): "read",
    ("POST", f"{N}/feed"): BELONG,
    ("GET", f"{N}/feed.atom"): OPEN,
    ("GET", "/topics/{id:id}/feed.atom"): OPEN,
    ("GET", f"{N}/series/new"): "run_drop_ins",
    ("POST", f"{N}/series"): "run_drop_ins",
    ("POST", "/series/{id:id}/hold"): "run_drop_ins",
    ("GET", "/series/{id:id}/edit"): "run_drop_ins",
    ("POST", "/series/{id:id}/edit"): "run_drop_ins",
    ("GET", "/series/{id:id}/end"): "run_drop_ins",
    ("POST", "/series/{id:id}/end"): "run_drop_ins",
    ("POST", "/series/{id:id}/skip"): "run_drop_ins",
    ("POST", "/series/{id:id}/take-place"): "run_drop_ins",
    ("GET", "/series/{id:id}/room"): "read",
    ("GET", "/drop-ins/{id:id}"): "read",
    ("POST", "/drop-ins/{id:id}/rsvp"): "reply",
    ("POST", "/series/{id:id}/rsvp"): "reply",
    ("POST", "/drop-ins/{id:id}/questions"): BELONG,
    ("POST", "/questions/{id:id}/vote"): BELONG,
    ("POST", "/questions/{id:id}/withdraw"): "run_drop_ins",
    ("POST", "/questions/{id:id}/settle"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/hand"): BELONG,
    ("POST", "/drop-ins/{id:id}/hands/next"): "run_drop_ins",
    ("POST", "/hands/{id:id}/call"): "run_drop_ins",
    ("POST", "/hands/{id:id}/lower"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/polls"): "run_drop_ins",
    ("POST", "/polls/{id:id}/ballot"): BELONG,
    ("POST", "/polls/{id:id}/settle"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/links"): BELONG,
    ("POST", "/links/{id:id}/remove"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/mute"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/unmute"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/lobby"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/let-in"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/agenda"): BELONG,
    ("POST", "/drop-ins/{id:id}/agenda/next"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/agenda/back"): "run_drop_ins",
    ("POST", "/agenda/{id:id}/vote"): BELONG,
    ("POST", "/agenda/{id:id}/withdraw"): {USUAL: NOBODY, OWN_ITEM: BELONG},
    ("POST", "/agenda/{id:id}/take"): "run_drop_ins",
    ("POST", "/agenda/{id:id}/leave-out"): "run_drop_ins",
    ("POST", "/agenda/{id:id}/move"): "run_drop_ins",
    ("POST", "/agenda/{id:id}/minutes"): "run_drop_ins",
    ("GET", "/drop-ins/{id:id}/edit"): {A_DATE: "run_drop_ins"},
    ("POST", "/drop-ins/{id:id}/edit"): {A_DATE: "run_drop_ins"},
    ("POST", "/drop-ins/{id:id}/cancel"): {A_DATE: "run_drop_ins"},
    ("POST", "/drop-ins/{id:id}/restore"): {A_DATE: "run_drop_ins"},
    ("POST", "/drop-ins/{id:id}/open"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/extend"): "run_drop_ins",
    ("POST", "/drop-ins/{id:id}/end"): "run_drop_ins",
    ("GET", "/drop-ins/{id:id}/attendance"): {OVER: "run_drop_ins"},
    ("GET", "/drop-ins/{id:id}/attendance.csv"): {OVER: "run_drop_ins"},
    ("GET", f"{N}/minutes"): "read",
    ("GET", "/drop-ins/{id:id}/minutes"): {OVER: "read"},
    ("POST", "/drop-ins/{id:id}/minutes"): {OVER: "run_drop_ins"},
    ("GET", "/drop-ins/{id:id}/minutes/edit"): {OVER: "run_drop_ins"},
    ("POST", "/drop-ins/{id:id}/minutes/draft"): {OVER: "run_drop_ins"},
    ("GET", "/topics/{id:id}"): "read",
    ("POST", "/topics/{id:id}"): "reply",
    ("POST", "/topics/{id:id}/read"): READ_SIGNED_IN,
    ("GET", "/topics/{id:id}/tags"): "tend_topics",
    ("POST", "/topics/{id:id}/tags"): "tend_topics",
    ("GET", "/topics/{id:id}/poll"): "tend_topics",
    ("POST", "/topics/{id:id}/poll"): "tend_topics",
    ("POST", "/topics/{id:id}/poll/vote"): {POLLED: "reply"},
    ("GET", "/topics/{id:id}/poll/numbers"): {POLLED: "read"},
    ("POST", "/topics/{id:id}/poll/settle"): {POLLED: "tend_topics"},
    ("POST", "/topics/{id:id}/unsolve"): "tend_topics",
    ("GET", "/posts/{id:id}/reactions"): "read",
    ("POST", "/posts/{id:id}/reactions"): "reply",
    ("GET", "/posts/{id:id}/history"): "read",
    ("POST", "/posts/{id:id}/history/{rev:id}/remove"): "remove_post",
    ("POST", "/posts/{id:id}/solve"): "tend_topics",
    ("POST", "/posts/{id:id}/restore"): {REMOVED: "remove_post"},
    ("GET", "/posts/{id:id}/edit"): {USUAL: NOBODY, OWN_POST: OWN},
    ("POST", "/posts/{id:id}/edit"): {USUAL: NOBODY, OWN_POST: REWRITE},
    ("GET", "/posts/{id:id}/remove"): {USUAL: "remove_post", OWN_POST: OWN},
    ("POST", "/posts/{id:id}/remove"): {USUAL: "remove_post", OWN_POST: OWN},
    ("GET", "/posts/{id:id}/unmask"): {UNSIGNED: "unmask"},
    ("POST", "/posts/{id:id}/unmask"): {UNSIGNED: "unmask"},
    ("POST", "/posts/{id:id}/unmask/reveal"): {REVEALED: "unmask"},
    ("POST", "/unmaskings/{id:id}/agree"): "unmask",
    ("POST", "/unmaskings/{id:id}/decline"): "unmask",
    ("GET", f"{N}/unmaskings"): "unmask",
    ("GET", A): KNOW,
    ("PATCH", A): "change_access",
    ("GET", f"{A}/settings"): "change_settings",
    ("GET", f"{A}/picture"): SEE_PICTURE,
    ("PUT", f"{A}/picture"): "change_settings",
    ("DELETE", f"{A}/picture"): "change_settings",
    ("GET", f"{A}/requests"): "answer_requests",
    ("POST", f"{A}/requests"): ASK,
    ("POST", f"{A}/requests/{{id:id}}"): "answer_requests",
    ("GET", f"{A}/request"): KNOW_SIGNED_IN,
    ("DELETE", f"{A}/request"): KNOW_SIGNED_IN,
    ("POST", f"{A}/join"): JOIN,
    ("GET", f"{A}/members"): "see_people",
    ("GET", f"{A}/members/{{handle}}"): "see_people",
    ("PATCH", f"{A}/members/{{handle}}"): "change_role",
    ("DELETE", f"{A}/members/{{handle}}"): {USUAL: "remove_member", HOST: "remove_host"},
    ("POST", f"{A}/members/{{handle}}/transfer"): "change_role",
    ("POST", f"{A}/leave"): KNOW_SIGNED_IN,
    ("GET", f"{A}/audit"): "read_audit",
    ("GET", f"{A}/preferences"): BELONG,
    ("PATCH", f"{A}/preferences"): BELONG,
    ("GET", f"{A}/announcements"): BELONG,
    ("POST", f"{A}/announcements"): "announce",
    ("GET", f"{A}/announcements/{{id:id}}"): BELONG,
    ("DELETE", f"{A}/announcements/{{id:id}}"): "announce",
    ("POST", f"{A}/announcements/{{id:id}}/dismiss"): BELONG,
    ("GET", f"{A}/dashboard"): "see_dashboard",
    ("GET", f"{A}/bans"): "ban_member",
    ("PUT", f"{A}/bans/{{handle}}"): {USUAL: "ban_member", HOST: "remove_host"},
    ("DELETE", f"{A}/bans/{{handle}}"): {BANNED: "ban_member"},
    ("GET", f"{A}/invitations"): "invite",
    ("POST", f"{A}/invitations"): "invite",
    ("DELETE", f"{A}/invitations/{{id:id}}"): "manage_invitations",
    ("POST", f"{A}/invitations/{{id:id}}/link"): "manage_invitations",
    ("POST", f"{A}/invitations/{{id:id}}/resend"): "manage_invitations",
    ("POST", f"{A}/invitations/many"): "manage_invitations",
    ("GET", f"{A}{MANY}"): "manage_invitations",
    ("DELETE", f"{A}{MANY}"): "manage_invitations",
    ("GET", f"{A}{MANY}/lines"): "manage_invitations",
    ("POST", f"{A}{MANY}/confirm"): "manage_invitations",
    ("POST", f"{A}{MANY}/stop"): "manage_invitations",
    ("POST", f"{A}{MANY}/go-on"): "manage_invitations",
    ("GET", f"{A}/topics"): "read",
    ("POST", f"{A}/topics"): "start_topic",
    ("GET", "/api/v1/topics/{id:id}"): "read",
    ("GET", "/api/v1/topics/{id:id}/posts"): "read",
    ("POST", "/api/v1/topics/{id:id}/posts"): "reply",
    ("POST", "/api/v1/topics/{id:id}/read"): READ_SIGNED_IN,
    ("GET", "/api/v1/posts/{id:id}"): "read",
    ("GET", f"{A}/tags"): "read",
    ("PUT", "/api/v1/topics/{id:id}/tags"): "tend_topics",
    ("PUT", "/api/v1/topics/{id:id}/answer"): "tend_topics",
    ("DELETE", "/api/v1/topics/{id:id}/answer"): "tend_topics",
    ("GET", "/api/v1/topics/{id:id}/poll"): {POLLED: "read"},
    ("POST", "/api/v1/topics/{id:id}/poll"): "tend_topics",
    ("PATCH", "/api/v1/topics/{id:id}/poll"): {POLLED: "tend_topics"},
    ("DELETE", "/api/v1/topics/{id:id}/poll"): {POLLED: "tend_topics"},
    ("PUT", "/api/v1/topics/{id:id}/poll/ballot"): {POLLED: "reply"},
    ("GET", "/api/v1/posts/{id:id}/reactions"): "read",
    ("PUT", "/api/v1/posts/{id:id}/reactions/{kind}"): "reply",
    ("DELETE", "/api/v1/posts/{id:id}/reactions/{kind}"): "reply",
    ("GET", "/api/v1/posts/{id:id}/history"): "read",
    ("DELETE", "/api/v1/posts/{id:id}/history/{rev:id}"): "remove_post",
    ("POST", "/api/v1/posts/{id:id}/restore"): {REMOVED: "remove_post"},
    ("PATCH", "/api/v1/posts/{id:id}"): {USUAL: NOBODY, OWN_POST: REWRITE},
    ("DELETE", "/api/v1/posts/{id:id}"): {USUAL: "remove_post", OWN_POST: OWN},
    ("GET", "/api/v1/posts/{id:id}/unmaskings"): {UNSIGNED: "unmask"},
    ("POST", "/api/v1/posts/{id:id}/unmaskings"): {UNSIGNED: "unmask"},
    ("POST", "/api/v1/posts/{id:id}/unmaskings/reveal"): {REVEALED: "unmask"},
    ("POST", "/api/v1/unmaskings/{id:id}/agree"): "unmask",
    ("POST", "/api/v1/unmaskings/{id:id}/decline"): "unmask",
    ("GET", f"{A}/unmaskings"): "unmask",
    ("GET", f"{A}/series"): "read",
    ("POST", f"{A}/series"): "run_drop_ins",
    ("GET", f"{A}/drop-ins"): "read",
    ("GET", "/api/v1/series/{id:id}"): "read",
    ("PATCH", "/api/v1/series/{id:id}"): "run_drop_ins",
    ("POST", "/api/v1/series/{id:id}/hold"): "run_drop_ins",
    ("POST", "/api/v1/series/{id:id}/end"): "run_drop_ins",
    ("POST", "/api/v1/series/{id:id}/skip"): "run_drop_ins",
    ("POST", "/api/v1/series/{id:id}/take-place"): "run_drop_ins",
    ("GET", "/api/v1/drop-ins/{id:id}"): "read",
    ("GET", "/api/v1/drop-ins/{id:id}/rsvps"): BELONG,
    ("PUT", "/api/v1/drop-ins/{id:id}/rsvp"): "reply",
    ("DELETE", "/api/v1/drop-ins/{id:id}/rsvp"): READ_SIGNED_IN,
    ("PUT", "/api/v1/series/{id:id}/rsvp"): "reply",
    ("DELETE", "/api/v1/series/{id:id}/rsvp"): READ_SIGNED_IN,
    ("GET", "/api/v1/drop-ins/{id:id}/room"): BELONG,
    ("POST", "/api/v1/drop-ins/{id:id}/questions"): BELONG,
    ("PATCH", "/api/v1/questions/{id:id}"): "run_drop_ins",
    ("DELETE", "/api/v1/questions/{id:id}"): "run_drop_ins",
    ("PUT", "/api/v1/questions/{id:id}/vote"): BELONG,
    ("DELETE", "/api/v1/questions/{id:id}/vote"): BELONG,
    ("PUT", "/api/v1/drop-ins/{id:id}/hand"): BELONG,
    ("DELETE", "/api/v1/drop-ins/{id:id}/hand"): BELONG,
    ("POST", "/api/v1/drop-ins/{id:id}/hands/next"): "run_drop_ins",
    ("POST", "/api/v1/hands/{id:id}/call"): "run_drop_ins",
    ("DELETE", "/api/v1/hands/{id:id}"): "run_drop_ins",
    ("POST", "/api/v1/drop-ins/{id:id}/polls"): "run_drop_ins",
    ("PATCH", "/api/v1/polls/{id:id}"): "run_drop_ins",
    ("DELETE", "/api/v1/polls/{id:id}"): "run_drop_ins",
    ("PUT", "/api/v1/polls/{id:id}/ballot"): BELONG,
    ("POST", "/api/v1/drop-ins/{id:id}/links"): BELONG,
    ("DELETE", "/api/v1/links/{id:id}"): "run_drop_ins",
    ("GET", "/api/v1/drop-ins/{id:id}/apart"): "run_drop_ins",
    ("PUT", "/api/v1/drop-ins/{id:id}/muted/{handle}"): "run_drop_ins",
    ("DELETE", "/api/v1/drop-ins/{id:id}/muted/{handle}"): "run_drop_ins",
    ("PUT", "/api/v1/drop-ins/{id:id}/lobby/{handle}"): "run_drop_ins",
    ("DELETE", "/api/v1/drop-ins/{id:id}/lobby/{handle}"): "run_drop_ins",
    ("GET", "/api/v1/drop-ins/{id:id}/agenda"): "read",
    ("POST", "/api/v1/drop-ins/{id:id}/agenda"): BELONG,
    ("POST", "/api/v1/drop-ins/{id:id}/agenda/next"): "run_drop_ins",
    ("POST", "/api/v1/drop-ins/{id:id}/agenda/back"): "run_drop_ins",
    ("PATCH", "/api/v1/agenda/{id:id}"): "run_drop_ins",
    ("DELETE", "/api/v1/agenda/{id:id}"): {USUAL: NOBODY, OWN_ITEM: BELONG},
    ("PUT", "/api/v1/agenda/{id:id}/vote"): BELONG,
    ("DELETE", "/api/v1/agenda/{id:id}/vote"): BELONG,
    ("PATCH", "/api/v1/drop-ins/{id:id}"): {A_DATE: "run_drop_ins"},
    ("POST", "/api/v1/drop-ins/{id:id}/following"): {A_DATE: "run_drop_ins"},
    ("POST", "/api/v1/drop-ins/{id:id}/cancel"): {A_DATE: "run_drop_ins"},
    ("POST", "/api/v1/drop-ins/{id:id}/restore"): {A_DATE: "run_drop_ins"},
    ("POST", "/api/v1/drop-ins/{id:id}/open"): "run_drop_ins",
    ("POST", "/api/v1/drop-ins/{id:id}/extend"): "run_drop_ins",
    ("POST", "/api/v1/drop-ins/{id:id}/end"): "run_drop_ins",
    ("GET", "/api/v1/drop-ins/{id:id}/attendance"): {OVER: "run_drop_ins"},
    ("GET", f"{A}/minutes"): "read",
    ("GET", "/api/v1/drop-ins/{id:id}/minutes"): {OVER: "read"},
    ("PUT", "/api/v1/drop-ins/{id:id}/minutes"): {OVER: "run_drop_ins"},
    ("POST", "/api/v1/drop-ins/{id:id}/minutes/draft"): {OVER: "run_drop_ins"},
}  # fmt: skip

# What else there is, at the site and at the API. Any other address is about a network.
ELSEWHERE = ("/", "/networks", "/networks/new")
ELSEWHERE_BELOW = (
    "/calendars", "/feeds", "/sitemap", "/search", "/sign-", "/check-your-mail", "/verify", "/welcome/", "/forgot", "/reset/", "/settings", "/members/", "/notices", "/i/", "/rsvp/", "/unsubscribe/",
    "/me", "/invitations/{token}/", "/healthz", "/readyz", "/robots.txt", "/dev/", "/static/", "/attendance", "/certificates/",
)  # fmt: skip


def about_networks() -> set[tuple[str, str]]:
    """The addresses that are about a network."""
    return {
        (a.method, a.path)
        for a in addresses()
        if not (path := a.path.removeprefix("/api/v1")).startswith(ELSEWHERE_BELOW) and path not in ELSEWHERE
    }
