"""What posts said before: kept when they are changed, and shown to whoever may read them."""

from datetime import datetime, timedelta
from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.discussions.comparing import Piece, compare
from chat.discussions.queries import PostSeen, TopicRow, networks_of_topics, post_of
from chat.errors import NotFound
from chat.languages import _
from chat.markup import RENDERER
from chat.members import Viewer, must_act
from chat.networks import has_right, must_have, record, role_in, writing_in

# What one mends so soon after writing is a slip, which nobody needs to see.
GRACE = timedelta(minutes=5)
A_PAGE = 20


class Version(NamedTuple):
    """What a post said from a moment on. `body` is None where a host took it away, `changes` where there is nothing before
    it to compare with."""

    rev: int
    written_at: datetime
    body: str | None
    removed_at: datetime | None
    changes: list[Piece] | None
    current: bool


async def change_text(
    tx: Transaction, post_id: int, source: str, html: str, *, otherwise: bool = False
) -> int | None:
    """Give a post another text; its new rev, or None where that is no change, and it was not changed `otherwise`."""
    was = await tx.first(
        "SELECT rev, body, coalesce(edited_at, created_at) AS since, edited_at FROM post "
        "WHERE id = :id FOR NO KEY UPDATE",
        id=post_id,
    )
    if was.body == source and not otherwise:
        return None
    now = clock.now()
    marked = now - was.since >= GRACE
    if marked and was.body != source:
        await tx.run(
            "INSERT INTO revision (post_id, rev, body, written_at) VALUES (:id, :rev, :body, :since)",
            id=post_id,
            rev=was.rev,
            body=was.body,
            since=was.since,
        )
    return await tx.value(
        "UPDATE post SET body = :body, html = :html, renderer = :renderer, rev = rev + 1, edited_at = :at "
        "WHERE id = :id RETURNING rev",
        id=post_id,
        body=source,
        html=html,
        renderer=RENDERER,
        at=now if marked else was.edited_at,
    )


async def history_of(
    tx: Transaction, viewer: Viewer | None, post_id: int, before: int | None = None
) -> tuple[PostSeen, list[Version], bool]:
    """A post that the viewer may read and what it said, the latest first: twenty versions, and whether there are more.

    `before`: the rev of the last one that is known. Raises NotFound for a removed post: its versions are gone with it.
    """
    post = await post_of(tx, viewer, post_id)
    if post.removed_at or post.hidden_at or post.body is None:
        raise NotFound(_("This post was removed, and what it said before with it."))
    rows = await tx.all(
        "SELECT rev, written_at, body, removed_at FROM revision WHERE post_id = :id AND rev < :before ORDER BY rev DESC LIMIT :some",
        id=post_id,
        before=before or post.rev,
        some=A_PAGE + 1,
    )
    kept = [tuple(row) for row in rows]
    if before is None:
        kept = [(post.rev, post.edited_at or post.created_at, post.body, None), *kept]
    versions = []
    for i, (rev, written_at, body, removed_at) in enumerate(kept[:A_PAGE]):
        earlier = kept[i + 1][2] if i + 1 < len(kept) else None
        changes = compare(earlier, body) if body is not None and earlier is not None else None
        versions.append(Version(rev, written_at, body, removed_at, changes, rev == post.rev))
    return post, versions, len(kept) > A_PAGE


async def may_remove_revisions(tx: Transaction, viewer: Viewer | None, topic: TopicRow) -> bool:
    """Whether the viewer may take the text of an earlier version away."""
    if viewer is None:
        return False
    return has_right(await role_in(tx, viewer.id, topic.network_id), "remove_post")


async def remove_revision(tx: Transaction, host: Viewer | None, post_id: int, rev: int) -> None:
    """Take the text of an earlier version away for good, because it says what should not be said: by a host."""
    host = must_act(host)
    post = await post_of(tx, host, post_id)
    network_id = (await networks_of_topics(tx, {post.topic_id}))[post.topic_id]
    await writing_in(tx, network_id)
    await must_have(tx, host, network_id, "remove_post")
    found = await tx.first(
        "SELECT removed_at FROM revision WHERE post_id = :post AND rev = :rev FOR UPDATE",
        post=post_id,
        rev=rev,
    )
    if found is None:
        raise NotFound
    if found.removed_at is None:
        await tx.run(
            "UPDATE revision SET body = NULL, removed_at = :now, removed_by = :me WHERE post_id = :post AND rev = :rev",
            now=clock.now(),
            me=host.id,
            post=post_id,
            rev=rev,
        )
        await record(tx, network_id, host.id, "revision.removed", post=post_id, rev=rev)
