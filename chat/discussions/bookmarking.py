"""Posts that a member keeps for later, with a note to themselves, and a reminder when they want to come back to them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from chat import clock
from chat.db import Transaction
from chat.discussions.models import Bookmark, Post, Topic
from chat.discussions.queries import PostSeen, post_of, posts_by_id
from chat.errors import Conflict, Invalid, SignInFirst
from chat.events import member_stream
from chat.fields import line, one_of
from chat.languages import _, many
from chat.members import Viewer, must_act, reader_of
from chat.members.notifying import Part, gather
from chat.networks import readable
from chat.networks.models import Network

LONGEST_NOTE = 300  # characters
MOST = 2000  # of one member
LATEST = timedelta(days=730)
LATER = timedelta(hours=3)
MORNING = time(9)
# When to be reminded: never, as it is already, later today; else in the morning, by the member's clock.
WHEN = ("never", "keep", "later", "tomorrow", "next_week", "date")


class Bookmarked(NamedTuple):
    """A member's own bookmark. `remind_at` is when they are to be reminded, or were."""

    post_id: int
    note: str
    saved_at: datetime
    remind_at: datetime | None
    reminded_at: datetime | None


class BookmarkSeen(NamedTuple):
    """A bookmark in a list, with its post and where that is."""

    kept: Bookmarked
    post: PostSeen
    title: str
    network_slug: str
    network_name: str


_COLUMNS: tuple[Any, ...] = (
    Bookmark.post_id, Bookmark.note, Bookmark.saved_at, Bookmark.remind_at, Bookmark.reminded_at,
    Topic.title, Network.slug, Network.name,
)  # fmt: skip


async def keep(tx: Transaction, viewer: Viewer | None, post_id: int, form: Mapping[str, Any]) -> Bookmarked:
    """Keep a post for later, or change how. Form: note; remind, one of WHEN, with `on` a date. What it leaves out stays."""
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    before = await kept_by(tx, viewer, post_id)
    if before is None:
        await _must_have_room(tx, viewer.id, post)
    note = (
        line("note", form["note"], LONGEST_NOTE, called=_("The note"), required=False)
        if "note" in form
        else None
    )
    remind_at = await _moment(tx, viewer, form, before and before.remind_at)
    await tx.run(
        "INSERT INTO bookmark (member_id, post_id, note, saved_at, remind_at) VALUES (:me, :post, coalesce(:note, ''), :now, :at) "
        "ON CONFLICT (member_id, post_id) DO UPDATE SET note = coalesce(:note, bookmark.note), remind_at = :at, "
        "reminded_at = CASE WHEN bookmark.remind_at = :at THEN bookmark.reminded_at END",
        me=viewer.id,
        post=post_id,
        note=note,
        now=clock.now(),
        at=remind_at,
    )
    if remind_at and remind_at > clock.now():
        await tx.enqueue(
            "remind_of_post", f"remind_of_post:{viewer.id}:{post_id}:{remind_at.isoformat()}", run_at=remind_at,
            member_id=viewer.id, post_id=post_id, at=remind_at.isoformat(),
        )  # fmt: skip
    if before is None:
        tx.announce(member_stream(viewer.id), "mine.bookmark", post_id, 1)
    kept = await kept_by(tx, viewer, post_id)
    assert kept is not None
    return kept


async def let_go(tx: Transaction, viewer: Viewer | None, post_id: int) -> None:
    """Keep a post no longer, whether one may still read it or not. Its reminder goes with it."""
    viewer = must_act(viewer)
    if await tx.run(
        "DELETE FROM bookmark WHERE member_id = :me AND post_id = :post", me=viewer.id, post=post_id
    ):
        tx.announce(member_stream(viewer.id), "mine.bookmark", post_id, 0)


async def kept_by(tx: Transaction, viewer: Viewer | None, post_id: int) -> Bookmarked | None:
    """The viewer's own bookmark of a post, if there is one."""
    if viewer is None:
        raise SignInFirst
    row = await tx.first(
        "SELECT post_id, note, saved_at, remind_at, reminded_at FROM bookmark WHERE member_id = :me AND post_id = :post",
        me=viewer.id,
        post=post_id,
    )
    return row and Bookmarked(*row)


async def bookmarks_of(
    tx: Transaction, viewer: Viewer | None, *, limit: int = 30, before: datetime | None = None
) -> list[BookmarkSeen]:
    """What the viewer keeps and may read, the latest first; `before` (when the last was saved) continues a list."""
    if viewer is None:
        raise SignInFirst
    query = (
        select(*_COLUMNS)
        .select_from(Bookmark)
        .join(Post, col(Post.id) == col(Bookmark.post_id))
        .join(Topic, col(Topic.id) == col(Post.topic_id))
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(
            col(Bookmark.member_id) == viewer.id, col(Post.removed_at).is_(None), col(Post.hidden_at).is_(None),
            col(Post.moved_to).is_(None), col(Topic.hidden_at).is_(None), readable(viewer.id),
        )
        .order_by(col(Bookmark.saved_at).desc(), col(Bookmark.post_id).desc())
        .limit(limit)
    )  # fmt: skip
    if before:
        query = query.where(col(Bookmark.saved_at) < before)
    rows = await tx.all(query)
    posts = await posts_by_id(tx, [row.post_id for row in rows])
    return [BookmarkSeen(Bookmarked(*row[:5]), posts[row.post_id], *row[5:]) for row in rows]


async def remind_of_post(tx: Transaction, member_id: int, post_id: int, at: datetime) -> None:
    """Tell a member of a post as they wished for this moment; once."""
    claimed = await tx.run(
        "UPDATE bookmark SET reminded_at = :now WHERE member_id = :member AND post_id = :post AND remind_at = :at AND reminded_at IS NULL",
        now=clock.now(),
        member=member_id,
        post=post_id,
        at=at,
    )
    if claimed:
        network_id = await tx.value(
            "SELECT network_id FROM topic JOIN post ON topic.id = topic_id WHERE post.id = :id", id=post_id
        )
        await gather(tx, network_id, [Part(member_id, "bookmark.due", post_id, [post_id])])


async def _must_have_room(tx: Transaction, member_id: int, post: PostSeen) -> None:
    if post.removed_at or post.hidden_at:
        raise Conflict(_("This post has been removed."))
    if await tx.value("SELECT count(*) FROM bookmark WHERE member_id = :me", me=member_id) >= MOST:
        raise Conflict(
            many(
                MOST,
                "You have {n} bookmark, which is as many as there can be. Remove some first.",
                "You have {n} bookmarks, which is as many as there can be. Remove some first.",
            )
        )


async def _moment(
    tx: Transaction, viewer: Viewer, form: Mapping[str, Any], before: datetime | None
) -> datetime | None:
    """When to remind of it."""
    when = one_of("remind", form.get("remind") or "keep", WHEN, called=_("When to remind you"))
    if when in ("never", "keep"):
        return before if when == "keep" else None
    now = clock.now()
    if when == "later":
        return now + LATER
    zone = ZoneInfo((await reader_of(tx, viewer.id)).zone or "UTC")
    today = now.astimezone(zone).date()
    days = {"tomorrow": 1, "next_week": 7 - today.weekday()}
    day = _day(form.get("on")) if when == "date" else today + timedelta(days=days[when])
    moment = datetime.combine(day, MORNING, zone).astimezone(UTC)
    if not now < moment <= now + LATEST:
        raise Invalid("on", _("Choose a day that is to come, within two years."))
    return moment


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        raise Invalid("on", _("Choose a day.")) from None
