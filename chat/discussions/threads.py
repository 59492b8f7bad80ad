"""A topic page by page: in threads or as it was written, the oldest or the newest first.

Every page is found without counting, in a topic of ten posts as in one of ten thousand, and shows no more than so many:
of a root with many answers the first, and the others on pages of its own.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col

from chat.db import Question, Transaction
from chat.discussions.models import Post
from chat.discussions.queries import POSTS, PostSeen, TopicRow
from chat.errors import Invalid, NotFound
from chat.languages import _
from chat.members import Viewer

ROOTS_A_PAGE = 20
ANSWERS_SHOWN = 20  # of each root, on a page of threads
POSTS_A_PAGE = 50  # where they stand in the order they were written, and among the answers to one root

VIEWS, ORDERS = ("threads", "flat"), ("oldest", "newest")


class Way(NamedTuple):
    """How somebody reads topics."""

    view: str = "threads"
    order: str = "oldest"

    @property
    def flat(self) -> bool:
        return self.view == "flat"

    @property
    def newest_first(self) -> bool:
        return self.order == "newest"


class Place(NamedTuple):
    """Where in a topic: a page of it, or of the answers to the root with the number `under`."""

    page: int = 1
    under: int | None = None


USUAL, FIRST = Way(), Place()


class Whereabouts(NamedTuple):
    """Where a post stands: its number, those of the posts it answers down to its own, and its root's turn."""

    number: int
    path: list[int]
    turn: int | None


_SPOTS = (
    "SELECT number, path, (SELECT turn FROM post AS root WHERE root.topic_id = :topic AND root.number = post.path[1]) AS turn "
    "FROM post WHERE topic_id = :topic AND"
)
_UNREAD_SPOT = (
    f"{_SPOTS} number > (SELECT reading.number FROM reading WHERE member_id = :me AND reading.topic_id = :topic) "  # noqa: S608
    "ORDER BY number LIMIT 1"
)


class Further(NamedTuple):
    """How many answers to a root (its number) are on pages of their own."""

    root: int
    answers: int


class Leaf(NamedTuple):
    """A page of a topic. `further`: of roots with more answers than are shown, how many, by the id of the last that is.

    On a page of the answers to one root, that root stands before them, and `under` is its number.
    """

    posts: list[PostSeen]
    page: int
    pages: int
    under: int | None = None
    further: Mapping[int, Further] = MappingProxyType({})


def way_of(viewer: Viewer | None, view: str | None = None, order: str | None = None) -> Way:
    """How the viewer wants to read a topic: as they say, else as they always do."""
    usual = Way(viewer.topic_view, viewer.topic_order) if viewer else USUAL
    return Way(view if view in VIEWS else usual.view, order if order in ORDERS else usual.order)


async def prefer_way(tx: Transaction, viewer: Viewer, view: object, order: object) -> None:
    """Read all topics this way from now on; what is None stays as it was."""
    for field, wanted, known in (("view", view, VIEWS), ("order", order, ORDERS)):
        if wanted is not None and wanted not in known:
            raise Invalid(
                field, _("{called} must be one of: {choices}.", called=field, choices=", ".join(known))
            )
    await tx.run(
        "UPDATE member SET topic_view = coalesce(:view, topic_view), topic_order = coalesce(:order, topic_order) WHERE id = :id",
        view=view,
        order=order,
        id=viewer.id,
    )


async def thread(tx: Transaction, topic: TopicRow, place: Place = FIRST, way: Way = USUAL) -> Leaf:
    """One page of a topic. Raises NotFound where there is none."""
    if place.page < 1:
        raise NotFound
    if place.under is not None:
        return await _answers(tx, topic, place.page, place.under)
    return await (_flat if way.flat else _threads)(tx, topic, place.page, way.newest_first)


async def _flat(tx: Transaction, topic: TopicRow, page: int, newest_first: bool) -> Leaf:
    pages = max(1, -(-topic.post_count // POSTS_A_PAGE))
    if page > pages:
        raise NotFound
    last = topic.post_count - (page - 1) * POSTS_A_PAGE if newest_first else page * POSTS_A_PAGE
    rows = await tx.all(_BY_NUMBER, topic=topic.id, first=last - POSTS_A_PAGE + 1, last=last)
    posts = [PostSeen(*row) for row in rows]
    return Leaf(posts[::-1] if newest_first else posts, page, pages)


async def _threads(tx: Transaction, topic: TopicRow, page: int, newest_first: bool) -> Leaf:
    roots = await _roots(tx, topic.id)
    pages = max(1, -(-roots // ROOTS_A_PAGE))
    if page > pages:
        raise NotFound
    last = roots - (page - 1) * ROOTS_A_PAGE if newest_first else page * ROOTS_A_PAGE
    turns = list(range(max(1, last - ROOTS_A_PAGE + 1), last + 1))
    opening = [0] if page == 1 else []  # which is no root, and stands first in every order
    branches = _branches(
        [PostSeen(*row) for row in await tx.all(_THREADS, topic=topic.id, turns=opening + turns)]
    )
    if newest_first:
        branches = branches[: len(opening)] + branches[len(opening) :][::-1]
    full = {
        branch[0].number: branch[ANSWERS_SHOWN].id for branch in branches if len(branch) > ANSWERS_SHOWN + 1
    }
    counts = await _count_answers(tx, topic.id, list(full)) if full else {}
    return Leaf(
        [post for branch in branches for post in branch[: ANSWERS_SHOWN + 1]], page, pages,
        further={full[root]: Further(root, count - ANSWERS_SHOWN) for root, count in counts.items()},
    )  # fmt: skip


def _branches(posts: list[PostSeen]) -> list[list[PostSeen]]:
    """Each root with its answers, of posts in thread order."""
    branches: list[list[PostSeen]] = []
    for post in posts:
        if post.depth == 1:
            branches.append([])
        branches[-1].append(post)
    return branches


async def _answers(tx: Transaction, topic: TopicRow, page: int, under: int) -> Leaf:
    count = (await _count_answers(tx, topic.id, [under])).get(under, 0)
    pages = max(1, -(-count // POSTS_A_PAGE))
    if page > pages or under == 1:
        raise NotFound
    rows = await tx.all(_ANSWERS, topic=topic.id, root=under, passed=(page - 1) * POSTS_A_PAGE)
    if not rows:
        raise NotFound
    return Leaf([PostSeen(*row) for row in rows], page, pages, under)


async def place_of(tx: Transaction, topic: TopicRow, number: int, way: Way = USUAL) -> Place:
    """The page that shows the post with this number, or the next one that there is; else the first."""
    post = await tx.first(
        f"{_SPOTS} number >= :number ORDER BY number LIMIT 1", topic=topic.id, number=number
    )
    return await place_at(tx, topic, post, way) if post else FIRST


def unread_spot_question(viewer: Viewer | None, topic_id: int) -> Question:
    """Where the first post stands that the viewer has not read; no row where they have not been, or have read all."""
    return Question(Whereabouts, _UNREAD_SPOT, {"me": viewer.id if viewer else 0, "topic": topic_id})


async def place_at(tx: Transaction, topic: TopicRow, post: Whereabouts, way: Way) -> Place:
    """The page that shows this post."""
    if way.flat:
        before = topic.post_count - post.number if way.newest_first else post.number - 1
        return Place(before // POSTS_A_PAGE + 1)
    if len(post.path) > 1:
        before = await tx.value(
            "SELECT count(*) FROM post WHERE topic_id = :topic AND path > :root AND path < :path",
            topic=topic.id,
            root=post.path[:1],
            path=post.path,
        )
        if before >= ANSWERS_SHOWN:
            return Place(before // POSTS_A_PAGE + 1, post.path[0])
    if not post.turn:
        return FIRST
    before = await _roots(tx, topic.id) - post.turn if way.newest_first else post.turn - 1
    return Place(before // ROOTS_A_PAGE + 1)


async def _roots(tx: Transaction, topic_id: int) -> int:
    return (
        await tx.value(
            "SELECT max(turn) FROM post WHERE topic_id = :topic AND turn IS NOT NULL", topic=topic_id
        )
        or 0
    )


async def _count_answers(tx: Transaction, topic_id: int, roots: list[int]) -> dict[int, int]:
    """How many posts stand under each of these roots that has any."""
    rows = await tx.all(
        "SELECT root, count(*) FROM unnest(CAST(:roots AS integer[])) AS root, post "
        "WHERE topic_id = :topic AND path > ARRAY[root] AND path < ARRAY[root + 1] GROUP BY root",
        roots=roots,
        topic=topic_id,
    )
    return dict(rows)  # type: ignore[arg-type]


# Made once: SQLAlchemy takes longer to build such a statement than PostgreSQL to answer it.

_TOPIC = col(Post.topic_id) == sa.bindparam("topic", type_=sa.BigInteger)
_BY_NUMBER = (
    POSTS.where(_TOPIC, col(Post.number).between(sa.bindparam("first", type_=sa.Integer), sa.bindparam("last", type_=sa.Integer)))
    .order_by(Post.number)
)  # fmt: skip


def _shown(paths: str, *params: Any) -> Any:
    """The posts at these paths, in thread order."""
    these = (
        sa.text(paths).bindparams(*params).columns(sa.column("path", sa.ARRAY(sa.Integer))).subquery("shown")
    )
    return POSTS.where(_TOPIC).join(these, these.c.path == col(Post.path)).order_by(Post.path)


# Of each root one answer more than is shown, to know that there are more.
_THREADS = _shown(
    "SELECT branch.path FROM post AS root, LATERAL (SELECT path FROM post WHERE post.topic_id = root.topic_id "
    "AND post.path >= root.path AND post.path < ARRAY[root.number + 1] ORDER BY post.path LIMIT "
    ":most) AS branch WHERE root.topic_id = :topic AND root.turn = ANY(:turns)",
    sa.bindparam("topic", type_=sa.BigInteger),
    sa.bindparam("turns", type_=sa.ARRAY(sa.Integer)),
    sa.bindparam("most", ANSWERS_SHOWN + 2, type_=sa.Integer),
)
_ANSWERS = _shown(
    "SELECT ARRAY[CAST(:root AS integer)] AS path UNION ALL (SELECT path FROM post WHERE topic_id = :topic "
    "AND path > ARRAY[CAST(:root AS integer)] AND path < ARRAY[CAST(:root AS integer) + 1] "
    "ORDER BY path LIMIT :most OFFSET :passed)",
    sa.bindparam("topic", type_=sa.BigInteger),
    sa.bindparam("root", type_=sa.Integer),
    sa.bindparam("passed", type_=sa.Integer),
    sa.bindparam("most", POSTS_A_PAGE, type_=sa.Integer),
)
