"""How a member wants their letters: in which language, by which clocks, and which reminders at all."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chat.db import Transaction
from chat.errors import Invalid
from chat.languages import LANGUAGES, _, is_zone

# Each reminder of a drop-in, as it comes: by e-mail, or in the page.
REMINDERS = tuple(f"{kind}.{by}" for kind in ("day", "soon", "live") for by in ("mail", "page"))
BY_MAIL = tuple(name for name in REMINDERS if name.endswith(".mail"))


class Reader(NamedTuple):
    """`zone` is empty where they have chosen none; `unreminded` are the reminders that they want nowhere."""

    zone: str
    language: str
    unreminded: tuple[str, ...]


async def reader_of(tx: Transaction, member_id: int) -> Reader:
    row = await tx.first("SELECT zone, language, unreminded FROM member WHERE id = :id", id=member_id)
    return Reader(row.zone, row.language, tuple(row.unreminded))


async def choose_letters(tx: Transaction, member_id: int, form: Mapping[str, Any]) -> None:
    """Change one's own choices. Form: zone, language, reminders (those that are wanted); what it leaves out stays."""
    if "zone" in form:
        await tx.run("UPDATE member SET zone = :zone WHERE id = :id", zone=_zone(form["zone"]), id=member_id)
    if "language" in form:
        if form["language"] not in tuple(LANGUAGES):
            raise Invalid("language", _("Choose one of: {choices}.", choices=", ".join(LANGUAGES.values())))
        await tx.run(
            "UPDATE member SET language = :language WHERE id = :id", language=form["language"], id=member_id
        )
    if "reminders" in form:
        await tx.run(
            "UPDATE member SET unreminded = :unwanted WHERE id = :id",
            unwanted=unwanted(form["reminders"]),
            id=member_id,
        )


def unwanted(reminders: object) -> list[str]:
    """The reminders that are not among these. Raises Invalid."""
    if not isinstance(reminders, list) or not all(each in REMINDERS for each in reminders):
        raise Invalid("reminders", _("Reminders are any of: {choices}.", choices=", ".join(REMINDERS)))
    return [each for each in REMINDERS if each not in reminders]


def _zone(value: object) -> str:
    if value == "" or is_zone(value):
        return str(value)
    raise Invalid("zone", _("Choose a time zone such as Europe/London."))
