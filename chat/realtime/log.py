"""Reading the event log: heads, gaps, and what a subscription starts from."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from chat import clock
from chat.db import Database, Question, Reader, Transaction
from chat.events import CONTROL, Event
from chat.models import EventRow, Meta, Stream

KEEP_DAYS = 30


class Position(NamedTuple):
    """Where a stream stands in one snapshot of the database."""

    epoch: str
    head: int
    floor: int


async def position(tx: Transaction, stream: str) -> Position | None:
    """The stream's position, or None when there is no such stream."""
    row = await tx.first(
        select(Meta.epoch, Stream.head, Stream.floor)
        .select_from(sa.join(Stream, Meta, col(Meta.one)))
        .where(col(Stream.id) == stream)
    )
    return Position(*row) if row else None


async def events_after(tx: Reader, stream: str, seq: int, limit: int) -> list[Event]:
    """The stream's events from the one after `seq` on, in order."""
    rows = await tx.all(
        "SELECT stream_id, seq, kind, ref_id, rev, acl_version, (SELECT epoch FROM meta) FROM event "
        "WHERE stream_id = :stream AND seq > :seq ORDER BY seq LIMIT :limit",
        stream=stream,
        seq=seq,
        limit=limit,
    )
    return [Event(*row) for row in rows]


class Head(NamedTuple):
    """Where a stream ends and begins, and the access version of its network (0 for a stream of none)."""

    head: int
    floor: int
    acl_version: int


class Standing(NamedTuple):
    epoch: str
    heads: dict[str, Head]  # of those streams that there are, and of the control stream


_STANDING = (
    "SELECT meta.epoch, stream.id, head, floor, coalesce(acl_version, 0) AS acl_version "
    "FROM meta CROSS JOIN stream LEFT JOIN network ON network.id = network_id WHERE stream.id = ANY"
)
STANDING = f"{_STANDING} (:ids)"
# And those of the networks that a member is in. One list of ids: with two the whole table would be read.
STANDING_AROUND = f"""{_STANDING} (CAST(:ids AS text[]) || ARRAY(
    SELECT 'n:' || network_id FROM membership WHERE member_id = :me AND ended_at IS NULL AND banned_at IS NULL
))"""  # noqa: S608


async def standing(tx: Reader, streams: Iterable[str]) -> Standing:
    """Where these streams stand, by one query."""
    return standing_in(await tx.all(STANDING, ids=[CONTROL, *streams]))


def standing_question(streams: Iterable[str], member_id: int) -> Question:
    """The same, with the streams of a member's networks."""
    row = tuple[str, str, int, int, int]
    return Question(row, STANDING_AROUND, {"ids": [CONTROL, *streams], "me": member_id})


def standing_in(rows: list[Any]) -> Standing:
    """What the rows of these questions say."""
    return Standing(rows[0][0], {name: Head(*head) for _, name, *head in rows})


class EventLog:
    """The log as the hub reads it."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def standing(self, streams: Iterable[str]) -> Standing:
        async with self.db.glance() as tx:
            return await standing(tx, streams)

    async def after(self, stream: str, seq: int, limit: int) -> list[Event]:
        async with self.db.glance() as tx:
            return await events_after(tx, stream, seq, limit)

    async def new_epoch(self, old: str) -> str:
        async with self.db.transaction() as tx:
            return await new_epoch(tx, old)


async def new_epoch(tx: Transaction, old: str) -> str:
    """Void every cursor: the log is not the one that they were taken from."""
    await tx.run(
        "UPDATE meta SET epoch = left(replace(gen_random_uuid()::text, '-', ''), 12) WHERE epoch = :old",
        old=old,
    )
    return await tx.value(select(Meta.epoch))


async def forget_old(db: Database) -> None:
    """Drop events that no client will ask for again; a cursor from before gets a fresh page instead."""
    async with db.transaction() as tx:
        before = clock.now() - timedelta(days=KEEP_DAYS)
        await tx.run(
            "WITH gone AS (DELETE FROM event WHERE at < :before RETURNING stream_id, seq) "
            "UPDATE stream SET floor = greatest(floor, newest + 1) "
            "FROM (SELECT stream_id, max(seq) AS newest FROM gone GROUP BY stream_id) AS cut WHERE stream.id = cut.stream_id",
            before=before,
        )
        await tx.run("DELETE FROM op WHERE at < :before", before=before)


async def number_of(tx: Transaction, stream: str, kind: str, ref: int) -> int:
    """Which number a fact got on a stream; 0 when the log has forgotten it."""
    found = await tx.value(
        select(EventRow.seq)
        .where(col(EventRow.stream_id) == stream, col(EventRow.kind) == kind, col(EventRow.ref_id) == ref)
        .order_by(col(EventRow.seq).desc())
        .limit(1)
    )
    return found or 0
