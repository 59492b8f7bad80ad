"""Inviting many at once: a list is checked line by line first, and carried out when its host has seen what it would do.

Jobs carry it out, fifty lines at a time, each chunk in one transaction that leaves the next one behind. A chunk that
is begun again does nothing once it was done: the list remembers how far it got.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chat import clock
from chat.db import Transaction
from chat.errors import Conflict
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks.access import role_in
from chat.networks.auditing import record
from chat.networks.drafting import locked_list
from chat.networks.inviting import EMAIL_LASTS
from chat.networks.queries import NetworkSeen
from chat.networks.rights import has_right
from chat.networks.standing import standing

CHUNK = 50
A_DAY = 5_000  # letters that lists of one network send from midnight to midnight, UTC


async def confirm_list(tx: Transaction, host: Viewer | None, network: NetworkSeen, batch_id: int) -> None:
    """Invite whom the list can invite. Confirming twice sends nothing twice."""
    host = must_act(host)
    batch = await locked_list(tx, host, network, batch_id)
    if batch.confirmed_at:
        return
    count = await tx.value(
        "SELECT count(*) FROM batch_line WHERE batch_id = :id AND verdict = 'invite'", id=batch_id
    )
    if not count:
        raise Conflict(_("There is nobody to invite in this list."))
    await tx.run(
        "UPDATE invitation_batch SET confirmed_at = :now, confirmed_by = :by WHERE id = :id",
        now=clock.now(),
        by=host.id,
        id=batch_id,
    )
    await _ask_for_chunk(tx, batch_id, batch.rounds, batch.reached)
    await record(tx, network.id, host.id, "batch.confirmed", batch=batch_id, lines=count, role=batch.role)


async def stop_list(tx: Transaction, host: Viewer | None, network: NetworkSeen, batch_id: int) -> None:
    """Invite nobody more by this list. Letters of those who were invited already go out."""
    host = must_act(host)
    batch = await locked_list(tx, host, network, batch_id)
    if batch.confirmed_at and not batch.done_at and not batch.stopped_at:
        await _stop(tx, network.id, batch_id, host.id)


async def go_on_with_list(tx: Transaction, host: Viewer | None, network: NetworkSeen, batch_id: int) -> None:
    """Take a stopped list up where it was left."""
    host = must_act(host)
    batch = await locked_list(tx, host, network, batch_id)
    if not batch.stopped_at or batch.done_at:
        return
    await tx.run(
        "UPDATE invitation_batch SET stopped_at = NULL, confirmed_by = :by, rounds = rounds + 1 WHERE id = :id",
        by=host.id,
        id=batch_id,
    )
    await _ask_for_chunk(tx, batch_id, batch.rounds + 1, batch.reached)
    await record(tx, network.id, host.id, "batch.resumed", batch=batch_id)


async def invite_next(tx: Transaction, batch_id: int, round: int, after: int) -> None:
    """Invite the next fifty of a list behind its line `after`, and leave the ones behind them to another job."""
    network_id = await tx.value("SELECT network_id FROM invitation_batch WHERE id = :id", id=batch_id)
    # Of two lists with the same address one comes first. Not FOR UPDATE, which entries of the audit log would wait for.
    await tx.run("SELECT 1 FROM network WHERE id = :id FOR NO KEY UPDATE", id=network_id)
    batch = await tx.first("SELECT * FROM invitation_batch WHERE id = :id FOR UPDATE", id=batch_id)
    if batch is None or batch.stopped_at or batch.done_at or (batch.rounds, batch.reached) != (round, after):
        return
    if not has_right(await role_in(tx, batch.confirmed_by, network_id), "manage_invitations"):
        return await _stop(tx, network_id, batch_id, None)
    room = A_DAY - await _sent_today(tx, network_id)
    if room <= 0:
        return await _ask_for_chunk(tx, batch_id, round, after, run_at=_midnight() + timedelta(days=1))
    lines = await tx.all(
        "SELECT number, email FROM batch_line WHERE batch_id = :id AND number > :after AND verdict = 'invite' ORDER BY number LIMIT :limit",
        id=batch_id,
        after=after,
        limit=min(CHUNK, room),
    )
    if not lines:
        return await _finish(tx, network_id, batch_id)
    await _settle(tx, batch, lines)
    reached = lines[-1].number
    await tx.run(
        "UPDATE invitation_batch SET reached = :reached WHERE id = :id", reached=reached, id=batch_id
    )
    await _ask_for_chunk(tx, batch_id, round, reached)


async def _settle(tx: Transaction, batch: Any, lines: Sequence[Any]) -> None:
    """Invite those who still can be: meanwhile they may have come, been invited or been banned."""
    how = await standing(tx, batch.network_id, [line.email for line in lines])
    now = clock.now()
    made = await tx.all(
        "INSERT INTO invitation (network_id, role, word, email, places, invited_by, created_at, expires_at, batch_id, letters, letter_asked_at) "
        "SELECT CAST(:network AS bigint), :role, :word, email, 1, CAST(:by AS bigint), CAST(:now AS timestamptz), CAST(:expires AS timestamptz), CAST(:batch AS bigint), 1, CAST(:now AS timestamptz) "
        "FROM unnest(CAST(:emails AS text[])) AS email RETURNING id, email",
        network=batch.network_id,
        role=batch.role,
        word=batch.word,
        by=batch.confirmed_by,
        now=now,
        expires=now + EMAIL_LASTS,
        batch=batch.id,
        emails=[line.email for line in lines if how[line.email] == "invite"],
    )
    ids = {row.email: row.id for row in made}
    await tx.run(
        "UPDATE batch_line SET verdict = given.verdict, invitation_id = given.invitation, settled_at = :now "
        "FROM unnest(CAST(:numbers AS integer[]), CAST(:verdicts AS text[]), CAST(:invitations AS bigint[])) AS given (number, verdict, invitation) "
        "WHERE batch_id = :batch AND batch_line.number = given.number",
        now=now,
        batch=batch.id,
        numbers=[line.number for line in lines],
        verdicts=["invited" if line.email in ids else how[line.email] for line in lines],
        invitations=[ids.get(line.email) for line in lines],
    )
    await _ask_for_letters(tx, [row.id for row in made], now)


async def _ask_for_letters(tx: Transaction, invitations: Sequence[int], now: datetime) -> None:
    """One statement instead of fifty; otherwise like `tx.enqueue`, with the keys of `ask_for_letter`."""
    rows = await tx.all(
        "INSERT INTO job (kind, key, args, run_at) SELECT 'send_invitation', key, CAST(args AS jsonb), CAST(:now AS timestamptz) "
        "FROM unnest(CAST(:keys AS text[]), CAST(:args AS text[])) AS given (key, args) ON CONFLICT (key) DO NOTHING RETURNING id",
        now=now,
        keys=[f"invitation:{id}:1" for id in invitations],
        args=[msgspec.json.encode({"invitation_id": id}).decode() for id in invitations],
    )
    tx.jobs += [row.id for row in rows]


async def _ask_for_chunk(
    tx: Transaction, batch_id: int, round: int, after: int, run_at: datetime | None = None
) -> None:
    later = f":{run_at:%Y-%m-%d}" if run_at else ""
    await tx.enqueue(
        "invite_next",
        f"list:{batch_id}:{round}:{after}{later}",
        run_at=run_at,
        batch_id=batch_id,
        round=round,
        after=after,
    )


async def _finish(tx: Transaction, network_id: int, batch_id: int) -> None:
    await tx.run("UPDATE invitation_batch SET done_at = :now WHERE id = :id", now=clock.now(), id=batch_id)
    invited = await tx.value(
        "SELECT count(*) FROM batch_line WHERE batch_id = :id AND verdict = 'invited'", id=batch_id
    )
    await record(tx, network_id, None, "batch.done", batch=batch_id, invited=invited)


async def _stop(tx: Transaction, network_id: int, batch_id: int, by: int | None) -> None:
    await tx.run("UPDATE invitation_batch SET stopped_at = :now WHERE id = :id", now=clock.now(), id=batch_id)
    await record(tx, network_id, by, "batch.stopped", batch=batch_id)


async def _sent_today(tx: Transaction, network_id: int) -> int:
    return await tx.value(
        "SELECT count(*) FROM invitation JOIN invitation_batch ON invitation_batch.id = batch_id "
        "WHERE invitation_batch.network_id = :network AND created_at >= :midnight",
        network=network_id,
        midnight=_midnight(),
    )


def _midnight() -> datetime:
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
