"""Reminders: the day before, a quarter of an hour before, and when the doors open; in the page and by e-mail.

A reminder is planned for the time at which its date is to open. A date that is moved meanwhile has other reminders,
and those of the old time find nothing to say.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from chat import clock, mail
from chat.db import Database, Transaction
from chat.dropins.letters import about, reminder_letter
from chat.mail import Letter
from chat.members import notify
from chat.rounds import AT_ONCE, mail_each, next_round

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = timedelta(days=1)  # that a date can be
PLANNED = timedelta(minutes=10)  # ahead, so that each begins on the second
# How long before the opening, and whom: by what they answered, in the page and by e-mail. Who waits is reminded of nothing.
AHEAD = {"day": timedelta(days=1), "soon": timedelta(minutes=15), "live": timedelta()}
IN_PAGE = {"day": ("yes", "maybe"), "soon": ("yes",), "live": ("yes", "maybe")}
BY_MAIL = {"day": ("yes", "maybe"), "soon": ("yes",), "live": ("yes",)}

# What came due while everything was down is made good while it still helps.
DUE = """
SELECT drop_in.id, kind, opens_at, closes_at, opens_at - ahead AS due FROM drop_in
CROSS JOIN unnest(CAST(:kinds AS text[]), CAST(:aheads AS interval[])) AS planned (kind, ahead)
WHERE opens_at BETWEEN :past AND :future AND closes_at > :now AND opens_at - ahead <= :soon
  AND cancelled_at IS NULL
"""
TO_REMIND = """
SELECT rsvp.member_id, drop_in.network_id, answer = ANY(:in_page) AND NOT (:page = ANY(member.unreminded || membership.unreminded)) AS tell
FROM rsvp JOIN drop_in ON drop_in.id = drop_in_id JOIN member ON member.id = rsvp.member_id
JOIN membership ON membership.network_id = drop_in.network_id AND membership.member_id = rsvp.member_id
    AND membership.ended_at IS NULL AND membership.banned_at IS NULL
WHERE drop_in_id = :id AND answer = ANY(:answers) AND waiting_since IS NULL AND rsvp.member_id > :after
  AND opens_at = :opens_at AND cancelled_at IS NULL
ORDER BY rsvp.member_id LIMIT :limit
"""


async def plan_reminders(tx: Transaction) -> None:
    """Leave a job for each reminder that is due soon, or was while nobody worked. Safe to repeat."""
    now = clock.now()
    rows = await tx.all(
        DUE, now=now, soon=now + PLANNED, past=now - LONGEST, future=now + AHEAD["day"] + PLANNED, kinds=list(AHEAD),
        aheads=list(AHEAD.values()),
    )  # fmt: skip
    wanted = {
        f"remind:{_of(id, kind, opens_at)}:0": (due, {**_args(id, kind, opens_at), "after": 0})
        for id, kind, opens_at, closes_at, due in rows
        if helps(kind, opens_at, closes_at, max(now, due))
    }
    # By their keys: where PostgreSQL puts the keys together it compares each of them with every job that there is.
    known = await tx.all("SELECT key FROM job WHERE key = ANY(:keys)", keys=list(wanted))
    left = wanted.keys() - {row.key for row in known}
    await tx.enqueue_many("remind", [(key, *wanted[key]) for key in sorted(left)])


async def remind(tx: Transaction, drop_in_id: int, kind: str, opens_at: datetime, after: int) -> None:
    """Claim the reminders of the next members, tell them in the page, and leave the letters and the members behind
    them to other jobs. Their rows keep them from being reminded twice, whatever dies and however often this runs."""
    closes_at = await tx.value("SELECT closes_at FROM drop_in WHERE id = :id", id=drop_in_id)
    if not helps(kind, opens_at, closes_at, clock.now()):
        return
    rows = await tx.all(
        TO_REMIND, id=drop_in_id, opens_at=opens_at, after=after, limit=AT_ONCE, page=f"{kind}.page",
        in_page=list(IN_PAGE[kind]), answers=sorted({*IN_PAGE[kind], *BY_MAIL[kind]}),
    )  # fmt: skip
    if not rows:
        return
    told = {row.member_id for row in rows if row.tell}
    claimed = await tx.all(
        "INSERT INTO reminder (drop_in_id, kind, opens_at, member_id, claimed_at, told_at) "
        "SELECT :id, :kind, :opens_at, one, :now, CASE WHEN one = ANY(:told) THEN CAST(:now AS timestamptz) END "
        "FROM unnest(CAST(:members AS bigint[])) AS one ON CONFLICT DO NOTHING RETURNING member_id",
        id=drop_in_id,
        kind=kind,
        opens_at=opens_at,
        now=clock.now(),
        told=sorted(told),
        members=[row.member_id for row in rows],
    )
    await notify(
        tx, [row.member_id for row in claimed if row.member_id in told], f"reminder.{kind}",
        network_id=rows[0].network_id, ref_id=drop_in_id,
    )  # fmt: skip
    await next_round(
        tx, "remind", _of(drop_in_id, kind, opens_at), rows[-1].member_id, mailing="mail_reminders", after=after,
        **_args(drop_in_id, kind, opens_at),
    )  # fmt: skip


async def mail_reminders(
    db: Database, redis: Redis, drop_in_id: int, kind: str, opens_at: datetime, after: int, through: int
) -> None:
    """Hand over the letters to these members that have not gone out."""
    which = {"id": drop_in_id, "kind": kind, "opens_at": opens_at}
    async with db.snapshot() as tx:
        waiting = await tx.all(
            "SELECT member_id FROM reminder WHERE drop_in_id = :id AND kind = :kind AND opens_at = :opens_at "
            "AND member_id > :after AND member_id <= :through AND mailed_at IS NULL ORDER BY member_id",
            **which,
            after=after,
            through=through,
        )

    async def send(member_id: int) -> None:
        # The row is held while the letter is handed over, and let go when a worker dies. Should it die between
        # the hand-over and the commit, the letter goes out again under its old name.
        async with db.transaction() as tx:
            if letter := await _letter(tx, drop_in_id, kind, opens_at, member_id):
                await mail.send(letter, redis)
                await tx.run(
                    "UPDATE reminder SET mailed_at = :now WHERE drop_in_id = :id AND kind = :kind "
                    "AND opens_at = :opens_at AND member_id = :member",
                    **which,
                    now=clock.now(),
                    member=member_id,
                )

    await mail_each((row.member_id for row in waiting), send)


def helps(kind: str, opens_at: datetime, closes_at: datetime, at: datetime) -> bool:
    """Whether this reminder helps at a moment: that of the day before until the next one is due."""
    if kind == "live":
        return opens_at <= at < closes_at
    return at < opens_at - (AHEAD["soon"] if kind == "day" else timedelta())


async def _letter(
    tx: Transaction, drop_in_id: int, kind: str, opens_at: datetime, member_id: int
) -> Letter | None:
    """The letter, if it has not gone out, still helps, and its reader still may have it, and wants it."""
    claimed = await tx.first(
        "SELECT 1 FROM reminder WHERE drop_in_id = :id AND kind = :kind AND opens_at = :opens_at AND member_id = :member "
        "AND mailed_at IS NULL FOR UPDATE SKIP LOCKED",
        id=drop_in_id,
        kind=kind,
        opens_at=opens_at,
        member=member_id,
    )
    row = await about(tx, drop_in_id, member_id) if claimed else None
    if row is None or row.opens_at != opens_at or not helps(kind, opens_at, row.closes_at, clock.now()):
        return None
    if row.answer not in BY_MAIL[kind] or f"{kind}.mail" in row.unwanted:
        return None
    return await reminder_letter(tx, row, kind)


def _of(drop_in_id: int, kind: str, opens_at: datetime) -> str:
    moment = (opens_at - EPOCH) // timedelta(microseconds=1)
    return f"{drop_in_id}/{kind}/{moment}"


def _args(drop_in_id: int, kind: str, opens_at: datetime) -> dict[str, Any]:
    return {"drop_in_id": drop_in_id, "which": kind, "opens_at": opens_at.isoformat()}
