"""Having read it all: topics that a member marks as read without opening them, and takes it back."""

from datetime import datetime
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.discussions.queries import topic_of
from chat.discussions.unread import all_waiting
from chat.errors import SignInFirst
from chat.events import member_stream
from chat.members import Viewer


class Marked(NamedTuple):
    """How many topics were marked as read, and when, by which it is taken back."""

    topics: int
    at: datetime


async def catch_up(
    tx: Transaction,
    viewer: Viewer | None,
    which: str,
    network_id: int | None = None,
    *,
    until: datetime | None = None,
) -> Marked:
    """Mark all topics of a list (unread, new) as read, but for those with posts after `until`."""
    if viewer is None:
        raise SignInFirst
    marked = await _mark(tx, viewer, await all_waiting(tx, viewer, which, network_id, until))
    if marked.topics:
        tx.announce(member_stream(viewer.id), "read.all", network_id or 0)
    return marked


async def catch_up_with(tx: Transaction, viewer: Viewer | None, topic_id: int, number: int) -> Marked:
    """Mark one topic as read up to a post, whatever was seen of it."""
    if viewer is None:
        raise SignInFirst
    topic = await topic_of(tx, viewer, topic_id)
    number, read = min(number, topic.post_count), topic.read or 0
    if number <= read:
        return Marked(0, clock.now())
    marked = await _mark(tx, viewer, [(topic_id, number, read)])
    tx.announce(member_stream(viewer.id), "read.moved", topic_id, number)
    return marked


async def undo(tx: Transaction, viewer: Viewer | None, at: datetime) -> int:
    """Take back what was marked as read at that moment, but for topics that were read since; how many that were."""
    if viewer is None:
        raise SignInFirst
    count = await tx.run(
        "UPDATE reading SET number = before, before = NULL WHERE member_id = :me AND at = :at AND before IS NOT NULL",
        me=viewer.id,
        at=at,
    )
    if count:
        tx.announce(member_stream(viewer.id), "read.undone", 0)
    return count


async def _mark(tx: Transaction, viewer: Viewer, topics: list[Any]) -> Marked:
    """`topics`: id, how far they are read now, and how far they were."""
    at = clock.now()
    count = await tx.run(
        "INSERT INTO reading (member_id, topic_id, number, before, at) SELECT :me, id, number, before, :at "
        "FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS integer[]), CAST(:befores AS integer[])) AS topic (id, number, before) "
        "ORDER BY id ON CONFLICT (member_id, topic_id) DO UPDATE "
        "SET number = excluded.number, before = reading.number, at = excluded.at WHERE reading.number < excluded.number",
        me=viewer.id,
        at=at,
        ids=[id for id, _, _ in topics],
        numbers=[number for _, number, _ in topics],
        befores=[before for _, _, before in topics],
    )
    return Marked(count, at)
