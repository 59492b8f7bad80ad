"""Which topics and posts there are for a viewer."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from chat import clock
from chat.db import Reader, Transaction
from chat.discussions.authorship import Author, Byline
from chat.discussions.models import Post, Reading, Topic
from chat.errors import NotFound
from chat.members import Viewer
from chat.networks import nothing_there, readable
from chat.networks.models import Network

ROOTS_A_PAGE = 20


class TopicRow(NamedTuple):
    """A topic in a list."""

    id: int
    title: str
    network_id: int
    network_slug: str
    network_name: str
    author_kind: str
    author_id: int | None
    author_handle: str | None
    author_name: str
    author_organisation: str
    created_at: datetime
    last_post_at: datetime
    post_count: int
    views: int
    read: int | None
    tags: list[str]
    pinned_at: datetime | None
    locked_at: datetime | None
    solved_number: int | None
    polled_at: datetime | None

    @property
    def author(self) -> Author:
        return Author(
            self.author_kind, self.author_id, self.author_handle, self.author_name, self.author_organisation
        )

    @property
    def unread(self) -> int:
        """New posts for a member who has been here; 0 for anybody else."""
        return max(0, self.post_count - self.read) if self.read else 0


class PostSeen(NamedTuple):
    """A post as anybody who may read it sees it. A removed one keeps its place and loses its text."""

    id: int
    topic_id: int
    number: int
    parent_id: int | None
    parent_number: int | None
    parent_name: str | None
    depth: int
    author_kind: str
    author_id: int | None
    author_handle: str | None
    author_name: str
    author_organisation: str
    body: str | None
    html: str | None
    rev: int
    created_at: datetime
    edited_at: datetime | None
    removed_at: datetime | None
    reactions: dict[str, int]
    files: list[dict[str, Any]]
    hidden_at: datetime | None
    removed_by: str | None  # author or host
    answer: bool  # whether it is marked as what solves its topic

    @property
    def author(self) -> Author:
        return Author(
            self.author_kind, self.author_id, self.author_handle, self.author_name, self.author_organisation
        )


_Parent = aliased(Post, name="parent")
_TOPIC_BY = Byline("author", "topic.network_id", "topic.author_id", "topic.created_at", "topic.pseudonym_id")
_NAMELESS = "topic.nameless_at IS NOT NULL"
_POST_BY = Byline(
    "author", "topic.network_id", "post.author_id", "post.created_at", "post.pseudonym_id", _NAMELESS
)
_PARENT_BY = Byline(
    "parent_author",
    "topic.network_id",
    "parent.author_id",
    "parent.created_at",
    "parent.pseudonym_id",
    _NAMELESS,
)


def _topics(viewer: Viewer | None) -> Any:
    return _any_topics(viewer.id if viewer else 0).where(readable(viewer and viewer.id))


def _any_topics(member_id: int) -> Any:
    return _TOPIC_BY.join(
        select(
            Topic.id,
            Topic.title,
            Topic.network_id,
            col(Network.slug),
            col(Network.name),
            *_TOPIC_BY.columns,
            Topic.created_at,
            Topic.last_post_at,
            Topic.post_count,
            Topic.views,
            Reading.number,
            Topic.tags,
            Topic.pinned_at,
            Topic.locked_at,
            Topic.solved_number,
            col(Topic.polled_at),
        )
        .select_from(Topic)
        .join(Network, col(Network.id) == col(Topic.network_id))
        .outerjoin(
            Reading, sa.and_(col(Reading.topic_id) == col(Topic.id), col(Reading.member_id) == member_id)
        )
    )


def listed() -> Any:
    """SQL: the topic is in lists: a drop-in's talk only once the doors are open."""
    return col(Topic.listed_at) <= clock.now()


async def topics_in(
    tx: Transaction,
    viewer: Viewer | None,
    network_id: int,
    *,
    limit: int = 30,
    before: datetime | None = None,
    tag: str | None = None,
) -> list[TopicRow]:
    """A network's topics, perhaps of one tag, the most recently active first; `before` continues a list after its last."""
    query = _topics(viewer).where(col(Topic.network_id) == network_id)
    if tag is not None:
        query = query.where(col(Topic.tags).op("@>")(sa.cast([tag], sa.ARRAY(sa.Text))))
    return await _listed_topics(tx, query, limit, before)


async def recent_topics(
    tx: Transaction, viewer: Viewer | None, *, limit: int = 20, before: datetime | None = None
) -> list[TopicRow]:
    """The most recently active topics of all networks the viewer may read."""
    return await _listed_topics(tx, _topics(viewer), limit, before)


async def _listed_topics(tx: Transaction, query: Any, limit: int, before: datetime | None) -> list[TopicRow]:
    query = query.where(listed()).order_by(col(Topic.last_post_at).desc(), col(Topic.id).desc()).limit(limit)
    if before:
        query = query.where(col(Topic.last_post_at) < before)
    return [TopicRow(*row) for row in await tx.all(query)]


async def topic_of(tx: Transaction, viewer: Viewer | None, topic_id: int) -> TopicRow:
    """A topic the viewer may read."""
    row = await tx.first(_topics(viewer).where(col(Topic.id) == topic_id))
    if row is None:
        raise await nothing_there(tx, viewer, _network_of_topic(topic_id))
    return TopicRow(*row)


_REMOVED_BY: sa.ColumnElement[str] = sa.literal_column(
    "CASE WHEN post.removed_at IS NOT NULL THEN CASE WHEN post.removed_by = post.author_id THEN 'author' ELSE 'host' END END"
)
_ANSWER: sa.ColumnElement[bool] = sa.literal_column("topic.solved_number IS NOT DISTINCT FROM post.number")


def _posts() -> Any:
    gone = col(Post.removed_at).is_not(None)
    columns: Any = (
        Post.id,
        Post.topic_id,
        Post.number,
        Post.parent_id,
        _Parent.number,
        sa.case((col(_Parent.id).is_not(None), _PARENT_BY.name)),
        func.cardinality(Post.path),
        *_POST_BY.columns,
        sa.case((gone, None), else_=col(Post.body)),
        sa.case((gone, None), else_=col(Post.html)),
        Post.rev,
        Post.created_at,
        Post.edited_at,
        Post.removed_at,
        Post.reactions,
        Post.files,
        Post.hidden_at,
        _REMOVED_BY,
        _ANSWER,
    )
    query = (
        select(*columns)
        .select_from(Post)
        .join(Topic, col(Topic.id) == col(Post.topic_id))
        .outerjoin(_Parent, col(_Parent.id) == col(Post.parent_id))
    )
    return _PARENT_BY.join(_POST_BY.join(query))


async def thread(tx: Transaction, topic: TopicRow, page: int) -> tuple[list[PostSeen], int]:
    """One page of a topic in thread order (its roots, twenty a page, each with all that answers it), and how many pages there are."""
    roots = await tx.all(
        "SELECT number FROM post WHERE topic_id = :topic AND cardinality(path) = 1 AND number > 1 ORDER BY number",
        topic=topic.id,
    )
    numbers = [row.number for row in roots]
    pages = max(1, -(-len(numbers) // ROOTS_A_PAGE))
    if not 1 <= page <= pages:
        raise NotFound
    shown = numbers[(page - 1) * ROOTS_A_PAGE : page * ROOTS_A_PAGE]
    first = [1] if page == 1 else [shown[0]]
    query = _posts().where(
        col(Post.topic_id) == topic.id, col(Post.path) >= sa.cast(first, sa.ARRAY(sa.Integer))
    )
    if page < pages:
        query = query.where(col(Post.path) < sa.cast([numbers[page * ROOTS_A_PAGE]], sa.ARRAY(sa.Integer)))
    return [PostSeen(*row) for row in await tx.all(query.order_by(Post.path))], pages


async def page_of_post(tx: Transaction, topic_id: int, number: int) -> int:
    """The page of the thread that shows this post."""
    before = await tx.value(
        "SELECT count(*) FROM post WHERE topic_id = :topic AND cardinality(path) = 1 AND number > 1 AND number < "
        "(SELECT path[1] FROM post WHERE topic_id = :topic AND number = :number)",
        topic=topic_id,
        number=number,
    )
    return before // ROOTS_A_PAGE + 1


async def posts_after(tx: Transaction, topic: TopicRow, after: int, limit: int) -> list[PostSeen]:
    """A topic's posts in the order they were written, from the one after number `after` on."""
    query = (
        _posts()
        .where(col(Post.topic_id) == topic.id, col(Post.number) > after)
        .order_by(Post.number)
        .limit(limit)
    )
    return [PostSeen(*row) for row in await tx.all(query)]


async def latest_posts(tx: Transaction, topic: TopicRow, limit: int) -> list[PostSeen]:
    """A talk's newest posts, the oldest of them first."""
    query = _posts().where(col(Post.topic_id) == topic.id).order_by(col(Post.number).desc()).limit(limit)
    return [PostSeen(*row) for row in await tx.all(query)][::-1]


async def post_of(tx: Transaction, viewer: Viewer | None, post_id: int) -> PostSeen:
    """A post the viewer may read."""
    query = (
        _posts()
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(col(Post.id) == post_id, readable(viewer and viewer.id))
    )
    row = await tx.first(query)
    if row is None:
        topic = select(Post.topic_id).where(col(Post.id) == post_id).scalar_subquery()
        raise await nothing_there(tx, viewer, _network_of_topic(topic))
    return PostSeen(*row)


def _network_of_topic(topic_id: Any) -> Any:
    return select(Topic.network_id).where(col(Topic.id) == topic_id).scalar_subquery()


_THESE = sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger)))
_POSTS_BY_ID = _posts().where(col(Post.id) == _THESE)
_TOPICS_BY_ID = _any_topics(0).where(col(Topic.id) == _THESE)


async def posts_by_id(tx: Reader, ids: list[int]) -> dict[int, PostSeen]:
    """Posts for the frames of a stream, whose readers have been authorised."""
    return {row[0]: PostSeen(*row) for row in await tx.all(_POSTS_BY_ID, ids=ids)}


async def topics_by_id(tx: Reader, ids: list[int]) -> dict[int, TopicRow]:
    """Topics for the frames of a stream, whose readers have been authorised; nobody's reading is in them."""
    return {row[0]: TopicRow(*row) for row in await tx.all(_TOPICS_BY_ID, ids=ids)}


async def networks_of_topics(tx: Reader, topic_ids: set[int]) -> dict[int, int]:
    """The network of each of these topics that there is."""
    return dict(await tx.all("SELECT id, network_id FROM topic WHERE id = ANY(:ids)", ids=list(topic_ids)))
