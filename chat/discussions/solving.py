"""Saying which post answers a topic."""

from chat.db import Transaction
from chat.discussions.partaking import must_tend, tell_readers
from chat.discussions.queries import TopicRow, post_of, topic_of
from chat.errors import Conflict
from chat.events import topic_stream
from chat.languages import _
from chat.members import Viewer, must_act


async def solve(tx: Transaction, viewer: Viewer | None, post_id: int) -> int:
    """Mark a post as the answer, in the place of any other; its topic. By who started the topic, or a host."""
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    topic = await topic_of(tx, viewer, post.topic_id)
    await must_tend(tx, viewer, topic)
    if post.number == 1:
        raise Conflict(_("The opening post asks. Mark one of its answers."))
    if post.removed_at or post.hidden_at:
        raise Conflict(_("This post has been removed."))
    await _mark(tx, topic, post.number)
    return topic.id


async def unsolve(tx: Transaction, viewer: Viewer | None, topic_id: int) -> None:
    """Let a topic have no answer any more."""
    viewer = must_act(viewer)
    topic = await topic_of(tx, viewer, topic_id)
    await must_tend(tx, viewer, topic)
    await _mark(tx, topic, None)


async def _mark(tx: Transaction, topic: TopicRow, number: int | None) -> None:
    before = await tx.value("SELECT solved_number FROM topic WHERE id = :id FOR NO KEY UPDATE", id=topic.id)
    if before == number:
        return
    await tx.run("UPDATE topic SET solved_number = :number WHERE id = :id", number=number, id=topic.id)
    posts = await tx.all(
        "UPDATE post SET rev = rev + 1 WHERE topic_id = :topic AND number = ANY(:numbers) AND removed_at IS NULL RETURNING id, rev",
        topic=topic.id,
        numbers=[n for n in (before, number) if n is not None],
    )
    for post in sorted(posts):
        tx.announce(topic_stream(topic.id), "post.marked", post.id, post.rev, network=topic.network_id)
    tell_readers(tx, topic)
