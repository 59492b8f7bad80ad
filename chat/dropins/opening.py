"""The turns of a drop-in: lobby, live, wrap-up, follow-up, archive, or missed; each announced exactly once.

A drop-in *is* what the clock says, whoever looks. What is here only says so, and late is better than never.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from chat import clock
from chat.db import AWAY, Database, Transaction, own_fault
from chat.discussions.writing import add_openings
from chat.dropins.queries import FOLLOW_UP, LATE, LOBBY, WRAP_UP
from chat.events import drop_in_stream, fence, network_stream, topic_stream
from chat.jobs import answered

log = structlog.get_logger()

A_BATCH = 100  # drop-ins whose turns are announced in one transaction

# The columns in the order in which they are set, and what each says in the network and in the room.
SAID = {
    "missed": ("dropin.missed", ""),
    "lobbied": ("", "room.lobby"),
    "opened": ("dropin.opened", "room.opened"),
    "closed": ("dropin.closed", "room.wrap_up"),
    "wrapped": ("", "room.follow_up"),
    "archived": ("", "room.archived"),
}

# Of any number of workers one gets the row as it is; the others pass it by, or find it turned.
TAKE = """
SELECT drop_in.*, series.host_id, series.zone, coalesce(drop_in.description, series.description) AS welcome
FROM drop_in JOIN series ON series.id = series_id
WHERE drop_in.id = ANY(:ids) AND cancelled_at IS NULL AND archived_at IS NULL AND (missed_at IS NULL OR closes_at > :now)
ORDER BY drop_in.id FOR NO KEY UPDATE OF drop_in {skip}
"""
SET = "UPDATE drop_in SET {step}_at = :now WHERE id = ANY(:ids) AND {step}_at IS NULL"
# Where a clock went wrong and is right again, its end is still to come.
NOT_MISSED = "UPDATE drop_in SET missed_at = NULL WHERE id = ANY(:ids) AND missed_at IS NOT NULL"
DUE = """
SELECT id FROM (
    SELECT id, opens_at AS at FROM drop_in
    WHERE opened_at IS NULL AND cancelled_at IS NULL AND (missed_at IS NULL OR closes_at > :now)
      AND opens_at <= :lobby AND (opens_at <= :now OR lobbied_at IS NULL)
    UNION ALL
    SELECT id, closes_at FROM drop_in
    WHERE opened_at IS NOT NULL AND archived_at IS NULL AND cancelled_at IS NULL AND closes_at <= :now
      AND (closed_at IS NULL OR (wrapped_at IS NULL AND closes_at <= :wrap) OR closes_at <= :archive)
) AS due ORDER BY at, id
"""


async def turn(tx: Transaction, ids: list[int], *, wait: bool = True) -> list[tuple[int, str]]:
    """Announce whatever is due of these drop-ins; which turn each of them took. Without `wait` those that somebody
    else is at are left to them."""
    now = clock.now()
    rows = await tx.all(TAKE.format(skip="" if wait else "SKIP LOCKED"), ids=ids, now=now)
    steps: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for step in _steps(row, now):
            steps[step].append(row)
    await _ring(tx, [(row.id, at) for row in rows for at in _next(row, now)])
    if not steps:
        return []
    await fence(
        tx, {row.network_id for of in steps.values() for row in of}
    )  # before topics, like all who write
    for step in SAID:
        if of := steps.get(step):
            await tx.run(SET.format(step=step), ids=[row.id for row in of], now=now)
            await _say(tx, step, of)
    await answered(tx, [_key(row.id, at) for row in rows for _, at in _bounds(row) if at <= now])
    return [(row.id, step) for step, of in steps.items() for row in of]


async def open_doors(tx: Transaction, drop_in_id: int) -> bool:
    """Announce what is due of one; whether it opened by this, or turned out to be missed."""
    return bool({step for _, step in await turn(tx, [drop_in_id])} & {"opened", "missed"})


async def close_doors(tx: Transaction, drop_in_id: int) -> bool:
    """Announce what is due of one; whether it ended by this. Its talk stays as a topic."""
    return (drop_in_id, "closed") in await turn(tx, [drop_in_id])


async def due(tx: Transaction) -> list[int]:
    """The drop-ins of which something should have been announced by now, whatever became of their jobs."""
    now = clock.now()
    rows = await tx.all(DUE, now=now, lobby=now + LOBBY, wrap=now - WRAP_UP, archive=now - FOLLOW_UP)
    return [row.id for row in rows]


async def catch_up(db: Database) -> None:
    """Announce all that is due, in batches: five hundred can be due at the same second."""
    async with db.snapshot() as tx:
        ids = await due(tx)
    for first in range(0, len(ids), A_BATCH):
        batch = ids[first : first + A_BATCH]
        if not await _turns(db, batch) and len(batch) > 1:
            for drop_in_id in batch:  # one door that jams keeps no other shut
                await _turns(db, [drop_in_id])


async def _turns(db: Database, ids: list[int]) -> bool:
    try:
        async with db.transaction() as tx:
            await turn(tx, ids, wait=False)
    except Exception as error:
        if isinstance(error, AWAY) and not own_fault(error):
            raise
        if len(ids) == 1:
            log.error("a door jams", drop_in=ids[0], exc_info=error)
        return False
    return True


async def unannounced(tx: Transaction, drop_in_id: int) -> None:
    """Its turns are all to come: it was given another time, or takes place after all."""
    await tx.run(
        "UPDATE drop_in SET lobbied_at = NULL, opened_at = NULL, closed_at = NULL, wrapped_at = NULL, archived_at = NULL, "
        "missed_at = NULL, cancelled_at = NULL, cancelled_by = NULL WHERE id = :id",
        id=drop_in_id,
    )


async def ring_for(tx: Transaction, drop_in_id: int, opens_at: datetime) -> None:
    """Have a date announced when its time comes. A moved one is rung for again; the old ring finds nothing due."""
    await _ring(tx, [(drop_in_id, opens_at - LOBBY)])


async def _ring(tx: Transaction, times: Iterable[tuple[int, datetime]]) -> None:
    rings = [(_key(id, at), at, {"drop_in_id": id}) for id, at in times]
    await tx.enqueue_many("turn_drop_in", rings)


def _key(drop_in_id: int, at: datetime) -> str:
    return f"turn:{drop_in_id}:{at.isoformat()}"


def _bounds(row: Any) -> list[tuple[str, datetime]]:
    """When each turn of a drop-in is due."""
    return [
        ("lobbied", row.opens_at - LOBBY),
        ("opened", row.opens_at),
        ("closed", row.closes_at),
        ("wrapped", row.closes_at + WRAP_UP),
        ("archived", row.closes_at + FOLLOW_UP),
    ]


def _next(row: Any, now: datetime) -> list[datetime]:
    """When a drop-in is to be looked at again, if at all."""
    if row.opened_at is None and row.closes_at <= now:
        return []
    return [at for _, at in _bounds(row) if at > now][:1]


def _steps(row: Any, now: datetime) -> list[str]:
    """The turns that are due and not announced. One that is late by whole states takes them one after the other,
    but who finds the doors open needs no lobby, and nothing opens after its end."""
    if row.opened_at is None and row.closes_at <= now:
        return ["missed"]
    passed = [step for step, at in _bounds(row) if at <= now and getattr(row, f"{step}_at") is None]
    return [step for step in passed if step != "lobbied" or (row.opens_at > now and row.opened_at is None)]


async def _say(tx: Transaction, step: str, rows: list[Any]) -> None:
    if step == "opened":
        await tx.run(NOT_MISSED, ids=[row.id for row in rows])
        await _welcome(tx, rows)
    if step == "missed":
        topics = [row.topic_id for row in rows]
        await tx.run("UPDATE topic SET listed_at = NULL WHERE id = ANY(:ids) AND post_count = 0", ids=topics)
    in_network, in_room = SAID[step]
    for row in rows:
        if in_network:
            tx.announce(network_stream(row.network_id), in_network, row.id, network=row.network_id)
        if in_room:
            tx.announce(drop_in_stream(row.id), in_room, row.id, network=row.network_id)
    if step == "wrapped":
        for row in rows:
            await _write_up(tx, row)


async def _welcome(tx: Transaction, rows: list[Any]) -> None:
    """The host's first words, where nobody has said anything yet; of doors that open late they tell that."""
    now = clock.now()
    openings = []
    for row in rows:
        words = row.welcome or "The doors are open. Welcome!"
        if now - row.opens_at > LATE:
            words += f"\n\n*The doors opened late, at {now.astimezone(ZoneInfo(row.zone)):%H:%M}.*"
        openings.append((row.topic_id, row.host_id, words))
    network_of = {row.topic_id: row.network_id for row in rows}
    for topic_id, post_id in await add_openings(tx, openings):
        tx.announce(topic_stream(topic_id), "post.added", post_id, network=network_of[topic_id])


async def _write_up(tx: Transaction, row: Any) -> None:
    """What a drop-in leaves behind, once the last words are said."""
    await tx.enqueue("draft_minutes", f"minutes:{row.id}", drop_in_id=row.id)
    await tx.enqueue(
        "close_attendance", f"attendance:{row.id}:{row.closes_at.isoformat()}", drop_in_id=row.id
    )
