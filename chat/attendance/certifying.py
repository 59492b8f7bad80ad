"""Certificates: what a member shows to others of what they attended."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from chat import clock
from chat.attendance.ledger import entry_of
from chat.db import Transaction
from chat.errors import NotFound
from chat.fields import line
from chat.languages import _
from chat.members import Viewer, must_act

# No letter that is taken for another, whoever types it from paper. 24 of 30 are 117 bits.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 6, 4


class Certificate(NamedTuple):
    """What a certificate says; where the network may not be named it names neither it nor the date."""

    code: str
    name: str
    title: str
    network_name: str
    held_on: date
    minutes: int
    made_at: datetime


# What became confidential since is not named any more.
VALID = """
SELECT code, certificate.name, CASE WHEN access = 'confidential' THEN '' ELSE certificate.title END,
       CASE WHEN access = 'confidential' THEN '' ELSE certificate.network_name END, held_on, certificate.minutes, made_at
FROM certificate
JOIN attended ON attended.id = attended_id
JOIN drop_in ON drop_in.id = attended.drop_in_id
JOIN network ON network.id = drop_in.network_id
WHERE withdrawn_at IS NULL
"""


async def certify(
    tx: Transaction, viewer: Viewer | None, entry_id: int, form: Mapping[str, Any]
) -> Certificate:
    """A certificate of one's own attendance. Form: name, as it is to be written. The one there was with other words is withdrawn."""
    viewer = must_act(viewer)
    name = line("name", form.get("name") or viewer.name, 100, called=_("The name"))
    entry = await entry_of(tx, viewer, entry_id)
    title, network_name = await _names(tx, entry_id)
    # One at a time: two that are asked for at once are one.
    await tx.run("SELECT 1 FROM attended WHERE id = :id FOR UPDATE", id=entry_id)
    said = {
        "name": name, "title": title, "network_name": network_name, "held_on": entry.held_on, "minutes": entry.minutes,
    }  # fmt: skip
    await tx.run(
        "UPDATE certificate SET withdrawn_at = :now WHERE attended_id = :id AND withdrawn_at IS NULL AND "
        "(name, title, network_name, held_on, minutes) IS DISTINCT FROM (:name, :title, :network_name, CAST(:held_on AS date), CAST(:minutes AS integer))",
        id=entry_id,
        now=clock.now(),
        **said,
    )
    await tx.run(
        "INSERT INTO certificate (attended_id, code, name, title, network_name, held_on, minutes, made_at) "
        "VALUES (:id, :code, :name, :title, :network_name, :held_on, :minutes, :now) "
        "ON CONFLICT (attended_id) WHERE withdrawn_at IS NULL DO NOTHING",
        id=entry_id,
        code=new_code(),
        now=clock.now(),
        **said,
    )
    return await own_certificate(tx, viewer, entry_id)


async def withdraw_certificate(tx: Transaction, viewer: Viewer | None, entry_id: int) -> None:
    """Take a certificate back: its address says nothing any more. Where there is none, nothing changes."""
    entry = await entry_of(tx, viewer, entry_id)
    await tx.run(
        "UPDATE certificate SET withdrawn_at = :now WHERE attended_id = :id AND withdrawn_at IS NULL",
        id=entry.id,
        now=clock.now(),
    )


async def own_certificate(tx: Transaction, viewer: Viewer | None, entry_id: int) -> Certificate:
    """The certificate that the viewer has of an entry of theirs."""
    entry = await entry_of(tx, viewer, entry_id)
    row = await tx.first(VALID + "AND attended.id = :id", id=entry.id)
    if row is None:
        raise NotFound(_("There is no certificate of this yet."))
    return Certificate(*row)


async def certificate_by(tx: Transaction, code: str) -> Certificate:
    """What a certificate says, for anybody who has its code. One that was withdrawn and one that never was are one answer."""
    row = await tx.first(VALID + "AND code = :code", code=written(code))
    if row is None:
        raise NotFound(
            _("There is no certificate with this code. It may have been withdrawn, or a letter is wrong.")
        )
    return Certificate(*row)


def new_code() -> str:
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def written(code: str) -> str:
    """A code as it is kept, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    return "-".join(plain[i : i + GROUP] for i in range(0, len(plain), GROUP))


async def _names(tx: Transaction, entry_id: int) -> tuple[str, str]:
    """What may be shown to others: not what a confidential network calls itself or its dates."""
    row = await tx.first(
        "SELECT CASE WHEN access = 'confidential' THEN '' ELSE attended.title END AS title, "
        "CASE WHEN access = 'confidential' THEN '' ELSE attended.network_name END AS network_name "
        "FROM attended JOIN drop_in ON drop_in.id = drop_in_id JOIN network ON network.id = drop_in.network_id "
        "WHERE attended.id = :id",
        id=entry_id,
    )
    return row.title, row.network_name
