"""Doors: opened and closed by the clock, and announced exactly once.

A drop-in *is* open while opens_at <= now < closes_at, whoever looks. These verbs only say so.
"""

from datetime import datetime

from chat import clock
from chat.db import Transaction
from chat.discussions.writing import add_post
from chat.events import drop_in_stream, network_stream, topic_stream
from chat.markup import render
from chat.networks import writing_in

# Compare and set: of any number of workers, one finds the row as it should be.
OPEN = """
UPDATE drop_in SET opened_at = :now
FROM series WHERE series.id = series_id AND drop_in.id = :id
  AND opened_at IS NULL AND missed_at IS NULL AND opens_at <= :now AND closes_at > :now
RETURNING drop_in.network_id, topic_id, closes_at, series.host_id, series.description
"""
CLOSE = """
UPDATE drop_in SET closed_at = :now
WHERE id = :id AND opened_at IS NOT NULL AND closed_at IS NULL AND closes_at <= :now
RETURNING network_id, topic_id
"""
MISS = """
UPDATE drop_in SET missed_at = :now
WHERE id = :id AND opened_at IS NULL AND missed_at IS NULL AND closes_at <= :now
RETURNING network_id, topic_id
"""


async def open_doors(tx: Transaction, drop_in_id: int) -> bool:
    """Announce that a drop-in is open; late is better than never, and past its end it is said to be missed."""
    row = await tx.first(OPEN, id=drop_in_id, now=clock.now())
    if row is None:
        return await _miss(tx, drop_in_id)
    await writing_in(tx, row.network_id)  # network before topic, like everybody who writes
    welcome = row.description or "The doors are open. Welcome!"
    if not await tx.value("SELECT 1 FROM post WHERE topic_id = :topic LIMIT 1", topic=row.topic_id):
        post = await add_post(tx, row.topic_id, row.host_id, welcome, render(welcome))
        tx.announce(topic_stream(row.topic_id), "post.added", post["id"], network=row.network_id)
    tx.announce(network_stream(row.network_id), "dropin.opened", drop_in_id, network=row.network_id)
    tx.announce(drop_in_stream(drop_in_id), "room.opened", drop_in_id, network=row.network_id)
    await tx.enqueue(
        "close_doors",
        f"close:{drop_in_id}:{row.closes_at.isoformat()}",
        run_at=row.closes_at,
        drop_in_id=drop_in_id,
    )
    return True


async def close_doors(tx: Transaction, drop_in_id: int) -> bool:
    """Announce that a drop-in is over. Its talk stays as a topic."""
    row = await tx.first(CLOSE, id=drop_in_id, now=clock.now())
    if row is None:
        return False
    tx.announce(network_stream(row.network_id), "dropin.closed", drop_in_id, network=row.network_id)
    tx.announce(drop_in_stream(drop_in_id), "room.closed", drop_in_id, network=row.network_id)
    return True


async def ring_for(tx: Transaction, drop_in_id: int, opens_at: datetime) -> None:
    """Have the doors announced when the time comes. A moved date is rung for again; the old ring finds nothing due."""
    await tx.enqueue(
        "open_doors", f"open:{drop_in_id}:{opens_at.isoformat()}", run_at=opens_at, drop_in_id=drop_in_id
    )


async def due(tx: Transaction) -> tuple[list[int], list[int]]:
    """What should have been announced by now, whatever became of the jobs: to open, to close."""
    now = clock.now()
    to_open = await tx.all(
        "SELECT id FROM drop_in WHERE opens_at <= :now AND opened_at IS NULL AND missed_at IS NULL", now=now
    )
    to_close = await tx.all(
        "SELECT id FROM drop_in WHERE closes_at <= :now AND opened_at IS NOT NULL AND closed_at IS NULL",
        now=now,
    )
    return [row.id for row in to_open], [row.id for row in to_close]


async def _miss(tx: Transaction, drop_in_id: int) -> bool:
    row = await tx.first(MISS, id=drop_in_id, now=clock.now())
    if row is None:
        return False
    await writing_in(tx, row.network_id)
    await tx.run("UPDATE topic SET listed_at = NULL WHERE id = :id AND post_count = 0", id=row.topic_id)
    tx.announce(network_stream(row.network_id), "dropin.missed", drop_in_id, network=row.network_id)
    return True
