"""Posts that are drawn anew: by a newer renderer, or because a topic that they name is called or read otherwise now."""

from typing import Any

from chat import clock
from chat.db import Database, Transaction
from chat.discussions.naming import draw, note_names
from chat.errors import Invalid
from chat.events import topic_stream
from chat.markup import RENDERER

BATCH = 50

# Whoever changes a post meanwhile draws it anew themselves.
POSTS = """
SELECT post.id, post.topic_id, network_id, body, html, rev FROM post JOIN topic ON topic.id = topic_id
WHERE {which} ORDER BY post.id LIMIT :limit FOR UPDATE OF post
"""
OLD = POSTS.format(which="renderer < :renderer") + "SKIP LOCKED"
NAMING_TOPIC = POSTS.format(
    which="post.id > :after AND EXISTS (SELECT FROM reference WHERE post_id = post.id AND reference.topic_id = :topic)"
)
NAMING_NETWORK = POSTS.format(
    which="post.id > :after AND EXISTS (SELECT FROM reference JOIN topic AS named ON named.id = reference.topic_id "
    "WHERE post_id = post.id AND named.network_id = :network AND topic.network_id <> :network)"
)


async def redraw_old(db: Database) -> int:
    """Draw all posts of older renderers anew, some at a time; how many those were."""
    done = 0
    while True:
        async with db.transaction() as tx:
            posts = await tx.all(OLD, renderer=RENDERER, limit=BATCH)
            await _redraw(tx, posts)
        done += len(posts)
        if len(posts) < BATCH:
            return done


async def topic_changed(tx: Transaction, topic_id: int) -> None:
    """A topic is called otherwise, or has other readers: whoever names it is to show that."""
    if await tx.value("SELECT 1 FROM reference WHERE topic_id = :id LIMIT 1", id=topic_id):
        key = f"redraw_naming:topic:{topic_id}:{clock.now().isoformat()}"
        await tx.enqueue("redraw_naming", key, topic_id=topic_id)


async def redraw_naming(
    tx: Transaction, *, topic_id: int = 0, network_id: int = 0, after: int = 0, at: str = ""
) -> None:
    """Draw some of the posts anew that name this topic, or a topic of this network from outside of it, and leave the rest to another job."""
    query = NAMING_TOPIC if topic_id else NAMING_NETWORK
    of = {"topic": topic_id} if topic_id else {"network": network_id}
    posts = await tx.all(query, **of, after=after, limit=BATCH)
    await _redraw(tx, posts)
    if len(posts) == BATCH:
        at, last = at or clock.now().isoformat(), posts[-1].id
        key = f"redraw_naming:{topic_id}:{network_id}:{at}:{last}"
        await tx.enqueue("redraw_naming", key, topic_id=topic_id, network_id=network_id, after=last, at=at)


async def _redraw(tx: Transaction, posts: list[Any]) -> None:
    for post in posts:
        html = post.html
        try:
            drawn = await draw(tx, post.network_id, post.body, post.topic_id)
        except Invalid:  # it would not be taken today; it stays as it is
            pass
        else:
            html = drawn.html
            await note_names(tx, post.id, drawn, before=True)
        await tx.run(
            "UPDATE post SET html = :html, renderer = :renderer WHERE id = :id",
            id=post.id,
            html=html,
            renderer=RENDERER,
        )
        if html != post.html:
            tx.announce(topic_stream(post.topic_id), "post.drawn", post.id, post.rev, network=post.network_id)
