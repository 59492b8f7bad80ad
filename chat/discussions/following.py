"""How closely a member follows a topic: each post, what concerns them, nothing for a while; or as their network says."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chat import clock
from chat.db import Question, Transaction
from chat.discussions.queries import topic_of
from chat.errors import SignInFirst
from chat.events import member_stream
from chat.fields import one_of
from chat.languages import _
from chat.members import Viewer, must_act

USUAL = "usual"  # no choice of one's own: as the member chose for the network
LEVELS = ("watching", "tracking", "muted", USUAL)
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1), "ever": None}

# SQL, of a row of `following`: how it is at :now. A mute that is over leaves what was before it.
LEVEL = "CASE WHEN following.level = 'muted' AND following.until <= :now THEN following.was ELSE following.level END"


class Following(NamedTuple):
    """`level` is one of LEVELS, and `until` when a mute ends; None is for ever."""

    level: str = USUAL
    until: datetime | None = None


async def following_of(tx: Transaction, viewer: Viewer | None, topic_id: int) -> Following:
    """How the viewer follows a topic that they may read."""
    if viewer is None:
        raise SignInFirst
    await topic_of(tx, viewer, topic_id)
    return await _following(tx, viewer.id, topic_id)


class Own(NamedTuple):
    following: Following
    kept: list[int]  # ids of posts


class _Own(NamedTuple):
    level: str | None
    until: datetime | None
    kept: list[int]


# From the bookmarks to their posts, however many a topic has: hence OFFSET 0, past which nothing is rearranged.
_OWN = (
    f"SELECT {LEVEL} AS level, following.until, ARRAY(SELECT post_id FROM bookmark WHERE member_id = :me "  # noqa: S608
    "AND EXISTS (SELECT FROM post WHERE post.id = post_id AND post.topic_id = :topic OFFSET 0)) AS kept "
    "FROM (SELECT) AS one LEFT JOIN following ON member_id = :me AND topic_id = :topic"
)


async def own_in(tx: Transaction, viewer: Viewer | None, topic_id: int) -> Own | None:
    """For the page of a topic: how the viewer follows it, and which of its posts they keep."""
    question = own_question(viewer, topic_id)
    return own_from(viewer, await tx.all(question.query, **question.params)) if viewer else None


def own_question(viewer: Viewer | None, topic_id: int) -> Question:
    return Question(_Own, _OWN, {"me": viewer.id if viewer else 0, "topic": topic_id, "now": clock.now()})


def own_from(viewer: Viewer | None, rows: list[Any]) -> Own | None:
    """What the rows of this question say."""
    return Own(_as_it_is(rows[0]), rows[0].kept) if viewer else None


async def follow(tx: Transaction, viewer: Viewer | None, topic_id: int, form: Mapping[str, Any]) -> Following:
    """Choose. Form: level, one of LEVELS; to mute, `for` one of SPANS, else it is for ever."""
    viewer = must_act(viewer)
    await topic_of(tx, viewer, topic_id)
    level = one_of("level", form.get("level"), LEVELS, called=_("How you follow it"))
    span = SPANS[one_of("for", form.get("for") or "ever", tuple(SPANS), called=_("How long"))]
    now = clock.now()
    if level == USUAL:
        await tx.run(
            "DELETE FROM following WHERE member_id = :me AND topic_id = :topic", me=viewer.id, topic=topic_id
        )
    else:
        await tx.run(
            "INSERT INTO following (member_id, topic_id, level, until, at) VALUES (:me, :topic, :level, :until, :now) "
            "ON CONFLICT (member_id, topic_id) DO UPDATE SET level = excluded.level, until = excluded.until, at = excluded.at, "
            "was = CASE WHEN excluded.level <> 'muted' THEN NULL WHEN following.level = 'muted' THEN following.was ELSE following.level END",
            me=viewer.id,
            topic=topic_id,
            level=level,
            until=now + span if level == "muted" and span else None,
            now=now,
        )
    await _count_again(tx, viewer.id, topic_id)
    return await _following(tx, viewer.id, topic_id)


async def _count_again(tx: Transaction, member_id: int, topic_id: int) -> None:
    """What is muted is not told any more, and what is not is told again: all screens hear how much there is to read."""
    notice_id = await tx.value(
        "SELECT max(notice.id) FROM notice WHERE member_id = :me AND read_at IS NULL AND ref_id = :topic AND parts <> '{}'",
        me=member_id,
        topic=topic_id,
    )
    if notice_id is not None:
        tx.announce(member_stream(member_id), "notice.read", notice_id)


async def _following(tx: Transaction, member_id: int, topic_id: int) -> Following:
    row = await tx.first(
        f"SELECT {LEVEL} AS level, following.until FROM following WHERE member_id = :me AND topic_id = :topic",  # noqa: S608
        me=member_id,
        topic=topic_id,
        now=clock.now(),
    )
    return _as_it_is(row)


def _as_it_is(row: Any) -> Following:
    if row is None or row.level is None:
        return Following()
    return Following(row.level, row.until if row.level == "muted" else None)
