"""What a feed's address answers. Each fetch asks anew what its reader may read, by the one predicate."""

from typing import Any

from sqlmodel import col, select

from chat.db import Transaction
from chat.discussions import PostSeen, TopicRow, posts_by_id, topics_by_id
from chat.discussions.models import Post, Topic
from chat.discussions.queries import listed
from chat.errors import NotFound
from chat.feeds.composing import Channel, Entry, atom
from chat.networks import readable
from chat.networks.addresses import Addresses, Fetched
from chat.networks.models import Network

TOPICS, POSTS = 30, 50  # in one feed: programs look often, and keep what they have seen
ADDRESSES = Addresses("feed", "/feeds/{}.atom")
SHOWN = (col(Post.removed_at).is_(None), col(Post.hidden_at).is_(None))


async def open_feed(tx: Transaction, slug: str) -> Fetched:
    """The discussions of an open network, for anybody. NotFound for any other."""
    here = (col(Network.slug) == slug) & readable(None)
    return Fetched(f"network:{slug}", await _of_network(tx, here, None, f"/networks/{slug}/feed.atom"))


async def open_topic_feed(tx: Transaction, topic_id: int) -> Fetched:
    """The posts of a topic in an open network, for anybody. NotFound for any other."""
    body = await _of_topic(tx, topic_id, readable(None), f"/topics/{topic_id}/feed.atom")
    return Fetched(f"topic:{topic_id}", body)


async def feed_by_token(tx: Transaction, token: str) -> Fetched:
    """The discussions behind a secret address. NotFound for one that ended, never was, or whose member may read them no more."""
    reader = await ADDRESSES.reader(tx, token)
    here = (col(Network.id) == reader.network_id) & readable(reader.member_id)
    path = f"/feeds/{token}"
    body = await _of_network(tx, here, path, f"{path}.atom")
    return Fetched(f"{reader.network_id} {reader.member_id}", body, reader.to_note)


async def topic_feed_by_token(tx: Transaction, token: str, topic_id: int) -> Fetched:
    """The posts of one topic of the network behind a secret address. NotFound as above, or where it is none of its topics."""
    reader = await ADDRESSES.reader(tx, token)
    here = (col(Network.id) == reader.network_id) & readable(reader.member_id)
    body = await _of_topic(tx, topic_id, here, f"/feeds/{token}/topics/{topic_id}.atom")
    return Fetched(f"topic:{topic_id} {reader.member_id}", body, reader.to_note)


async def _of_network(tx: Transaction, here: Any, secret: str | None, own: str) -> bytes:
    """The newest topics, each with its opening post."""
    network = await tx.first(
        select(Network.id, Network.slug, Network.name, Network.summary, Network.created_at).where(here)
    )
    if network is None:
        raise NotFound
    rows = await tx.all(
        select(Post.id, Post.topic_id)
        .join(Topic, col(Topic.id) == col(Post.topic_id))
        .where(col(Topic.network_id) == network.id, col(Post.number) == 1, listed(), *SHOWN)
        .order_by(col(Topic.created_at).desc(), col(Topic.id).desc())
        .limit(TOPICS)
    )
    topics = await topics_by_id(tx, [row.topic_id for row in rows])
    posts = await posts_by_id(tx, [row.id for row in rows])
    entries = [_opening(topics[row.topic_id], posts[row.id], secret) for row in rows]
    channel = Channel(f"/networks/{network.slug}", own, network.name, network.summary, network.created_at)
    return atom(channel, entries)


async def _of_topic(tx: Transaction, topic_id: int, here: Any, own: str) -> bytes:
    """The newest posts, the newest first."""
    found = await tx.value(
        select(Topic.id)
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(col(Topic.id) == topic_id, listed(), here)
    )
    if found is None:
        raise NotFound
    topic = (await topics_by_id(tx, [topic_id]))[topic_id]
    rows = await tx.all(
        select(Post.id)
        .where(col(Post.topic_id) == topic_id, *SHOWN)
        .order_by(col(Post.number).desc())
        .limit(POSTS)
    )
    posts = await posts_by_id(tx, [id for (id,) in rows])
    channel = Channel(f"/topics/{topic_id}", own, topic.title, topic.network_name, topic.created_at)
    return atom(channel, [_answer(topic, posts[id]) for (id,) in rows])


def _opening(topic: TopicRow, post: PostSeen, secret: str | None) -> Entry:
    path = f"/topics/{topic.id}"
    replies = f"{secret}{path}.atom" if secret else f"{path}/feed.atom"
    return _entry(post, topic.title, path)._replace(
        replies=replies, many=max(0, topic.post_count - 1), tags=topic.tags
    )


def _answer(topic: TopicRow, post: PostSeen) -> Entry:
    path = f"/topics/{topic.id}?post={post.number}#p{post.number}"
    if post.number == 1:
        return _entry(post, topic.title, path)._replace(tags=topic.tags)
    return _entry(post, f"Re: {topic.title}", path)._replace(answers=post.parent_id)


def _entry(post: PostSeen, title: str, path: str) -> Entry:
    return Entry(post.id, title, path, post.author, post.created_at, post.edited_at, post.html or "")
