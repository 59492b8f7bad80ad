"""Letters that put dates into members' own calendars, change them there, and take them out (RFC 5546, 6047).

What a member's calendar knows is written down, and each letter brings it from there to what holds now. So a letter
that comes late says the newest, one that was overtaken is not sent, and none is sent twice.
"""

from redis.asyncio import Redis

from chat import clock, mail
from chat.calendars.desks import Desk, Known, desk_for, known_of
from chat.calendars.mending import missing
from chat.calendars.queries import DateLine, dates_of
from chat.calendars.writing import one, whole, without
from chat.db import Database
from chat.languages import speaking
from chat.mail import Letter


async def mail_date(
    db: Database, redis: Redis, drop_in_id: int, member_id: int, what: str = "", sequence: int = 0
) -> None:
    """Bring one date in a member's calendar up to date, with a letter if it takes one: after their answer, or after a
    change of that sequence (what: moved, edited, cancelled)."""
    async with db.snapshot() as tx:
        row = await tx.first(
            "SELECT series_id, follows_id FROM drop_in JOIN series ON series.id = series_id WHERE drop_in.id = :id",
            id=drop_in_id,
        )
    if row is None:
        return
    if what and row.follows_id:
        await _follow(db, redis, row.follows_id, row.series_id, member_id)
    async with db.transaction() as tx:
        desk = await desk_for(tx, row.series_id, member_id)
        if desk is None:
            return
        (line,) = (await dates_of(tx, [row.series_id], member_id, drop_in_id))[row.series_id]
        known = await known_of(tx, desk, line)
        about = _change(line, desk, known, what, sequence) if what else _answer(line, desk, known)
        letter: Letter | None = None
        with speaking(desk.reader.language):
            if about and what and desk.whole and desk.has_changed:
                letter = await whole(tx, desk, "series changed", line.word)
            elif about:
                letter = await one(tx, desk, line, known, about)
        if letter:
            await mail.send(letter, redis)


async def mail_series(db: Database, redis: Redis, series_id: int, member_id: int) -> None:
    """Put a whole series into a member's calendar, or take it out, by their answer to it; or say what it leaves out now."""
    async with db.transaction() as tx:
        desk = await desk_for(tx, series_id, member_id)
        letter: Letter | None = None
        if desk is None:
            return
        with speaking(desk.reader.language):
            if desk.series.answer == "yes":
                lines = (await dates_of(tx, [series_id], member_id))[series_id]
                if not desk.whole:
                    letter = await whole(tx, desk, "series")
                elif missing(desk.series, lines, desk.whole):
                    letter = await whole(tx, desk, "series changed")
            elif desk.whole:
                letter = await without(tx, desk, "series no")
        if letter:
            await mail.send(letter, redis)


async def _follow(db: Database, redis: Redis, old_id: int, new_id: int, member_id: int) -> None:
    """A series was split. Whose calendar has the old one to no end is told its end, and of the one that goes on."""
    async with db.transaction() as tx:
        desk = await desk_for(tx, old_id, member_id)
        if desk is None or not desk.whole:
            return
        with speaking(desk.reader.language):
            letter = await whole(tx, desk, "series changed") if desk.has_changed else None
        if letter:
            await mail.send(letter, redis)
    await mail_series(db, redis, new_id, member_id)


def _answer(line: DateLine, desk: Desk, known: Known) -> str | None:
    """What a letter after an answer says: None where the calendar says it already."""
    answer = line.answer or desk.series.answer
    if line.cancelled_at or line.closes_at <= clock.now():
        return None
    if answer == "yes" or (known.holds and answer in ("maybe", "waiting")):
        return answer if (known.holds, known.sequence) != (answer, line.sequence) else None
    return "no" if known.holds else None


def _change(line: DateLine, desk: Desk, known: Known, what: str, sequence: int) -> str | None:
    """What a letter after a change says: None where it was overtaken, or is no matter of the member's."""
    answer = line.answer or desk.series.answer
    if answer in (None, "no") or known.sequence >= sequence or line.closes_at <= clock.now():
        return None
    if line.cancelled_at:
        return "cancelled"
    return "edited" if what == "cancelled" else what  # it takes place after all
