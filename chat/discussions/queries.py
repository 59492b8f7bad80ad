"""Which topics and posts there are for a viewer."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, func, or_, select

from chat import clock
from chat.db import Question, Reader, Transaction
from chat.discussions.authorship import Author, Byline
from chat.discussions.models import Post, Reading, Topic
from chat.members import Viewer
from chat.networks import RIGHTS, NetworkSeen, network_where, nothing_there, readable
from chat.networks.models import Membership, Network


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
    slow_seconds: int | None
    hidden_at: datetime | None
    merged_into: int | None

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
    moved_to: int | None

    @property
    def author(self) -> Author:
        return Author(
            self.author_kind, self.author_id, self.author_handle, self.author_name, self.author_organisation
        )


_Parent = aliased(Post, name="parent")
_TOPIC_BY = Byline("author", "topic.network_id", "topic.author_id", "topic.created_at", "topic.pseudonym_id")
_NO_FILES = sa.literal_column("'[]'::jsonb", JSONB)
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
    return _any_topics(viewer.id if viewer else 0).where(open_to(viewer and viewer.id))


def _any_topics(member_id: Any) -> Any:
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
            col(Topic.slow_seconds),
            col(Topic.hidden_at),
            col(Topic.merged_into),
        )
        .select_from(Topic)
        .join(Network, col(Network.id) == col(Topic.network_id))
        .outerjoin(
            Reading, sa.and_(col(Reading.topic_id) == col(Topic.id), col(Reading.member_id) == member_id)
        )
    )


def open_to(member_id: Any) -> Any:
    """SQL: the member (an id, a parameter, or None for a visitor) may read the topic of the row, whose network it joins: a hidden one is for
    hosts and its author."""
    hosts = exists().where(
        col(Membership.network_id) == col(Topic.network_id),
        col(Membership.member_id) == (0 if member_id is None else member_id),
        or_(*(col(Membership.role) == role for role in RIGHTS["moderate"].roles)),
        col(Membership.ended_at).is_(None),
        col(Membership.banned_at).is_(None),
    )
    unhidden = or_(
        col(Topic.hidden_at).is_(None),
        col(Topic.author_id) == (0 if member_id is None else member_id),
        hosts.correlate(Topic),
    )
    return sa.and_(readable(member_id), unhidden)


def listed() -> Any:
    """SQL: the topic is in lists: a drop-in's talk only once the doors are open, and none that is hidden or merged."""
    return col(Topic.listed_at) <= clock.now()


class Last(NamedTuple):
    """The last topic of a page, from which the next goes on. Without an id nothing of that moment follows."""

    at: datetime
    id: int = 0


async def topics_in(
    tx: Transaction,
    viewer: Viewer | None,
    network_id: int,
    *,
    limit: int = 30,
    before: Last | None = None,
    tag: str | None = None,
) -> list[TopicRow]:
    """A network's topics, perhaps of one tag, the most recently active first, else without the pinned ones; `before`
    continues a list after its last."""
    query = _topics(viewer).where(col(Topic.network_id) == network_id)
    if tag is not None:
        query = query.where(col(Topic.tags).op("@>")(sa.cast([tag], sa.ARRAY(sa.Text))))
    else:
        query = query.where(col(Topic.pinned_at).is_(None))
    return await _listed_topics(tx, query, limit, before)


async def pinned_topics(tx: Transaction, viewer: Viewer | None, network_id: int) -> list[TopicRow]:
    """What stands first in a network, the latest pinned before the others."""
    query = _topics(viewer).where(
        col(Topic.network_id) == network_id, col(Topic.pinned_at).is_not(None), listed()
    )
    return [TopicRow(*row) for row in await tx.all(query.order_by(col(Topic.pinned_at).desc()))]


async def recent_topics(
    tx: Transaction, viewer: Viewer | None, *, limit: int = 20, before: Last | None = None
) -> list[TopicRow]:
    """The most recently active topics of all networks the viewer may read."""
    return await _listed_topics(tx, _topics(viewer), limit, before)


async def latest_read(tx: Transaction, viewer: Viewer, limit: int) -> list[TopicRow]:
    """The topics that the viewer has read last, the latest first."""
    query = _topics(viewer).where(listed(), col(Reading.member_id) == viewer.id)
    return [TopicRow(*row) for row in await tx.all(query.order_by(col(Reading.at).desc()).limit(limit))]


async def some_topics(tx: Transaction, viewer: Viewer | None, ids: list[int]) -> list[TopicRow]:
    """Those of these topics that the viewer finds in lists."""
    return [
        TopicRow(*row)
        for row in await tx.all(_topics(viewer).where(listed(), col(Topic.id) == _THESE), ids=ids)
    ]


async def _listed_topics(tx: Transaction, query: Any, limit: int, before: Last | None) -> list[TopicRow]:
    query = query.where(listed()).order_by(col(Topic.last_post_at).desc(), col(Topic.id).desc()).limit(limit)
    if before:
        query = query.where(sa.tuple_(col(Topic.last_post_at), col(Topic.id)) < sa.tuple_(*before))
    return [TopicRow(*row) for row in await tx.all(query)]


async def topic_of(tx: Transaction, viewer: Viewer | None, topic_id: int) -> TopicRow:
    """A topic the viewer may read."""
    question = topic_question(viewer, topic_id)
    return await topic_in(tx, viewer, topic_id, await tx.all(question.query, **question.params))


def topic_question(viewer: Viewer | None, topic_id: int) -> Question:
    """A topic, if the viewer may read it."""
    one = _MEMBERS_TOPICS if viewer else _VISITORS_TOPICS
    return Question(TopicRow, one, {"me": viewer.id if viewer else 0, "ids": [topic_id]})


async def topic_in(tx: Transaction, viewer: Viewer | None, topic_id: int, rows: list[Any]) -> TopicRow:
    """What the rows of this question say."""
    if not rows:
        raise await nothing_there(tx, viewer, _network_of_topic(topic_id))
    return TopicRow(*rows[0])


def its_network_question(viewer: Viewer | None, topic_id: int) -> Question:
    """The network of a topic, uncounted, if the viewer may read it."""
    return Question(NetworkSeen, _ITS_NETWORK, {"me": viewer.id if viewer else 0, "topic": topic_id})


async def topics_of(tx: Transaction, viewer: Viewer, ids: list[int]) -> dict[int, TopicRow]:
    """Those of these topics that the viewer may read."""
    return {row[0]: TopicRow(*row) for row in await tx.all(_MEMBERS_TOPICS, me=viewer.id, ids=ids)}


_REMOVED_BY: sa.ColumnElement[str] = sa.literal_column(
    "CASE WHEN post.removed_at IS NOT NULL THEN CASE WHEN post.removed_by = post.author_id THEN 'author' ELSE 'host' END END"
)
_ANSWER: sa.ColumnElement[bool] = sa.literal_column("topic.solved_number IS NOT DISTINCT FROM post.number")


def _posts() -> Any:
    gone = col(Post.removed_at).is_not(None)
    unseen = sa.or_(gone, col(Post.hidden_at).is_not(None))
    files = sa.case((unseen, _NO_FILES), else_=col(Post.files))
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
        files,
        Post.hidden_at,
        _REMOVED_BY,
        _ANSWER,
        Post.moved_to,
    )
    query = (
        select(*columns)
        .select_from(Post)
        .join(Topic, col(Topic.id) == col(Post.topic_id))
        .outerjoin(_Parent, col(_Parent.id) == col(Post.parent_id))
    )
    return _PARENT_BY.join(_POST_BY.join(query))


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
    row = await tx.first(_POST_FOR, me=viewer.id if viewer else 0, id=post_id)
    if row is None:
        topic = select(Post.topic_id).where(col(Post.id) == post_id).scalar_subquery()
        raise await nothing_there(tx, viewer, _network_of_topic(topic))
    return PostSeen(*row)


async def where_now(
    tx: Transaction, viewer: Viewer | None, topic_id: int, number: int | None = None
) -> tuple[int, int | None]:
    """Where a topic, or a post of it, is to be found since hosts merged the one or moved the other."""
    while row := await tx.first(
        "SELECT merged_into, merged_after FROM topic WHERE id = :id AND merged_into IS NOT NULL", id=topic_id
    ):
        topic_id, number = row.merged_into, number and number + row.merged_after
    if number is None:
        return topic_id, None
    moved = await tx.value(
        "SELECT moved_to FROM post WHERE topic_id = :topic AND number = :number",
        topic=topic_id,
        number=number,
    )
    if moved is None:
        return topic_id, number
    post = await post_of(tx, viewer, moved)
    return post.topic_id, post.number


def _network_of_topic(topic_id: Any) -> Any:
    return select(Topic.network_id).where(col(Topic.id) == topic_id).scalar_subquery()


_THESE = sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger)))
_ITS_NETWORK = network_where(_network_of_topic(sa.bindparam("topic", type_=sa.BigInteger)))
POSTS = _posts()  # SQL: the columns of PostSeen, for pages of a topic that was found
_POSTS_BY_ID = POSTS.where(col(Post.id) == _THESE)
_TOPICS_BY_ID = _any_topics(0).where(col(Topic.id) == _THESE)
# Made once: SQLAlchemy takes longer to build such a statement than PostgreSQL to answer it.
_ME = sa.bindparam("me", type_=sa.BigInteger)
_POST_FOR = POSTS.join(Network, col(Network.id) == col(Topic.network_id)).where(
    col(Post.id) == sa.bindparam("id", type_=sa.BigInteger), open_to(_ME)
)
_MEMBERS_TOPICS = _any_topics(_ME).where(open_to(_ME), col(Topic.id) == _THESE)
_VISITORS_TOPICS = _any_topics(_ME).where(open_to(None), col(Topic.id) == _THESE)


async def posts_by_id(tx: Reader, ids: list[int]) -> dict[int, PostSeen]:
    """Posts for the frames of a stream, whose readers have been authorised."""
    return {row[0]: PostSeen(*row) for row in await tx.all(_POSTS_BY_ID, ids=ids)}


async def topics_by_id(tx: Reader, ids: list[int]) -> dict[int, TopicRow]:
    """Topics for the frames of a stream, whose readers have been authorised; nobody's reading is in them."""
    return {row[0]: TopicRow(*row) for row in await tx.all(_TOPICS_BY_ID, ids=ids)}


async def networks_of_topics(tx: Reader, topic_ids: set[int]) -> dict[int, int]:
    """The network of each of these topics that there is."""
    return dict(await tx.all("SELECT id, network_id FROM topic WHERE id = ANY(:ids)", ids=list(topic_ids)))


async def followable_topics(tx: Reader, topic_ids: set[int]) -> dict[int, int]:
    """The network of each of these topics that has readers who may follow it live; a hidden one has none."""
    rows = await tx.all(
        "SELECT id, network_id FROM topic WHERE id = ANY(:ids) AND hidden_at IS NULL", ids=list(topic_ids)
    )
    return dict(rows)
