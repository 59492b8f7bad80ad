"""The places of a date: who has one, and who gets the next.

Whoever changes them holds the date's lock, so that of any number of answers at once exactly as many have a place as
there are. The order in which a transaction takes its locks: series, network, places.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from chat import clock
from chat.db import Transaction
from chat.events import network_stream
from chat.members import notify
from chat.networks import writing_in

PAUSE = 3  # seconds
TICK = timedelta(microseconds=1)

# An answer that says yes again keeps its place, or its place in the queue.
PUT = """
INSERT INTO rsvp (drop_in_id, member_id, answer, answered_at, own, waiting_since)
SELECT drop_in.id, :member, CAST(:answer AS text), CAST(:now AS timestamptz), CAST(:own AS boolean), CASE WHEN :answer = 'yes' AND
    (SELECT count(*) FROM rsvp WHERE drop_in_id = drop_in.id AND answer = 'yes' AND waiting_since IS NULL)
    >= coalesce(drop_in.capacity, series.capacity)
  THEN greatest(CAST(:now AS timestamptz), (SELECT max(waiting_since) FROM rsvp WHERE drop_in_id = drop_in.id) + CAST(:tick AS interval)) END
FROM drop_in JOIN series ON series.id = series_id
WHERE drop_in.id = ANY(:ids) AND cancelled_at IS NULL AND closes_at > :now
ON CONFLICT (drop_in_id, member_id) DO UPDATE SET answer = excluded.answer, answered_at = excluded.answered_at, own = excluded.own,
    waiting_since = CASE WHEN rsvp.answer = 'yes' AND excluded.answer = 'yes' THEN rsvp.waiting_since ELSE excluded.waiting_since END
WHERE excluded.own OR CAST(:over_own AS boolean) OR NOT rsvp.own
RETURNING drop_in_id
"""
PROMOTE = """
WITH free AS (
    SELECT drop_in.id, coalesce(drop_in.capacity, series.capacity, 1000000) - (SELECT count(*) FROM rsvp
        WHERE drop_in_id = drop_in.id AND answer = 'yes' AND waiting_since IS NULL) AS places
    FROM drop_in JOIN series ON series.id = series_id
    WHERE drop_in.id = ANY(:ids) AND cancelled_at IS NULL AND closes_at > :now
), queue AS (
    SELECT drop_in_id, member_id, row_number() OVER (PARTITION BY drop_in_id ORDER BY waiting_since, member_id) AS turn
    FROM rsvp WHERE drop_in_id = ANY(:ids) AND waiting_since IS NOT NULL
)
UPDATE rsvp SET waiting_since = NULL FROM queue, free, drop_in
WHERE free.id = queue.drop_in_id AND drop_in.id = free.id AND turn <= places
  AND rsvp.drop_in_id = queue.drop_in_id AND rsvp.member_id = queue.member_id
RETURNING rsvp.drop_in_id, rsvp.member_id, drop_in.network_id
"""
# The first who said yes to the series come first to each new date of it.
INHERIT = """
INSERT INTO rsvp (drop_in_id, member_id, answer, answered_at, own, waiting_since)
SELECT drop_in.id, said.member_id, answer, answered_at, false, CASE WHEN answer = 'yes' AND
    row_number() OVER turns > coalesce(drop_in.capacity, series.capacity)
  THEN CAST(:now AS timestamptz) + row_number() OVER turns * CAST(:tick AS interval) END
FROM drop_in JOIN series ON series.id = series_id JOIN series_rsvp AS said ON said.series_id = drop_in.series_id
JOIN membership ON membership.network_id = drop_in.network_id AND membership.member_id = said.member_id
    AND membership.ended_at IS NULL AND membership.banned_at IS NULL
WHERE drop_in.id = :id
WINDOW turns AS (PARTITION BY answer ORDER BY answered_at, said.member_id)
ON CONFLICT DO NOTHING
"""


async def lock_places(tx: Transaction, drop_in_ids: Collection[int]) -> None:
    """Answers to these dates go one after the other from here to the end of the transaction."""
    for drop_in_id in sorted(drop_in_ids):
        await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('places', :id))", id=drop_in_id)


async def put(
    tx: Transaction,
    drop_in_ids: Collection[int],
    member_id: int,
    answer: str,
    *,
    own: bool,
    over_own: bool = False,
) -> list[int]:
    """Note an answer to these dates, under their locks; those that it holds for. It may have to wait for a place.

    One that is not their `own`, but to the series, changes none that is, unless it is `over_own`.
    """
    rows = await tx.all(
        PUT, ids=list(drop_in_ids), member=member_id, answer=answer, own=own, over_own=over_own, now=clock.now(), tick=TICK,
    )  # fmt: skip
    return [id for (id,) in rows]


async def fill_places(tx: Transaction, drop_in_ids: Collection[int]) -> None:
    """Give the places that are free to those who wait, first in, first out, and tell them. After anything that frees some."""
    ids = sorted(drop_in_ids)
    rows = await tx.all("SELECT DISTINCT network_id FROM drop_in WHERE id = ANY(:ids) ORDER BY 1", ids=ids)
    for (network_id,) in rows:
        await writing_in(tx, network_id)
    await lock_places(tx, ids)
    now = clock.now()
    for drop_in_id, member_id, network_id in await tx.all(PROMOTE, ids=ids, now=now):
        await notify(tx, [member_id], "place.given", network_id=network_id, ref_id=drop_in_id)
        what = {"drop_in_id": drop_in_id, "member_id": member_id, "given": now.isoformat()}
        await tx.enqueue("send_place", f"place:{drop_in_id}:{member_id}:{now.isoformat()}", **what)
        await mail_calendar(tx, member_id, drop_in_id=drop_in_id)


async def inherit(tx: Transaction, drop_in_id: int) -> None:
    """Whoever answered to the series has answered to this new date of it."""
    await tx.run(INHERIT, id=drop_in_id, now=clock.now(), tick=TICK)


async def count_again(tx: Transaction, drop_in_ids: Collection[int]) -> None:
    """Open pages are told how many come now: of each date once in three seconds, however many answer."""
    ends = datetime.fromtimestamp((clock.now().timestamp() // PAUSE + 1) * PAUSE, UTC)
    for drop_in_id in drop_in_ids:
        what = {"drop_in_id": drop_in_id}
        await tx.enqueue("tell_answers", f"answered:{drop_in_id}:{ends.isoformat()}", run_at=ends, **what)


async def tell_answers(tx: Transaction, drop_in_id: int) -> None:
    network_id = await tx.value("SELECT network_id FROM drop_in WHERE id = :id", id=drop_in_id)
    tx.announce(network_stream(network_id), "dropin.answered", drop_in_id, network=network_id)


async def mail_calendar(tx: Transaction, member_id: int, **which: int) -> None:
    """A place was taken or given back: the member's calendar is told, of a date or once of a whole series."""
    about = ":".join(f"{name}:{id}" for name, id in which.items())
    key = f"calendar:{about}:{member_id}:{clock.now().isoformat()}"
    await tx.enqueue("send_calendar_mail", key, member_id=member_id, **which)
