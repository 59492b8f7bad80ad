"""Drafts: what members have begun to write, kept for them wherever they go on."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, func, select

from chat import clock
from chat.db import Database, Reader, Transaction
from chat.discussions.models import DraftRow, Post, Topic
from chat.discussions.pseudonyms import wants_no_name
from chat.errors import Conflict, Invalid, NotFound
from chat.events import member_stream
from chat.fields import prose
from chat.languages import _, sentence
from chat.markup import LONGEST
from chat.members import Viewer, must_act
from chat.networks import readable
from chat.networks.models import Network

MOST = 100  # of one member
KEPT = timedelta(days=180)
MOVED = sentence("You went on writing this in another place. Choose which of the two texts to keep.")


class Draft(NamedTuple):
    """A text that was begun: for a new topic of the network, or for a topic, perhaps as an answer to one of its posts."""

    id: int
    network_slug: str
    network_name: str
    topic_id: int | None
    topic_title: str | None
    parent_id: int | None
    parent_number: int | None
    title: str
    body: str
    anonymous: bool
    rev: int
    saved_at: datetime


class Spot(NamedTuple):
    """Where a text is to be posted: a network, or a topic and perhaps the post that it answers."""

    network_id: int | None
    topic_id: int | None = None
    parent_id: int | None = None


async def keep_draft(
    tx: Transaction,
    viewer: Viewer | None,
    place: Spot,
    title: object,
    body: object,
    *,
    anonymous: object = False,
    rev: object = None,
    instead_of: object = None,
) -> Draft | None:
    """Keep what somebody has written so far; None where nothing is left of it.

    `rev` is the version that they have changed: Conflict where another of their devices was quicker. `instead_of` is
    the draft that this one was, before its writer chose to answer somebody else.
    """
    viewer = must_act(viewer)
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('drafts', :me))", me=viewer.id)
    await _must_be_there(tx, viewer, place)
    title = prose("title", title, 600, called=_("The title"), required=False)
    unnamed = wants_no_name(anonymous)
    body = prose("body", body, LONGEST, called=_("The text"), required=False)
    if (old := _number(instead_of)) is not None:
        await _delete(tx, viewer.id, "id = :id", id=old)
    now = await draft_at(tx, viewer, place)
    if (
        now
        and rev not in (None, "")
        and _number(rev) != now.rev
        and (now.title, now.body, now.anonymous) != (title, body, unnamed)
    ):
        raise Conflict(_(MOVED))
    if not title and not body:
        if now:
            await _delete(tx, viewer.id, "id = :id", id=now.id)
        return None
    if now and (now.title, now.body, now.anonymous) == (title, body, unnamed):
        return now
    if not now and await tx.value("SELECT count(*) FROM draft WHERE member_id = :me", me=viewer.id) >= MOST:
        raise Invalid(
            "body",
            _("You have {n} drafts already. Post or discard some of them; this one was not kept.", n=MOST),
        )
    row = await tx.first(
        "INSERT INTO draft (member_id, network_id, topic_id, parent_id, title, body, anonymous, saved_at) "
        "VALUES (:me, :network_id, :topic_id, :parent_id, :title, :body, :unnamed, :now) "
        "ON CONFLICT (member_id, network_id, topic_id, parent_id) DO UPDATE "
        "SET title = :title, body = :body, anonymous = :unnamed, saved_at = :now, rev = draft.rev + 1 RETURNING id, rev",
        me=viewer.id,
        **place._asdict(),
        title=title,
        body=body,
        unnamed=unnamed,
        now=clock.now(),
    )
    tx.announce(member_stream(viewer.id), "draft.saved", row.id, row.rev)
    return await draft_at(tx, viewer, place)


async def draft_at(
    tx: Transaction, viewer: Viewer | None, place: Spot, *, nearby: bool = False
) -> Draft | None:
    """What the viewer has begun there; with `nearby` else the last they began in that topic."""
    if viewer is None:
        return None
    query = _drafts(viewer)
    here = [
        col(getattr(DraftRow, name)).is_not_distinct_from(value) for name, value in place._asdict().items()
    ]
    row = await tx.first(query.where(*here))
    if row is None and nearby and place.topic_id and not place.parent_id:
        row = await tx.first(
            query.where(col(DraftRow.topic_id) == place.topic_id)
            .order_by(col(DraftRow.saved_at).desc())
            .limit(1)
        )
    return Draft(*row) if row else None


async def draft_of(tx: Transaction, viewer: Viewer | None, draft_id: int) -> Draft:
    """One of the viewer's own drafts."""
    row = await tx.first(_drafts(must_act(viewer)).where(col(DraftRow.id) == draft_id))
    if row is None:
        raise NotFound
    return Draft(*row)


async def drafts_of(tx: Transaction, viewer: Viewer | None) -> list[Draft]:
    """All that the viewer has begun where they may still read, the last first."""
    query = _drafts(must_act(viewer)).order_by(col(DraftRow.saved_at).desc(), col(DraftRow.id).desc())
    return [Draft(*row) for row in await tx.all(query)]


async def discard_draft(tx: Transaction, viewer: Viewer | None, draft_id: int) -> None:
    """Throw a draft away. One that is gone stays gone."""
    viewer = must_act(viewer)
    if await tx.first(_drafts(viewer).where(col(DraftRow.id) == draft_id)):
        await _delete(tx, viewer.id, "id = :id", id=draft_id)


async def drop_draft(tx: Transaction, member_id: int, place: Spot) -> None:
    """It was posted."""
    await _delete(
        tx,
        member_id,
        "network_id IS NOT DISTINCT FROM :network_id AND topic_id IS NOT DISTINCT FROM :topic_id "
        "AND parent_id IS NOT DISTINCT FROM :parent_id",
        **place._asdict(),
    )


async def forget_drafts(db: Database) -> None:
    """Those that nobody went on with for half a year."""
    async with db.transaction() as tx:
        await tx.run("DELETE FROM draft WHERE saved_at < :before", before=clock.now() - KEPT)


async def _delete(tx: Transaction, member_id: int, which: str, **params: Any) -> None:
    gone = await tx.all(
        f"DELETE FROM draft WHERE member_id = :me AND {which} RETURNING id",  # noqa: S608 - our own words
        me=member_id,
        **params,
    )
    for (id,) in gone:
        tx.announce(member_stream(member_id), "draft.gone", id)


def _drafts(viewer: Viewer) -> Any:
    """Those of a member, in networks that they may read."""
    return (
        sa.select(
            col(DraftRow.id),
            col(Network.slug),
            col(Network.name),
            col(DraftRow.topic_id),
            col(Topic.title),
            col(DraftRow.parent_id),
            col(Post.number),
            col(DraftRow.title),
            col(DraftRow.body),
            col(DraftRow.anonymous),
            col(DraftRow.rev),
            col(DraftRow.saved_at),
        )
        .select_from(DraftRow)
        .outerjoin(Topic, col(Topic.id) == col(DraftRow.topic_id))
        .outerjoin(Post, col(Post.id) == col(DraftRow.parent_id))
        .join(Network, col(Network.id) == func.coalesce(DraftRow.network_id, Topic.network_id))
        .where(col(DraftRow.member_id) == viewer.id, readable(viewer.id))
    )


async def _must_be_there(tx: Transaction, viewer: Viewer, place: Spot) -> None:
    network_id: Any = place.network_id
    if place.topic_id is not None:
        network_id = select(Topic.network_id).where(col(Topic.id) == place.topic_id).scalar_subquery()
    if not await tx.value(
        select(1).select_from(Network).where(col(Network.id) == network_id, readable(viewer.id))
    ):
        raise NotFound
    if place.parent_id is not None and not await tx.value(
        "SELECT 1 FROM post WHERE id = :id AND topic_id = :topic", id=place.parent_id, topic=place.topic_id
    ):
        raise Invalid("parent", _("The post that this answers is not in this topic."))


def _number(value: object) -> int | None:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) <= 18 else None


async def drafts_by_id(tx: Reader, ids: list[int]) -> dict[int, dict[str, Any]]:
    """For the frames of their writers' own streams: where each of these is and its version, without the text."""
    rows = await tx.all(
        "SELECT draft.id, slug AS network, topic_id AS topic, parent_id AS parent, rev FROM draft "
        "LEFT JOIN network ON network.id = network_id WHERE draft.id = ANY(:ids)",
        ids=ids,
    )
    return {row[0]: dict(zip(("id", "network", "topic", "parent", "rev"), row, strict=True)) for row in rows}
