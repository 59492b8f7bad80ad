"""Notices that have been read, and those that are old."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from chat import clock
from chat.db import Database, Transaction
from chat.errors import Conflict, NotFound, SignInFirst
from chat.events import member_stream
from chat.languages import _
from chat.members import Viewer
from chat.members.models import Notice
from chat.notices.posts import REACTED
from chat.notices.queries import NoticeSeen, known, seen

KEEP_READ = timedelta(days=90)


async def open_notice(tx: Transaction, viewer: Viewer | None, notice_id: int) -> NoticeSeen:
    """One of the viewer's notices, which counts as read from now on."""
    if viewer is None:
        raise SignInFirst
    row = await tx.first(
        seen().where(col(Notice.id) == notice_id, col(Notice.member_id) == viewer.id, known()),
        now=clock.now(),
    )
    if row is None:
        raise NotFound
    notice = NoticeSeen(*row)
    await _read(tx, viewer.id, "id = :id", id=notice_id)
    return notice


async def read_through(tx: Transaction, viewer: Viewer | None, newest: int | None = None) -> datetime:
    """All of the viewer's notices up to this turn are read, or simply all. What came meanwhile is not, with a turn.
    The moment by which it can be undone."""
    if viewer is None:
        raise SignInFirst
    return await _read(tx, viewer.id, "(CAST(:newest AS bigint) IS NULL OR turn <= :newest)", newest=newest)


async def unread_again(tx: Transaction, viewer: Viewer | None, read_at: datetime) -> None:
    """Undo: what the viewer marked as read all at once at this moment is not. Where the same has come again meanwhile, that
    notice tells it."""
    if viewer is None:
        raise SignInFirst
    try:
        rows = await tx.all(
            "UPDATE notice SET read_at = NULL WHERE member_id = :me AND read_at = :at AND NOT EXISTS ("
            "SELECT FROM notice AS newer WHERE newer.member_id = :me AND newer.kind = notice.kind AND newer.ref_id = notice.ref_id "
            "AND newer.read_at IS NULL AND newer.parts <> '{}') RETURNING id",
            me=viewer.id,
            at=read_at,
        )
    except IntegrityError:
        raise Conflict(_("Something new came at this very moment. Try again.")) from None
    if rows:
        tx.announce(member_stream(viewer.id), "notice.added", max(row.id for row in rows))


async def read_topic(tx: Transaction, viewer: Viewer | None, topic_id: int) -> None:
    """The viewer has a topic before them: what they were told of its posts is read."""
    if viewer is None:
        raise SignInFirst
    await _read(
        tx,
        viewer.id,
        "parts <> '{}' AND EXISTS (SELECT FROM post WHERE topic_id = :topic "
        f"AND post.id = ANY(CASE WHEN kind = '{REACTED}' THEN ARRAY[ref_id] ELSE parts END))",
        topic=topic_id,
    )


async def forget_read(db: Database) -> None:
    """Delete what was read long ago."""
    async with db.transaction() as tx:
        await tx.run("DELETE FROM notice WHERE read_at < :before", before=clock.now() - KEEP_READ)


async def _read(tx: Transaction, member_id: int, which: str, **params: object) -> datetime:
    """What is read in one statement is so since one moment, which is the answer."""
    now = clock.now()
    rows = await tx.all(
        f"UPDATE notice SET read_at = :now WHERE member_id = :member AND read_at IS NULL AND {which} RETURNING id",  # noqa: S608
        member=member_id,
        now=now,
        **params,
    )
    if rows:
        # One event for all of them: what it says is how many are left.
        tx.announce(member_stream(member_id), "notice.read", max(row.id for row in rows))
    return now
