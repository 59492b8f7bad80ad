"""What the rows of a network say by a word, in the reader's language."""

from chat.languages import _, sentence

ACCESS = {
    "open": sentence("open"),
    "restricted": sentence("restricted"),
    "private": sentence("private"),
    "confidential": sentence("confidential"),
}
ROLES = {"owner": sentence("owner"), "host": sentence("host"), "member": sentence("member")}


# By the names of the fields of chat/networks/shaping.py.
SETTINGS = {
    "name": sentence("the name"),
    "summary": sentence("the summary"),
    "description": sentence("the description"),
    "members_may": sentence("what members may do"),
    "questions": sentence("the questions to newcomers"),
    "invitations_outlive": sentence("what becomes of invitations"),
    "anonymity_since": sentence("posting without a name"),
    "hide_after_flags": sentence("how many flags hide a post"),
}
OUTCOMES = {
    "hidden": sentence("the post was hidden"),
    "removed": sentence("the post was removed"),
    "locked": sentence("the discussion was locked"),
    "warned": sentence("the author was warned"),
    "dismissed": sentence("nothing had to be done"),
}


def access_in_words(access: object) -> str:
    return _(ACCESS[str(access)]) if access in ACCESS else str(access)


def role_in_words(role: object) -> str:
    return _(ROLES[str(role)]) if role in ROLES else str(role)


def settings_in_words(changed: list[str]) -> list[str]:
    return [_(SETTINGS[each]) if each in SETTINGS else each for each in changed]


def outcome_in_words(outcome: object) -> str:
    return _(OUTCOMES[str(outcome)]) if outcome in OUTCOMES else str(outcome)
