"""Changing and removing what was written, and bringing back what was removed."""

from datetime import timedelta

from chat import clock, files
from chat.db import Transaction
from chat.discussions.authorship import wrote
from chat.discussions.hiding import unhide
from chat.discussions.muting import must_be_heard
from chat.discussions.naming import draw, note_names
from chat.discussions.partaking import must_take_part, tell_readers
from chat.discussions.queries import PostSeen, networks_of_topics, post_of, topic_of
from chat.discussions.revising import change_text
from chat.discussions.taking import still_in
from chat.discussions.writing import clean_body, must_belong, must_write
from chat.errors import Conflict, Forbidden
from chat.events import topic_stream
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import has_right, record, role_in, writing_in

# So long a removal can be taken back.
UNDO = timedelta(days=1)


async def edit(
    tx: Transaction, viewer: Viewer | None, post_id: int, body: object, attached: object = None
) -> None:
    """Change one's own post, and its files where they are given. The same again changes nothing."""
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    source = clean_body(body)
    network_id = await _network(tx, post)
    drawn = await draw(tx, network_id, source, post.topic_id)
    await (must_write if post.author_kind == "member" else must_belong)(tx, viewer, network_id)
    if not await wrote(tx, viewer, post_id):
        raise Forbidden(_("Only its author can change a post."))
    if post.removed_at:
        raise Conflict(_("This post has been removed."))
    topic_id = await still_in(tx, post_id, network_id)
    await must_be_heard(tx, viewer.id, topic_id)
    refiled = await files.attach(tx, viewer, post_id, attached)
    rev = await change_text(tx, post_id, source, drawn.html, otherwise=refiled)
    if rev is not None:
        await note_names(tx, post_id, drawn, before=True)
        tx.announce(topic_stream(topic_id), "post.edited", post_id, rev, network=network_id)
        await tx.enqueue("tell_named", f"tell_named:{post_id}:{rev}", post_id=post_id)


async def remove(tx: Transaction, viewer: Viewer | None, post_id: int) -> None:
    """Take a post's text away, leaving a mark in its place: by its author, or by a host."""
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    network_id = await _network(tx, post)
    await writing_in(tx, network_id)
    topic_id = await still_in(tx, post_id, network_id)
    role = await role_in(tx, viewer.id, network_id)
    own = await wrote(tx, viewer, post_id)
    if not own and not has_right(role, "remove_post"):
        raise Forbidden(_("Only its author or a host can remove a post."))
    answered = await tx.run(
        "UPDATE topic SET solved_number = NULL WHERE id = :topic AND solved_number = :number",
        topic=topic_id,
        number=post.number,
    )
    rev = await tx.value(
        "UPDATE post SET removed_at = :now, removed_by = :by, hidden_at = NULL, rev = rev + 1 "
        "WHERE id = :id AND (removed_at IS NULL OR hidden_at IS NOT NULL) RETURNING rev",
        id=post_id,
        by=viewer.id,
        now=clock.now(),
    )
    if rev is None:
        return
    tx.announce(topic_stream(topic_id), "post.removed", post_id, rev, network=network_id)
    if answered:
        tell_readers(tx, await topic_of(tx, viewer, topic_id))
    if not own:
        await record(tx, network_id, viewer.id, "post.removed", post=post_id)


async def restore(tx: Transaction, viewer: Viewer | None, post_id: int) -> None:
    """Bring a removed post back within a day: what its author removed by them, what a host removed by a host. One that
    hosts have hidden they show again at any time."""
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    if post.hidden_at:
        return await unhide(tx, viewer, post_id)
    network_id = await _network(tx, post)
    await must_take_part(tx, viewer, network_id)
    topic_id = await still_in(tx, post_id, network_id)
    if not post.removed_at:
        return
    by_host = post.removed_by == "host"
    if by_host and not has_right(await role_in(tx, viewer.id, network_id), "remove_post"):
        raise Forbidden(_("A host removed this post, so only a host can bring it back."))
    if not by_host and not await wrote(tx, viewer, post_id):
        raise Forbidden(_("Only its author can bring this post back."))
    if not by_host:
        await must_be_heard(tx, viewer.id, topic_id)
    rev = await tx.value(
        "UPDATE post SET removed_at = NULL, removed_by = NULL, rev = rev + 1 WHERE id = :id AND removed_at > :since RETURNING rev",
        id=post_id,
        since=clock.now() - UNDO,
    )
    if rev is not None:
        tx.announce(topic_stream(topic_id), "post.restored", post_id, rev, network=network_id)
        if by_host:
            await record(tx, network_id, viewer.id, "post.restored", post=post_id)
    else:
        raise Conflict(_("It was removed more than a day ago, and stays so."))


def may_be_restored(post: PostSeen) -> bool:
    """Whether there is still time to bring a removed post back."""
    return post.removed_at is not None and post.removed_at > clock.now() - UNDO


async def _network(tx: Transaction, post: PostSeen) -> int:
    network_id = (await networks_of_topics(tx, {post.topic_id}))[post.topic_id]
    assert network_id is not None
    return network_id
