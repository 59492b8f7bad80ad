"""What is done again and again, and why so often. All of it is safe to do twice, or late."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog
from redis.asyncio import Redis

from chat import attendance, calendars, discussions, dropins, files, jobs, networks, notices
from chat.db import AWAY, Database
from chat.realtime import log as event_log
from chat.redis import ABSENT

log = structlog.get_logger()


class Line(NamedTuple):
    name: str
    seconds: float
    do: Callable[[Database, Redis], Awaitable[object]]


async def _plan_reminders(db: Database, redis: Redis) -> None:
    async with db.transaction() as tx:
        await dropins.plan_reminders(tx)


async def _forget_lists(db: Database, redis: Redis) -> None:
    async with db.transaction() as tx:
        await networks.forget_lists(tx)


async def _settle_attendance(db: Database, redis: Redis) -> None:
    async with db.transaction() as tx:
        await attendance.settle_late(tx)


async def _forget_attendance(db: Database, redis: Redis) -> None:
    async with db.transaction() as tx:
        await attendance.forget_old(tx)


TIMETABLE = (
    # A topic's count of views may be ten seconds old, so that reading writes nothing.
    Line("fold views", 10, lambda db, redis: discussions.fold_views(db, redis)),
    # Ten minutes ahead, so that they go out on the second; those that came due while everything was down are due now.
    Line("reminders", 20, _plan_reminders),
    # Each turn has a job of its own; this is for the one whose job was lost, or waits behind a slow one.
    Line("doors", 2, lambda db, redis: dropins.catch_up(db)),
    # Eight weeks ahead; a new rule of a time zone moves a date within the hour.
    Line("dates", 3600, lambda db, redis: dropins.materialise_all(db)),
    # Bank holidays of another year come near; who has the whole series in their calendar is told weeks before.
    Line("calendars", 6 * 3600, lambda db, redis: calendars.mend_calendars(db)),
    # Each date has a job of its own; a web process that had lost the database says later who was there.
    Line("attendance", 600, _settle_attendance),
    # It is promised on the hosts' page.
    Line("forget old attendance", 6 * 3600, _forget_attendance),
    # Addresses of people who are no members yet.
    Line("forget lists of addresses", 3600, _forget_lists),
    # After an update that draws texts otherwise; else there are none.
    Line("draw old posts anew", 3600, lambda db, redis: discussions.redraw_old(db)),
    # They are kept for half a year.
    Line("forget drafts", 6 * 3600, lambda db, redis: discussions.forget_drafts(db)),
    # Nobody can get these any more, and they take up room.
    Line("erase files", 600, lambda db, redis: files.sweep(db)),
    # Nobody asks for what is older.
    Line("forget done jobs", 3600, lambda db, redis: jobs.forget_done(db)),
    Line("forget read notices", 6 * 3600, lambda db, redis: notices.forget_read(db)),
    Line("forget old events", 6 * 3600, lambda db, redis: event_log.forget_old(db)),
)


async def keep(line: Line, db: Database, redis: Redis) -> None:
    """Do one line for ever, at the start too: what was due while everything was down is due now."""
    while True:
        try:
            await line.do(db, redis)
        except (*AWAY, *ABSENT) as error:
            log.warning("a line of the timetable waits", line=line.name, error=repr(error))
        except Exception as error:  # the line goes on: nobody would start it again
            log.error("a line of the timetable failed", line=line.name, exc_info=error)
        await asyncio.sleep(line.seconds)
