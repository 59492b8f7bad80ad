"""Members: people with an account, how they get in and how they stay known."""

from chat.members.countries import COUNTRIES
from chat.members.joining import (
    add_member,
    ask_again,
    confirm,
    first_admin_key,
    key_is_good,
    known_address_letter,
    sign_up,
    verification_letter,
    welcome,
)
from chat.members.passwords import hash_password, matches
from chat.members.profiles import Profile, introduce, own_email, profile_of
from chat.members.signing_in import (
    change_password,
    credentials,
    end_session,
    forgot,
    issue_token,
    must_match,
    reset,
    reset_letter,
    sessions_of,
    sign_in,
    sign_out,
)
from chat.members.viewers import Viewer, by_api_token, by_id, by_session, ended_among, must_act, touch_session

__all__ = [
    "COUNTRIES",
    "Profile",
    "Viewer",
    "add_member",
    "ask_again",
    "by_api_token",
    "by_id",
    "by_session",
    "change_password",
    "confirm",
    "credentials",
    "end_session",
    "ended_among",
    "first_admin_key",
    "forgot",
    "hash_password",
    "introduce",
    "issue_token",
    "key_is_good",
    "known_address_letter",
    "matches",
    "must_act",
    "must_match",
    "own_email",
    "profile_of",
    "reset",
    "reset_letter",
    "sessions_of",
    "sign_in",
    "sign_out",
    "sign_up",
    "touch_session",
    "verification_letter",
    "welcome",
]
