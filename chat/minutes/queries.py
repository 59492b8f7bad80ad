"""Which minutes there are, for whoever may read the network; drafts are for its hosts."""

from datetime import date, datetime
from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import SignInFirst
from chat.members import Viewer
from chat.networks import NetworkSeen, must_have


class MinutesSeen(NamedTuple):
    """What is written of a drop-in. `rev` is what a change has to know; published, it is that of the post."""

    drop_in_id: int
    body: str
    html: str | None  # of published ones
    rev: int
    drafted_at: datetime
    edited_at: datetime | None
    published_at: datetime | None
    post_id: int | None
    post_number: int | None


class MinutesListed(NamedTuple):
    """A drop-in that is over. `published_at` is set when there is something to read; hosts see the others too."""

    drop_in_id: int
    title: str
    local_date: date
    opens_at: datetime
    published_at: datetime | None
    drafted_at: datetime | None


# Whoever removes the post takes the minutes back.
SEEN = """
SELECT drop_in_id, CASE WHEN post.id IS NULL THEN minutes.body ELSE post.body END, post.html,
       CASE WHEN post.id IS NULL THEN minutes.rev ELSE post.rev END, drafted_at, minutes.edited_at,
       CASE WHEN post.id IS NOT NULL THEN published_at END, post.id, post.number
FROM minutes LEFT JOIN post ON post.id = post_id AND post.removed_at IS NULL
WHERE drop_in_id = :id
"""


async def minutes_of(tx: Transaction, drop_in: DropInSeen) -> MinutesSeen | None:
    """The minutes as they are now, published or not: for what shows them to decide."""
    row = await tx.first(SEEN, id=drop_in.id)
    return MinutesSeen(*row) if row else None


async def published_minutes(tx: Transaction, drop_in: DropInSeen) -> MinutesSeen | None:
    """For a viewer who may read the drop-in."""
    found = await minutes_of(tx, drop_in)
    return found if found and found.published_at else None


async def draft_of(tx: Transaction, viewer: Viewer | None, drop_in: DropInSeen) -> MinutesSeen | None:
    """What hosts work on."""
    if viewer is None:
        raise SignInFirst
    await must_have(tx, viewer, drop_in.network_id, "run_drop_ins")
    return await minutes_of(tx, drop_in)


async def minutes_in(
    tx: Transaction, network: NetworkSeen, *, limit: int = 20, before: int | None = None
) -> list[MinutesListed]:
    """The minutes of a network that the viewer may read, the latest first; for its hosts also what has none yet.

    `before` (a drop-in's id) continues a list.
    """
    rows = await tx.all(
        "SELECT drop_in.id, coalesce(drop_in.title, series.title), local_date, opens_at, "
        "CASE WHEN post.id IS NOT NULL THEN published_at END, CASE WHEN :hosts THEN drafted_at END "
        "FROM drop_in JOIN series ON series.id = series_id LEFT JOIN minutes ON minutes.drop_in_id = drop_in.id "
        "LEFT JOIN post ON post.id = post_id AND post.removed_at IS NULL "
        "WHERE drop_in.network_id = :network AND cancelled_at IS NULL AND missed_at IS NULL AND closes_at <= :now AND (:hosts OR post.id IS NOT NULL) "
        "AND (CAST(:before AS bigint) IS NULL OR (opens_at, drop_in.id) < (SELECT opens_at, id FROM drop_in WHERE id = :before)) "
        "ORDER BY opens_at DESC, drop_in.id DESC LIMIT :limit",
        network=network.id,
        hosts=network.may("run_drop_ins"),
        now=clock.now(),
        before=before,
        limit=limit,
    )
    return [MinutesListed(*row) for row in rows]


async def latest_minutes(tx: Transaction, network: NetworkSeen) -> MinutesListed | None:
    """What a network's page shows of its last drop-in."""
    return next((one for one in await minutes_in(tx, network, limit=5) if one.published_at), None)
