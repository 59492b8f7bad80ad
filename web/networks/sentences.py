"""An entry of the audit log in a sentence, for the page and for the table that owners take away."""

import re
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

from chat.languages import _, many
from chat.networks import Entry, Named, Receipt
from web.networks.actions import SENTENCES, TITLES
from web.networks.wording import access_in_words, outcome_in_words, role_in_words, settings_in_words

# Details that are words of ours. Only these actions have them: in others they may be what somebody wrote.
IN_WORDS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "network.founded": {"access": access_in_words},
    "access.changed": {"before": access_in_words, "after": access_in_words},
    "role.changed": {"before": role_in_words, "after": role_in_words},
    "settings.changed": {"changed": settings_in_words},
    "flag.settled": {"outcome": outcome_in_words},
    "member.joined": {"role": role_in_words},
    "invitation.sent": {"role": role_in_words},
    "batch.confirmed": {"role": role_in_words},
}


def told(entry: Entry, people: Callable[[Named], str] = lambda person: person.name, text: Any = str) -> str:
    """What happened. `people` says how somebody is named, `text` what a sentence is made of: Markup escapes what
    is filled into it."""
    words = {
        **{name: _plain(value) for name, value in _in_words(entry).items() if value not in (None, "")},
        "actor": people(entry.actor) if entry.actor else _("The hub"),
    }
    if entry.subject:
        words["subject"] = people(entry.subject)
    for wording in SENTENCES.get(entry.action, ()):
        if _fields(wording) <= words.keys():
            said = text(_(wording)).format_map(words)
            if entry.details.get("former") is True:
                said += " " + _("What they wrote is shown as by a former member.")
            return said
    return _otherwise(entry, words, text)


def title(action: str) -> str:
    """`role.changed` as "Role changed"."""
    return _(TITLES[action]) if action in TITLES else re.sub(r"[._]", " ", action).capitalize()


def receipt(of: Receipt, when: str) -> str:
    """2 connections ended 03:12:07.412"""
    match of.what:
        case "streams":
            return many(of.number, "{n} connection ended {when}", "{n} connections ended {when}", when=when)
        case "letters":
            return many(of.number, "{n} letter stopped {when}", "{n} letters stopped {when}", when=when)
        case "requests":
            return many(of.number, "{n} request ended {when}", "{n} requests ended {when}", when=when)
        case "invitations":
            return many(of.number, "{n} invitation ended {when}", "{n} invitations ended {when}", when=when)
        case "calendar feed":
            return many(
                of.number,
                "{n} calendar’s address ended {when}",
                "{n} calendars’ addresses ended {when}",
                when=when,
            )
        case "feed":
            return many(
                of.number, "{n} feed’s address ended {when}", "{n} feeds’ addresses ended {when}", when=when
            )
    return f"{of.what}: {of.number}, {when}"


def _in_words(entry: Entry) -> Mapping[str, Any]:
    say = IN_WORDS.get(entry.action, {})
    return {name: say[name](value) if name in say else value for name, value in entry.details.items()}


def _otherwise(entry: Entry, words: Mapping[str, str], text: Any) -> str:
    told = text("{actor}: {what}").format(actor=words["actor"], what=title(entry.action).lower())
    if "subject" in words:
        told += text(", {subject}").format(subject=words["subject"])
    details = ", ".join(f"{name}: {_plain(value)}" for name, value in entry.details.items())
    return told + (text(" ({details})").format(details=details) if details else "") + "."


def _fields(wording: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(wording) if name}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value)
