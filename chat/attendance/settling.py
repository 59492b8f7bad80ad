"""After the wrap-up: who was there for a minute or more keeps it, whatever becomes of their place."""

from datetime import timedelta

from chat import clock
from chat.db import Transaction
from chat.dropins.queries import WRAP_UP

LAST_NOTES = timedelta(
    minutes=2
)  # web processes note every half a minute; a database may be away a little longer
LOOK_BACK = timedelta(hours=6)
KEPT = timedelta(days=400)  # thirteen months: until the year after has been written up

# Minutes that a late note adds are added. What a confidential network calls itself and its dates stays inside.
SETTLE = """
INSERT INTO attended (drop_in_id, member_id, title, network_name, minutes)
SELECT drop_in.id, attendance.member_id,
       CASE WHEN network.access = 'confidential' THEN '' ELSE coalesce(drop_in.title, series.title) END,
       CASE WHEN network.access = 'confidential' THEN '' ELSE network.name END,
       floor(extract(epoch FROM sum(until_at - from_at)) / 60)
FROM attendance
JOIN drop_in ON drop_in.id = drop_in_id
JOIN series ON series.id = series_id
JOIN network ON network.id = drop_in.network_id
WHERE drop_in.id = ANY(:ids)
GROUP BY drop_in.id, attendance.member_id, series.id, network.id
HAVING sum(until_at - from_at) >= interval '1 minute'
ON CONFLICT (drop_in_id, member_id) DO UPDATE SET minutes = excluded.minutes WHERE attended.minutes <> excluded.minutes
"""


async def close_attendance(tx: Transaction, drop_in_id: int) -> None:
    """Settle who was there, when the wrap-up is over; called before it, this comes back then. Safe to repeat."""
    closes_at = await tx.value(
        "SELECT closes_at FROM drop_in WHERE id = :id AND cancelled_at IS NULL", id=drop_in_id
    )
    if closes_at is None:
        return
    when = closes_at + WRAP_UP + LAST_NOTES
    if clock.now() < when:
        await tx.enqueue(
            "close_attendance",
            f"attendance:{drop_in_id}:{when.isoformat()}",
            run_at=when,
            drop_in_id=drop_in_id,
        )
    else:
        await tx.run(SETTLE, ids=[drop_in_id])


async def settle_late(tx: Transaction) -> None:
    """Those of the last hours, whatever became of their jobs, and whatever was noted after them."""
    last = clock.now() - WRAP_UP - LAST_NOTES
    rows = await tx.all(
        "SELECT id FROM drop_in WHERE closes_at BETWEEN :first AND :last AND cancelled_at IS NULL ORDER BY id",
        first=last - LOOK_BACK,
        last=last,
    )
    if rows:
        await tx.run(SETTLE, ids=[id for (id,) in rows])


async def forget_old(tx: Transaction) -> None:
    """Who was where is no host's business for ever. What its members keep stays theirs."""
    await tx.run(
        "DELETE FROM attendance USING drop_in WHERE drop_in.id = drop_in_id AND closes_at < :before",
        before=clock.now() - KEPT,
    )
