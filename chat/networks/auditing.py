"""The audit log of a network: who did what to whom, and when."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from chat import clock
from chat.db import Transaction
from chat.members import Viewer, must_act
from chat.networks.access import must_have
from chat.networks.queries import NetworkSeen


async def record(
    tx: Transaction,
    network_id: int,
    actor_id: int | None,
    action: str,
    subject_id: int | None = None,
    **details: Any,
) -> int:
    """Write an entry with the change that it is about; its id. Nobody acts (None) when the hub itself does."""
    return await tx.value(
        "INSERT INTO audit_entry (network_id, at, actor_id, action, subject_id, details) "
        "VALUES (:network, :at, :actor, :action, :subject, CAST(:details AS jsonb)) RETURNING id",
        network=network_id,
        at=clock.now(),
        actor=actor_id,
        action=action,
        subject=subject_id,
        details=msgspec.json.encode(details).decode(),
    )


class Named(NamedTuple):
    handle: str
    name: str


class Receipt(NamedTuple):
    """What ended by an entry, on all processes together: streams, letters, invitations. `at`: the last of them."""

    what: str
    at: datetime
    number: int


class Entry(NamedTuple):
    id: int
    at: datetime
    actor: Named | None
    action: str
    subject: Named | None
    details: dict[str, Any]
    receipts: list[Receipt]


PERSON = "(actor.handle = :person OR subject.handle = :person OR actor.name ILIKE :like OR subject.name ILIKE :like)"


async def entries_of(
    tx: Transaction,
    owner: Viewer | None,
    network: NetworkSeen,
    *,
    person: str = "",
    kind: str = "",
    before: int = 0,
    limit: int = 50,
) -> list[Entry]:
    """What happened, newest first, for the network's owners. `person`: a handle, or a part of a name, of whoever did
    it or had it done to them; `kind`: an action; `before`: the id of the last entry that is known."""
    await must_have(tx, must_act(owner), network.id, "read_audit")
    narrowed = {
        "audit_entry.id < :before": {"before": before} if before else None,
        "action = :kind": {"kind": kind} if kind else None,
        PERSON: {"person": person.lower().removeprefix("@"), "like": _like(person)} if person else None,
    }
    rows = await tx.all(
        "SELECT audit_entry.id, at, action, details, actor.handle AS by, actor.name AS by_name, "  # noqa: S608
        "subject.handle AS whom, subject.name AS whom_name FROM audit_entry "
        "LEFT JOIN member AS actor ON actor.id = actor_id LEFT JOIN member AS subject ON subject.id = subject_id "
        f"WHERE {' AND '.join(['network_id = :network', *(where for where, params in narrowed.items() if params)])} "
        "ORDER BY audit_entry.id DESC LIMIT :limit",
        network=network.id,
        limit=limit,
        **{name: value for params in narrowed.values() if params for name, value in params.items()},
    )
    receipts = await _receipts(tx, [row.id for row in rows])
    return [
        Entry(r.id, r.at, _named(r.by, r.by_name), r.action, _named(r.whom, r.whom_name), r.details, receipts.get(r.id, []))
        for r in rows
    ]  # fmt: skip


async def kinds_of(tx: Transaction, owner: Viewer | None, network: NetworkSeen) -> list[str]:
    """The actions that the network's log knows."""
    await must_have(tx, must_act(owner), network.id, "read_audit")
    rows = await tx.all(
        "SELECT DISTINCT action FROM audit_entry WHERE network_id = :network ORDER BY action",
        network=network.id,
    )
    return [action for (action,) in rows]


async def _receipts(tx: Transaction, entries: list[int]) -> dict[int, list[Receipt]]:
    found: dict[int, list[Receipt]] = {}
    for audit_id, *receipt in await tx.all(
        "SELECT audit_id, what, max(at), sum(count) FROM receipt WHERE audit_id = ANY(:entries) GROUP BY audit_id, what ORDER BY 3, 2",
        entries=entries,
    ):
        found.setdefault(audit_id, []).append(Receipt(*receipt))
    return found


def _named(handle: str | None, name: str | None) -> Named | None:
    return Named(handle, name) if handle and name else None


def _like(text: str) -> str:
    """A pattern of what contains a text, whatever signs are in it."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
