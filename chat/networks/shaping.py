"""A network's settings: what its owners say of it, and what they let members do."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import Invalid
from chat.events import LOOKS
from chat.fields import line, prose, whole_number
from chat.languages import _
from chat.markup import render
from chat.members import Viewer, must_act
from chat.networks.access import must_have
from chat.networks.auditing import record
from chat.networks.placing import lock
from chat.networks.queries import NetworkSeen
from chat.networks.rights import RIGHTS

LONGEST_DESCRIPTION = 16 * 1024  # bytes of Markdown
MOST_QUESTIONS = 5
LONGEST_QUESTION = 200  # characters
OPENABLE = tuple(right for right, row in RIGHTS.items() if row.if_opened)


class Shape(NamedTuple):
    """What a network's owners have set."""

    name: str
    summary: str
    description: str
    members_may: list[str]
    questions: list[str]
    invitations_outlive: bool
    anonymity_since: datetime | None
    hide_after_flags: int | None


async def shape_of(tx: Transaction, owner: Viewer | None, network: NetworkSeen) -> Shape:
    """The settings, for those who may change them."""
    await must_have(tx, must_act(owner), network.id, "change_settings")
    return await _shape(tx, network.id)


async def change_settings(
    tx: Transaction, owner: Viewer | None, network: NetworkSeen, form: Mapping[str, Any]
) -> list[str]:
    """Change what the form names; the names of what has changed.

    Form: name, summary, description, members_may (rights), questions, invitations_outlive, anonymity (true or false),
    hide_after_flags (2 to 20, or nothing).
    """
    owner = must_act(owner)
    await lock(tx, network.id)
    await must_have(tx, owner, network.id, "change_settings")
    old = await _shape(tx, network.id)
    new = _reshaped(old, form)
    changed = [field for field in Shape._fields if getattr(old, field) != getattr(new, field)]
    if not changed:
        return []
    await tx.run(
        "UPDATE network SET name = :name, summary = :summary, description = :description, description_html = :html, "
        "members_may = :members_may, questions = :questions, invitations_outlive = :invitations_outlive, "
        "anonymity_since = :anonymity_since, hide_after_flags = :hide_after_flags WHERE id = :id",
        id=network.id,
        html=render(new.description),
        **new._asdict(),
    )
    await record(tx, network.id, owner.id, "settings.changed", **_details(old, new, changed))
    tx.announce(LOOKS, "network.shaped", network.id)
    return changed


def _reshaped(old: Shape, form: Mapping[str, Any]) -> Shape:
    said = {field: read(form[field]) for field, read in READ.items() if field in form}
    if "anonymity" in said:  # from when it was first allowed, so that saving again says nothing new
        since = old.anonymity_since or clock.now()
        said["anonymity_since"] = since if said.pop("anonymity") else None
    return old._replace(**said)


def _details(old: Shape, new: Shape, changed: list[str]) -> dict[str, Any]:
    """What the log keeps: which settings, and for short ones what they were. The description's text is not for a log."""
    details: dict[str, Any] = {"changed": changed}
    if old.name != new.name:
        details["name"] = {"from": old.name, "to": new.name}
    if old.members_may != new.members_may:
        details["members_may"] = new.members_may
    return details


def _members_may(value: object) -> list[str]:
    if not isinstance(value, list) or not set(map(str, value)) <= set(OPENABLE):
        raise Invalid(
            "members_may", _("Members can be given these rights: {choices}.", choices=", ".join(OPENABLE))
        )
    return [right for right in OPENABLE if right in value]


def _questions(value: object) -> list[str]:
    """From several texts, or from one with a question in each line."""
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list):
        raise Invalid("questions", _("The questions must be a list of texts."))
    asked = [line("questions", q, LONGEST_QUESTION, called=_("A question"), required=False) for q in lines]
    asked = [question for question in asked if question]
    if len(asked) > MOST_QUESTIONS:
        raise Invalid(
            "questions",
            _("You can ask {n} questions at most; these are {given}.", n=MOST_QUESTIONS, given=len(asked)),
        )
    return asked


def _hide_after_flags(value: object) -> int | None:
    """How many members’ flags hide a post; none do, by default."""
    called = _("The number of flags that hide a post")
    number = whole_number("hide_after_flags", value, 0, 20, called=called, otherwise=0)
    if number == 1:
        raise Invalid("hide_after_flags", _("It takes two members at least."))
    return number or None


def _yes_or_no(field: str) -> Callable[[object], bool]:
    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise Invalid(field, _("This must be true or false."))
        return value

    return read


READ: dict[str, Callable[[Any], Any]] = {
    "name": lambda value: line("name", value, 80, called=_("The name")),
    "summary": lambda value: prose("summary", value, 1024, called=_("The summary"), required=False),
    "description": lambda value: prose(
        "description", value, LONGEST_DESCRIPTION, called=_("The description"), required=False
    ),
    "members_may": _members_may,
    "questions": _questions,
    "invitations_outlive": _yes_or_no("invitations_outlive"),
    "anonymity": _yes_or_no("anonymity"),
    "hide_after_flags": _hide_after_flags,
}


async def _shape(tx: Transaction, network_id: int) -> Shape:
    row = await tx.first(
        "SELECT name, summary, description, members_may, questions, invitations_outlive, anonymity_since, hide_after_flags "
        "FROM network WHERE id = :id",
        id=network_id,
    )
    return Shape(*row)
