"""Changing and removing what was written."""

from chat import clock
from chat.db import Transaction
from chat.discussions.authorship import wrote
from chat.discussions.muting import must_be_heard
from chat.discussions.queries import PostSeen, networks_of_topics, post_of
from chat.discussions.taking import still_in
from chat.discussions.writing import clean_body, must_belong, must_write
from chat.errors import Conflict, Forbidden
from chat.events import topic_stream
from chat.markup import RENDERER, render
from chat.members import Viewer, must_act
from chat.networks import has_right, role_in, writing_in


async def edit(tx: Transaction, viewer: Viewer | None, post_id: int, body: object) -> None:
    """Change one's own post. The same text again changes nothing."""
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    source = clean_body(body)
    html = render(source)
    network_id = await _network(tx, post)
    await (must_write if post.author_kind == "member" else must_belong)(tx, viewer, network_id)
    if not await wrote(tx, viewer, post_id):
        raise Forbidden("Only its author can change a post.")
    if post.removed_at:
        raise Conflict("This post has been removed.")
    topic_id = await still_in(tx, post_id, network_id)
    await must_be_heard(tx, viewer.id, topic_id)
    rev = await tx.value(
        "UPDATE post SET body = :body, html = :html, renderer = :renderer, rev = rev + 1, edited_at = :now "
        "WHERE id = :id AND body <> :body AND removed_at IS NULL RETURNING rev",
        id=post_id,
        body=source,
        html=html,
        renderer=RENDERER,
        now=clock.now(),
    )
    if rev is not None:
        tx.announce(topic_stream(topic_id), "post.edited", post_id, rev, network=network_id)


async def remove(tx: Transaction, viewer: Viewer | None, post_id: int) -> None:
    """Take a post's text away, leaving a mark in its place: by its author, or by a host."""
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    network_id = await _network(tx, post)
    await writing_in(tx, network_id)
    topic_id = await still_in(tx, post_id, network_id)
    role = await role_in(tx, viewer.id, network_id)
    if not has_right(role, "remove_post") and not await wrote(tx, viewer, post_id):
        raise Forbidden("Only its author or a host can remove a post.")
    rev = await tx.value(
        "UPDATE post SET removed_at = :now, removed_by = :by, hidden_at = NULL, rev = rev + 1 "
        "WHERE id = :id AND (removed_at IS NULL OR hidden_at IS NOT NULL) RETURNING rev",
        id=post_id,
        by=viewer.id,
        now=clock.now(),
    )
    if rev is not None:
        tx.announce(topic_stream(topic_id), "post.removed", post_id, rev, network=network_id)


async def _network(tx: Transaction, post: PostSeen) -> int:
    network_id = (await networks_of_topics(tx, {post.topic_id}))[post.topic_id]
    assert network_id is not None
    return network_id
