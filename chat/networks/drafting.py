"""Lists of addresses before anybody is invited: checked line by line, kept for a while, forgotten."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from chat import clock
from chat.db import Transaction
from chat.errors import Conflict, NotFound
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks.access import must_have
from chat.networks.inviting import terms
from chat.networks.pasting import Entry
from chat.networks.queries import NetworkSeen
from chat.networks.standing import standing

SLICE = 1_000  # lines of one statement, so that no other request waits long
DRAFTS_LAST, LINES_LAST = timedelta(days=7), timedelta(days=90)


async def draft_list(
    tx: Transaction,
    host: Viewer | None,
    network: NetworkSeen,
    entries: Sequence[Entry],
    form: Mapping[str, Any],
) -> int:
    """A list with what each of its lines would do; its id. Nobody is invited yet. Form: role, word."""
    host = must_act(host)
    await must_have(tx, host, network.id, "manage_invitations")
    role, word = await terms(tx, host, network.id, form)
    batch_id = await tx.value(
        "INSERT INTO invitation_batch (network_id, role, word, made_by, made_at) VALUES (:network, :role, :word, :by, :now) RETURNING id",
        network=network.id,
        role=role,
        word=word,
        by=host.id,
        now=clock.now(),
    )
    for start in range(0, len(entries), SLICE):
        await _add_lines(tx, network.id, batch_id, start, entries[start : start + SLICE])
    return batch_id


async def discard_list(tx: Transaction, host: Viewer | None, network: NetworkSeen, batch_id: int) -> None:
    """Forget a list that was never confirmed, with all its addresses."""
    batch = await locked_list(tx, must_act(host), network, batch_id)
    if batch.confirmed_at:
        raise Conflict(_("This list has been confirmed. You can stop it, and withdraw its invitations."))
    await _forget(tx, [batch_id])


async def forget_lists(tx: Transaction) -> None:
    """Addresses of people who were never invited are kept a week, those of lists that were carried out three months."""
    rows = await tx.all(
        "SELECT id FROM invitation_batch WHERE confirmed_at IS NULL AND made_at < :drafts LIMIT 100",
        drafts=clock.now() - DRAFTS_LAST,
    )
    await _forget(tx, [row.id for row in rows])
    await tx.run(
        "DELETE FROM batch_line USING invitation_batch WHERE invitation_batch.id = batch_id AND made_at < :before",
        before=clock.now() - LINES_LAST,
    )


async def locked_list(tx: Transaction, host: Viewer, network: NetworkSeen, batch_id: int) -> Any:
    await must_have(tx, host, network.id, "manage_invitations")
    batch = await tx.first(
        "SELECT * FROM invitation_batch WHERE id = :id AND network_id = :network FOR UPDATE",
        id=batch_id,
        network=network.id,
    )
    if batch is None:
        raise NotFound
    return batch


async def _add_lines(
    tx: Transaction, network_id: int, batch_id: int, start: int, entries: Sequence[Entry]
) -> None:
    how = await standing(tx, network_id, {entry.email for entry in entries if entry.email})
    await tx.run(
        "INSERT INTO batch_line (batch_id, number, line, typed, name, email, same_as, verdict) "
        "SELECT CAST(:batch AS bigint), given.* FROM unnest(CAST(:numbers AS integer[]), CAST(:lines AS integer[]), CAST(:typed AS text[]), "
        "CAST(:names AS text[]), CAST(:emails AS text[]), CAST(:same AS integer[]), CAST(:verdicts AS text[])) AS given",
        batch=batch_id,
        numbers=list(range(start + 1, start + 1 + len(entries))),
        lines=[entry.line for entry in entries],
        typed=[entry.typed for entry in entries],
        names=[entry.name for entry in entries],
        emails=[entry.email for entry in entries],
        same=[entry.same_as for entry in entries],
        verdicts=[
            "unreadable" if not entry.email else "repeated" if entry.same_as else how[entry.email]
            for entry in entries
        ],
    )


async def _forget(tx: Transaction, batch_ids: list[int]) -> None:
    await tx.run("DELETE FROM batch_line WHERE batch_id = ANY(:ids)", ids=batch_ids)
    await tx.run("DELETE FROM invitation_batch WHERE id = ANY(:ids)", ids=batch_ids)
