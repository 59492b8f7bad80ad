"""Jobs are addresses: a name, a transaction, one call into chat. Each is safe to repeat."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from redis.asyncio import Redis

from chat import announcements, attendance, calendars, discussions, dropins, mail, members, minutes, networks
from chat.db import Database
from chat.jobs import Work


async def send_verification(db: Database, redis: Redis, *, member_id: int) -> None:
    async with db.transaction() as tx:
        letter = await members.verification_letter(tx, member_id)
    if letter:
        await mail.send(letter, redis)


async def send_known_address(db: Database, redis: Redis, *, email: str) -> None:
    async with db.transaction() as tx:
        letter = await members.claim_letter(tx, email) or await members.known_address_letter(tx, email)
    await mail.send(letter, redis)


async def send_reset(db: Database, redis: Redis, *, member_id: int) -> None:
    async with db.transaction() as tx:
        letter = await members.reset_letter(tx, member_id)
    await mail.send(letter, redis)


async def send_invitation(db: Database, redis: Redis, *, invitation_id: int) -> None:
    async with db.transaction() as tx:
        letter = await networks.invitation_letter(tx, invitation_id)
    if letter:
        await mail.send(letter, redis)
        async with db.transaction() as tx:
            await networks.letter_sent(tx, invitation_id)


async def invite_next(db: Database, redis: Redis, *, batch_id: int, round: int, after: int) -> None:
    async with db.transaction() as tx:
        await networks.invite_next(tx, batch_id, round, after)


async def gather_requests(db: Database, redis: Redis, *, network_id: int, told: str) -> None:
    async with db.transaction() as tx:
        await networks.gather_requests(tx, network_id, told)


async def send_requests(db: Database, redis: Redis, *, network_id: int, member_id: int) -> None:
    async with db.snapshot() as tx:
        letter = await networks.requests_letter(tx, network_id, member_id)
    if letter:
        await mail.send(letter, redis)


async def send_decision(db: Database, redis: Redis, *, request_id: int) -> None:
    async with db.snapshot() as tx:
        letter = await networks.decision_letter(tx, request_id)
    if letter:
        await mail.send(letter, redis)


async def turn_drop_in(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    await dropins.catch_up(db)  # whatever else is due at this moment, too


# What the rings were called that an older version has left behind.
async def open_doors(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    await dropins.catch_up(db)


async def close_doors(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    await dropins.catch_up(db)


async def close_attendance(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    async with db.transaction() as tx:
        await attendance.close_attendance(tx, drop_in_id)


async def draft_minutes(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    async with db.transaction() as tx:
        await minutes.draft_minutes(tx, drop_in_id)


async def remind_of_minutes(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    async with db.transaction() as tx:
        await minutes.remind_of_minutes(tx, drop_in_id)


async def retell(db: Database, redis: Redis, *, drop_in_id: int, after: int) -> None:
    async with db.transaction() as tx:
        await minutes.retell(tx, drop_in_id, after)


async def mail_minutes(db: Database, redis: Redis, *, drop_in_id: int, after: int, through: int) -> None:
    await minutes.mail_minutes(db, redis, drop_in_id, after, through)


async def spread_announcement(db: Database, redis: Redis, *, announcement_id: int, after: int) -> None:
    async with db.transaction() as tx:
        await announcements.spread(tx, announcement_id, after)


async def mail_announcement(
    db: Database, redis: Redis, *, announcement_id: int, after: int, through: int
) -> None:
    await announcements.mail_to_members(db, redis, announcement_id, after, through)


async def tell_posts(db: Database, redis: Redis, *, topic_id: int) -> None:
    async with db.transaction() as tx:
        await discussions.tell_posts(tx, topic_id)


async def tell_next(db: Database, redis: Redis, *, topic_id: int, first: int, last: int, after: int) -> None:
    async with db.transaction() as tx:
        await discussions.tell_next(tx, topic_id, first, last, after)


async def tell_named(db: Database, redis: Redis, *, post_id: int) -> None:
    async with db.transaction() as tx:
        await discussions.tell_named(tx, post_id)


async def tell_reaction(db: Database, redis: Redis, *, post_id: int, by: int) -> None:
    async with db.transaction() as tx:
        await discussions.tell_reaction(tx, post_id, by)


async def remind_of_post(db: Database, redis: Redis, *, member_id: int, post_id: int, at: str) -> None:
    async with db.transaction() as tx:
        await discussions.remind_of_post(tx, member_id, post_id, datetime.fromisoformat(at))


async def end_answers(db: Database, redis: Redis, *, network_id: int, member_id: int) -> None:
    async with db.transaction() as tx:
        await dropins.end_answers(tx, network_id, member_id)


async def tell_answers(db: Database, redis: Redis, *, drop_in_id: int) -> None:
    async with db.transaction() as tx:
        await dropins.tell_answers(tx, drop_in_id)


async def send_place(db: Database, redis: Redis, *, drop_in_id: int, member_id: int, given: str) -> None:
    async with db.transaction() as tx:
        letter = await dropins.place_letter(tx, drop_in_id, member_id, given)
    if letter:
        await mail.send(letter, redis)


async def remind(
    db: Database, redis: Redis, *, drop_in_id: int, which: str, opens_at: str, after: int
) -> None:
    async with db.transaction() as tx:
        await dropins.remind(tx, drop_in_id, which, datetime.fromisoformat(opens_at), after)


async def mail_reminders(
    db: Database, redis: Redis, *, drop_in_id: int, which: str, opens_at: str, after: int, through: int
) -> None:
    at = datetime.fromisoformat(opens_at)
    await dropins.mail_reminders(db, redis, drop_in_id, which, at, after, through)


async def send_calendar_mail(
    db: Database, redis: Redis, *, member_id: int, drop_in_id: int = 0, series_id: int = 0
) -> None:
    if drop_in_id:
        await calendars.mail_date(db, redis, drop_in_id, member_id)
    else:
        await calendars.mail_series(db, redis, series_id, member_id)


async def tell_change(
    db: Database, redis: Redis, *, drop_in_id: int, sequence: int, what: str, after: int = 0
) -> None:
    async with db.transaction() as tx:
        await calendars.tell_change(tx, drop_in_id, sequence, what, after)


async def mail_change(
    db: Database, redis: Redis, *, drop_in_id: int, sequence: int, what: str, after: int, through: int
) -> None:
    await calendars.mail_change(db, redis, drop_in_id, sequence, what, after, through)


async def redraw_naming(
    db: Database, redis: Redis, *, topic_id: int = 0, network_id: int = 0, after: int = 0, at: str = ""
) -> None:
    async with db.transaction() as tx:
        await discussions.redraw_naming(tx, topic_id=topic_id, network_id=network_id, after=after, at=at)


async def close_poll(db: Database, redis: Redis, *, poll_id: int) -> None:
    async with db.transaction() as tx:
        await discussions.close_due_poll(tx, poll_id)


async def find_again(db: Database, redis: Redis, *, network_id: int, version: int, round: int) -> None:
    async with db.transaction() as tx:
        await discussions.find_again(tx, network_id, version, round)


JOBS = (
    send_verification, send_known_address, send_reset, send_invitation, invite_next, gather_requests, send_requests, send_decision, turn_drop_in,
    open_doors, close_doors, close_attendance, draft_minutes, remind_of_minutes, retell, mail_minutes, spread_announcement, mail_announcement,
    tell_posts, tell_next, tell_named, tell_reaction, remind_of_post, end_answers, tell_answers, send_place, remind, mail_reminders, send_calendar_mail, tell_change, mail_change,
    redraw_naming, close_poll, find_again,
)  # fmt: skip


def kinds(db: Database, redis: Redis) -> Mapping[str, Work]:
    """Every job by the name that `tx.enqueue` gives it."""
    return {job.__name__: partial(job, db, redis) for job in JOBS}
