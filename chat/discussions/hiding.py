"""Hiding a post or a topic, and restoring it. Hosts and the author go on seeing it, and the author is told why."""

from datetime import datetime
from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.discussions.authorship import wrote
from chat.discussions.queries import PostSeen, networks_of_topics, post_of
from chat.discussions.taking import still_in
from chat.discussions.tending import announce_state, must_not_be_a_talk, tend
from chat.errors import Conflict, Forbidden, Invalid
from chat.events import network_stream, topic_stream
from chat.fields import prose
from chat.languages import _
from chat.members import Viewer, must_act, notify
from chat.networks import has_right, must_have, record, role_in, writing_in
from chat.networks.access import access_changes

LONGEST = 1024  # bytes of a reason


class Said(NamedTuple):
    """What hosts have said to the author about a post."""

    outcome: str
    word: str
    at: datetime


class KeptPost(NamedTuple):
    """A post as its author and the hosts see it, with the text that others don't."""

    post: PostSeen
    html: str | None
    hidden_why: str | None
    by_hub: bool
    said: list[Said]


def reason_of(field: str, value: object, called: str = "") -> str:
    """A few sentences for the author. Raises Invalid."""
    reason = prose(field, value, LONGEST, called=called or _("The reason"))
    if len(reason) < 3:
        raise Invalid(field, _("Say it in a few words: the author reads it."))
    return reason


async def hide(tx: Transaction, host: Viewer | None, post_id: int, why: object) -> None:
    """Hide a post from all but hosts and its author. Hiding it again changes nothing."""
    host = must_act(host)
    topic_id, network_id = await moderated(tx, host, post_id)
    await hide_now(tx, post_id, topic_id, network_id, host.id, reason_of("why", why))


async def hide_now(
    tx: Transaction, post_id: int, topic_id: int, network_id: int, host_id: int | None, why: str
) -> None:
    """Hide it for a host, or for the hub where nobody has looked yet (None). A hidden one counts as removed, so that
    whatever shows no removed posts shows no hidden ones."""
    row = await tx.first(
        "UPDATE post SET hidden_at = :now, hidden_by = :by, hidden_why = :why, removed_at = :now, removed_by = :by, "
        "rev = rev + 1 WHERE id = :id AND (removed_at IS NULL OR (hidden_at IS NOT NULL AND hidden_by IS NULL)) "
        "RETURNING rev",
        id=post_id,
        by=host_id,
        why=why,
        now=clock.now(),
    )
    if row is None:
        if await tx.value("SELECT hidden_at FROM post WHERE id = :id", id=post_id):
            return
        raise Conflict(_("This post has been removed."))
    await record(tx, network_id, host_id, "post.hidden", post=post_id, why=why)
    await tell_author(tx, post_id, "post.hidden", network_id)
    tx.announce(topic_stream(topic_id), "post.hidden", post_id, row.rev, network=network_id)


async def unhide(tx: Transaction, host: Viewer | None, post_id: int) -> None:
    """Show a hidden post again. One that isn't hidden stays as it is."""
    host = must_act(host)
    topic_id, network_id = await moderated(tx, host, post_id)
    await unhide_now(tx, post_id, topic_id, network_id, host.id)


async def unhide_now(tx: Transaction, post_id: int, topic_id: int, network_id: int, host_id: int) -> None:
    row = await tx.first(
        "UPDATE post SET hidden_at = NULL, hidden_by = NULL, hidden_why = NULL, removed_at = NULL, removed_by = NULL, "
        "rev = rev + 1 WHERE id = :id AND hidden_at IS NOT NULL RETURNING rev",
        id=post_id,
    )
    if row is None:
        return
    await record(tx, network_id, host_id, "post.restored", post=post_id)
    await tell_author(tx, post_id, "post.restored", network_id)
    tx.announce(topic_stream(topic_id), "post.restored", post_id, row.rev, network=network_id)


async def tell_author(tx: Transaction, post_id: int, kind: str, network_id: int) -> None:
    """Leave a notice for whoever wrote a post, whom those who act on it may not know."""
    author = await tx.value("SELECT author_id FROM post WHERE id = :id", id=post_id)
    await notify(tx, [author], kind, network_id=network_id, ref_id=post_id)


async def hide_topic(tx: Transaction, host: Viewer | None, topic_id: int, why: object) -> None:
    """Hide a whole discussion. Whoever reads it now loses it at once."""
    topic = await tend(tx, host, topic_id)
    await must_not_be_a_talk(tx, topic)
    why = reason_of("why", why)
    row = await tx.first(
        "UPDATE topic SET hidden_at = :now, hidden_by = :by, hidden_why = :why, listed_at = NULL, pinned_at = NULL "
        "WHERE id = :id AND hidden_at IS NULL RETURNING author_id",
        id=topic.id,
        by=topic.host_id,
        why=why,
        now=clock.now(),
    )
    if row is None:
        return
    await record(
        tx, topic.network_id, topic.host_id, "topic.hidden", topic=topic.id, title=topic.title, why=why
    )
    await notify(tx, [row.author_id], "topic.hidden", network_id=topic.network_id, ref_id=topic.id)
    await access_changes(tx, topic.network_id)  # its stream has no readers now
    tx.announce(network_stream(topic.network_id), "topic.hidden", topic.id, network=topic.network_id)


async def restore_topic(tx: Transaction, host: Viewer | None, topic_id: int) -> None:
    """Show a hidden discussion again."""
    topic = await tend(tx, host, topic_id)
    row = await tx.first(
        "UPDATE topic SET hidden_at = NULL, hidden_by = NULL, hidden_why = NULL, listed_at = created_at "
        "WHERE id = :id AND hidden_at IS NOT NULL RETURNING author_id",
        id=topic.id,
    )
    if row is None:
        return
    await record(tx, topic.network_id, topic.host_id, "topic.restored", topic=topic.id, title=topic.title)
    await notify(tx, [row.author_id], "topic.restored", network_id=topic.network_id, ref_id=topic.id)
    announce_state(tx, topic, "topic.restored")


async def why_hidden(tx: Transaction, topic_id: int) -> str | None:
    """Why a topic is hidden, for who has found it."""
    return await tx.value("SELECT hidden_why FROM topic WHERE id = :id", id=topic_id)


async def kept_post(tx: Transaction, viewer: Viewer | None, post_id: int) -> KeptPost:
    """A post with what hosts have said about it, for them and its author. Raises Forbidden for others."""
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    network_id = (await networks_of_topics(tx, {post.topic_id}))[post.topic_id]
    host = has_right(await role_in(tx, viewer.id, network_id), "moderate")
    if not host and not await wrote(tx, viewer, post_id):
        raise Forbidden(_("That is for its author and the network’s hosts."))
    row = await tx.first(
        "SELECT CASE WHEN removed_at IS NULL OR hidden_at IS NOT NULL THEN html END AS html, hidden_why, "
        "hidden_at IS NOT NULL AND hidden_by IS NULL AS by_hub FROM post WHERE id = :id",
        id=post_id,
    )
    said = await tx.all(
        "SELECT outcome, word, settled_at FROM concern WHERE post_id = :post AND word <> '' ORDER BY settled_at DESC LIMIT 20",
        post=post_id,
    )
    return KeptPost(post, row.html, row.hidden_why, row.by_hub, [Said(*one) for one in said])


async def moderated(tx: Transaction, host: Viewer, post_id: int) -> tuple[int, int]:
    """The topic and the network of a post whose hosts the viewer is one of, ordered with removals and moves."""
    post = await post_of(tx, host, post_id)
    network_id = (await networks_of_topics(tx, {post.topic_id}))[post.topic_id]
    await writing_in(tx, network_id)
    await must_have(tx, host, network_id, "moderate")
    if post.moved_to:
        raise Conflict(_("This post has been moved to another discussion."))
    return await still_in(tx, post_id, network_id), network_id
