"""Notices that have been read, and those that are old."""

from datetime import timedelta

from sqlmodel import col

from chat import clock
from chat.db import Database, Transaction
from chat.errors import NotFound, SignInFirst
from chat.events import member_stream
from chat.members import Viewer
from chat.members.models import Notice
from chat.notices.queries import NoticeSeen, known, seen

KEEP_READ = timedelta(days=90)


async def open_notice(tx: Transaction, viewer: Viewer | None, notice_id: int) -> NoticeSeen:
    """One of the viewer's notices, which counts as read from now on."""
    if viewer is None:
        raise SignInFirst
    row = await tx.first(
        seen().where(col(Notice.id) == notice_id, col(Notice.member_id) == viewer.id, known())
    )
    if row is None:
        raise NotFound
    await _read(tx, viewer.id, "id = :id", id=notice_id)
    return NoticeSeen(*row)


async def read_through(tx: Transaction, viewer: Viewer | None, newest: int | None = None) -> None:
    """All of the viewer's notices up to this one are read, or simply all. What came meanwhile is not, with a number."""
    if viewer is None:
        raise SignInFirst
    await _read(tx, viewer.id, "(CAST(:newest AS bigint) IS NULL OR id <= :newest)", newest=newest)


async def forget_read(db: Database) -> None:
    """Delete what was read long ago."""
    async with db.transaction() as tx:
        await tx.run("DELETE FROM notice WHERE read_at < :before", before=clock.now() - KEEP_READ)


async def _read(tx: Transaction, member_id: int, which: str, **params: object) -> None:
    rows = await tx.all(
        f"UPDATE notice SET read_at = :now WHERE member_id = :member AND read_at IS NULL AND {which} RETURNING id",  # noqa: S608
        member=member_id,
        now=clock.now(),
        **params,
    )
    if rows:
        # One event for all of them: what it says is how many are left.
        tx.announce(member_stream(member_id), "notice.read", max(row.id for row in rows))
