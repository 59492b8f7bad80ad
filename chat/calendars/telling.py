"""Telling those who said yes or maybe that a date has changed, fifty at a time: in the page, then by letter."""

from typing import Any

from redis.asyncio import Redis

from chat import clock
from chat.calendars.inviting import mail_date
from chat.db import Database, Transaction
from chat.events import member_stream
from chat.members import notify
from chat.rounds import AT_ONCE, mail_each, next_round

NOTICES = {"moved": "dropin.moved", "cancelled": "dropin.cancelled"}

# Who comes, or may, and still has a place in the network; by their answer to the date, or else to its series.
CONCERNED = """
SELECT said.member_id FROM (
    SELECT member_id, answer FROM rsvp WHERE drop_in_id = :id
    UNION ALL
    SELECT member_id, answer FROM series_rsvp WHERE series_id = :series
      AND NOT EXISTS (SELECT FROM rsvp WHERE drop_in_id = :id AND rsvp.member_id = series_rsvp.member_id)
) AS said
JOIN membership ON membership.network_id = :network AND membership.member_id = said.member_id
    AND membership.ended_at IS NULL AND membership.banned_at IS NULL
WHERE answer IN ('yes', 'maybe') AND said.member_id > :after ORDER BY said.member_id LIMIT :limit
"""
# Whose calendar has the series has the date by it.
CLAIM = """
INSERT INTO calendar_date (drop_in_id, member_id, told, known, holds)
SELECT :id, one, :sequence, CASE WHEN whole > '' THEN 0 ELSE -1 END, CASE WHEN whole > '' THEN 'yes' END
FROM unnest(CAST(:members AS bigint[])) AS one
LEFT JOIN calendar_series ON calendar_series.member_id = one AND calendar_series.series_id = :series
ON CONFLICT (drop_in_id, member_id) DO UPDATE SET told = :sequence WHERE calendar_date.told < :sequence
RETURNING member_id
"""


async def tell_change(tx: Transaction, drop_in_id: int, sequence: int, what: str, after: int = 0) -> None:
    """Tell the next of them in the page, and leave their letters and those behind them to other jobs.

    Their rows keep them from being told twice, whatever dies in between and however often this runs.
    """
    date = await tx.first("SELECT * FROM drop_in WHERE id = :id", id=drop_in_id)
    if date is None or date.closes_at <= clock.now():
        return
    which = {"id": drop_in_id, "series": date.series_id}
    rows = await tx.all(CONCERNED, **which, network=date.network_id, after=after, limit=AT_ONCE)
    members = [row.member_id for row in rows]
    if not members:
        return
    claimed = await tx.all(CLAIM, **which, members=members, sequence=sequence)
    kind = NOTICES.get(what)
    if kind and (what == "cancelled") == (date.cancelled_at is not None):
        await _notify(tx, [row.member_id for row in claimed], kind, date)
    await next_round(
        tx, "tell_change", f"{drop_in_id}:{sequence}", members[-1], mailing="mail_change", after=after,
        drop_in_id=drop_in_id, sequence=sequence, what=what,
    )  # fmt: skip


async def mail_change(
    db: Database, redis: Redis, drop_in_id: int, sequence: int, what: str, after: int, through: int
) -> None:
    """Hand over the letters to these members that have not gone out."""
    async with db.snapshot() as tx:
        waiting = await tx.all(
            "SELECT member_id FROM calendar_date WHERE drop_in_id = :id AND member_id > :after AND member_id <= :through "
            "AND told >= :sequence AND known < :sequence ORDER BY member_id",
            id=drop_in_id,
            after=after,
            through=through,
            sequence=sequence,
        )
    await mail_each(
        (row.member_id for row in waiting),
        lambda member_id: mail_date(db, redis, drop_in_id, member_id, what, sequence),
    )


async def _notify(tx: Transaction, members: list[int], kind: str, date: Any) -> None:
    """A notice each. The newest says it all: those of the same date before it have done their work."""
    settled = await tx.all(
        "UPDATE notice SET read_at = :now WHERE member_id = ANY(:members) AND kind = ANY(:kinds) AND ref_id = :id "
        "AND read_at IS NULL RETURNING id, member_id",
        now=clock.now(),
        members=members,
        kinds=list(NOTICES.values()),
        id=date.id,
    )
    for row in settled:
        tx.announce(member_stream(row.member_id), "notice.read", row.id)
    await notify(tx, members, kind, network_id=date.network_id, actor_id=date.cancelled_by, ref_id=date.id)
