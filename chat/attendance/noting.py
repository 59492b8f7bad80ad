"""Who was in a room, from when to when: noted by every web process, merged here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chat.db import Transaction
from chat.dropins.queries import WRAP_UP

# A lost connection, a closed lid, a web process that died: who is back by then was not away.
AWAY_FOR = timedelta(seconds=90)


class Stretch(NamedTuple):
    """A member was here, on some screen, from one moment to another."""

    member_id: int
    from_at: datetime
    until_at: datetime


# Whatever is known of these members and what is said of them now, in as few stretches as it takes. Nobody was there
# before the doors opened, after the wrap-up, or longer than they were a member.
MERGE = """
WITH piece AS (
    SELECT said.member_id, greatest(said.from_at, :opens) AS from_at,
           least(said.until_at, :ends, membership.ended_at, membership.banned_at) AS until_at
    FROM unnest(CAST(:members AS bigint[]), CAST(:froms AS timestamptz[]), CAST(:untils AS timestamptz[]))
         AS said (member_id, from_at, until_at)
    JOIN membership ON membership.network_id = :network AND membership.member_id = said.member_id
    UNION ALL
    SELECT member_id, from_at, until_at FROM attendance WHERE drop_in_id = :id AND member_id = ANY(:members)
), marked AS (
    SELECT *, coalesce(from_at - max(until_at) OVER before > :away, true)::int AS begins FROM piece WHERE from_at < until_at
    WINDOW before AS (PARTITION BY member_id ORDER BY from_at, until_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), numbered AS (
    SELECT *, sum(begins) OVER (PARTITION BY member_id ORDER BY from_at, until_at ROWS UNBOUNDED PRECEDING) AS nth FROM marked
), stretch AS (
    SELECT member_id, min(from_at) AS from_at, max(until_at) AS until_at FROM numbered GROUP BY member_id, nth
), swallowed AS (
    DELETE FROM attendance WHERE drop_in_id = :id AND member_id = ANY(:members)
      AND NOT EXISTS (SELECT FROM stretch WHERE stretch.member_id = attendance.member_id AND stretch.from_at = attendance.from_at)
)
INSERT INTO attendance (drop_in_id, member_id, from_at, until_at) SELECT :id, member_id, from_at, until_at FROM stretch
ON CONFLICT (drop_in_id, member_id, from_at) DO UPDATE SET until_at = excluded.until_at WHERE attendance.until_at <> excluded.until_at
"""


async def note(tx: Transaction, drop_in_id: int, said: Sequence[Stretch]) -> None:
    """Add what a process has seen, whoever has said what before: late, twice, or of the same member on another screen."""
    door = await tx.first(
        "SELECT drop_in.network_id, opens_at, closes_at, series.chatham_house_since AS rule, drop_in.chatham_house_since AS kept "
        "FROM drop_in JOIN series ON series.id = series_id WHERE drop_in.id = :id AND cancelled_at IS NULL",
        id=drop_in_id,
    )
    if door is None:
        return
    ends_at = door.closes_at + WRAP_UP
    if not any(s.from_at < ends_at and s.until_at > door.opens_at for s in said):
        return
    # One process at a time: two that both see no stretch of a member would both begin one.
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('attendance', :id))", id=drop_in_id)
    if door.rule and not door.kept:
        await tx.run(
            "UPDATE drop_in SET chatham_house_since = :since WHERE id = :id AND chatham_house_since IS NULL",
            since=door.rule,
            id=drop_in_id,
        )
    await tx.run(
        MERGE,
        id=drop_in_id,
        network=door.network_id,
        opens=door.opens_at,
        ends=ends_at,
        away=AWAY_FOR,
        members=[s.member_id for s in said],
        froms=[s.from_at for s in said],
        untils=[s.until_at for s in said],
    )
