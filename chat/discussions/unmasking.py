"""Learning who wrote an anonymous post: one host asks and says why, another agrees, and both may look.

It is in the audit log from the first question on, and never with the author's name: owners read that.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import col, select

from chat import clock
from chat.db import Transaction
from chat.discussions.authorship import Author
from chat.discussions.models import Post, Topic, UnmaskingRow
from chat.discussions.queries import networks_of_topics, post_of
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.fields import prose
from chat.languages import _
from chat.members import Viewer, must_act, notify
from chat.networks import RIGHTS, NetworkSeen, has_right, must_have, readable, record, role_in, writing_in
from chat.networks.models import Network

SHORTEST, LONGEST = 10, 1024


class Unmasking(NamedTuple):
    """One host's question, as the hosts see it. `declined_by` is who asked when they took it back."""

    id: int
    post_id: int
    topic_id: int
    number: int
    title: str
    pseudonym: str
    reason: str
    asked_by: str
    asked_name: str
    asked_at: datetime
    agreed_by: str | None
    agreed_name: str | None
    agreed_at: datetime | None
    declined_by: str | None
    declined_name: str | None
    declined_at: datetime | None

    @property
    def open(self) -> bool:
        return self.agreed_at is None and self.declined_at is None

    def admits(self, viewer: Viewer) -> bool:
        """Whether it lets the viewer see who wrote the post."""
        return self.agreed_at is not None and viewer.handle in (self.asked_by, self.agreed_by)


SEEN = """
SELECT unmasking.id, post.id, post.topic_id, post.number, topic.title, pseudonym.name, reason,
       one.handle, one.name, asked_at, two.handle, two.name, agreed_at, against.handle, against.name, declined_at
FROM unmasking JOIN post ON post.id = post_id JOIN topic ON topic.id = post.topic_id
JOIN pseudonym ON pseudonym.id = post.pseudonym_id JOIN member AS one ON one.id = asked_by
LEFT JOIN member AS two ON two.id = agreed_by LEFT JOIN member AS against ON against.id = declined_by
"""


async def ask_to_unmask(tx: Transaction, viewer: Viewer | None, post_id: int, reason: object) -> int:
    """Ask to learn who wrote an anonymous post; the question's id. Asking twice is asking once."""
    viewer = must_act(viewer)
    network_id = await _anonymous(tx, viewer, post_id)
    reason = prose("reason", reason, LONGEST, called=_("The reason"))
    if len(reason) < SHORTEST:
        raise Invalid("reason", _("Say it in a sentence: the other hosts decide by it."))
    unmasking_id = await tx.value(
        "INSERT INTO unmasking (post_id, asked_by, reason, asked_at) VALUES (:post, :me, :reason, :now) "
        "ON CONFLICT (post_id) WHERE agreed_at IS NULL AND declined_at IS NULL DO NOTHING RETURNING id",
        post=post_id,
        me=viewer.id,
        reason=reason,
        now=clock.now(),
    )
    if unmasking_id is None:
        return await _asked_before(tx, viewer, post_id)
    await record(tx, network_id, viewer.id, "unmasking.asked", post=post_id, reason=reason)
    await notify(
        tx,
        await _hosts(tx, network_id),
        "unmasking.asked",
        network_id=network_id,
        actor_id=viewer.id,
        ref_id=post_id,
    )
    return unmasking_id


async def agree_to_unmask(tx: Transaction, viewer: Viewer | None, unmasking_id: int) -> int:
    """As a second host, agree; the post's id. From now on these two may look, and the author is told that they may."""
    viewer = must_act(viewer)
    asked, network_id = await _question(tx, viewer, unmasking_id)
    if viewer.handle == asked.agreed_by:
        return asked.post_id
    if viewer.handle == asked.asked_by:
        raise Forbidden(_("It takes another host to agree."))
    asker = await tx.value("SELECT asked_by FROM unmasking WHERE id = :id", id=unmasking_id)
    if not has_right(await role_in(tx, asker, network_id), "unmask"):
        raise Conflict(_("Whoever asked is no longer a host of this network."))
    await _decide(tx, unmasking_id, "agreed", viewer.id)
    await record(
        tx,
        network_id,
        viewer.id,
        "post.unmasked",
        post=asked.post_id,
        asked_by=asked.asked_by,
        reason=asked.reason,
    )
    author = await tx.value("SELECT author_id FROM post WHERE id = :id", id=asked.post_id)
    await notify(tx, [author], "post.unmasked", network_id=network_id, ref_id=asked.post_id)
    return asked.post_id


async def decline_to_unmask(tx: Transaction, viewer: Viewer | None, unmasking_id: int) -> int:
    """Say no, as another host, or take one's own question back; the post's id."""
    viewer = must_act(viewer)
    asked, network_id = await _question(tx, viewer, unmasking_id)
    if viewer.handle == asked.declined_by:
        return asked.post_id
    await _decide(tx, unmasking_id, "declined", viewer.id)
    await record(tx, network_id, viewer.id, "unmasking.declined", post=asked.post_id, asked_by=asked.asked_by)
    return asked.post_id


async def unmask(tx: Transaction, viewer: Viewer | None, post_id: int) -> Author:
    """Who wrote an anonymous post, for the two hosts who agreed on it. Each look is recorded."""
    viewer = must_act(viewer)
    network_id = await _anonymous(tx, viewer, post_id)
    if not any(asked.admits(viewer) for asked in await _questions(tx, post_id)):
        raise Forbidden(_("Two hosts have to agree before they may see who wrote this."))
    await record(tx, network_id, viewer.id, "author.revealed", post=post_id)
    row = await tx.first(
        "SELECT member.id, handle, name, CASE WHEN 'organisation' = ANY(hides) THEN '' ELSE organisation END AS organisation "
        "FROM post JOIN member ON member.id = author_id WHERE post.id = :id",
        id=post_id,
    )
    return Author("member", *row)


async def unmaskings_of(tx: Transaction, viewer: Viewer | None, post_id: int) -> list[Unmasking]:
    """What hosts have asked about an anonymous post, the latest first; for hosts."""
    await _anonymous(tx, must_act(viewer), post_id)
    return await _questions(tx, post_id)


async def open_unmaskings(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> list[Unmasking]:
    """What waits for a second host in a network, the oldest first; for hosts."""
    await must_have(tx, must_act(viewer), network.id, "unmask")
    rows = await tx.all(
        f"{SEEN} WHERE topic.network_id = :network AND agreed_at IS NULL AND declined_at IS NULL ORDER BY unmasking.id LIMIT 100",
        network=network.id,
    )
    return [Unmasking(*row) for row in rows]


async def _anonymous(tx: Transaction, viewer: Viewer, post_id: int) -> int:
    """The network of a post under a pseudonym, for its hosts."""
    post = await post_of(tx, viewer, post_id)
    network_id = (await networks_of_topics(tx, {post.topic_id}))[post.topic_id]
    await must_have(tx, viewer, network_id, "unmask")
    if post.author_kind != "pseudonym":
        raise NotFound
    return network_id


async def _question(tx: Transaction, viewer: Viewer, unmasking_id: int) -> tuple[Unmasking, int]:
    network_id = await tx.value(
        select(Topic.network_id)
        .join(Network, col(Network.id) == col(Topic.network_id))
        .join(Post, col(Post.topic_id) == col(Topic.id))
        .join(UnmaskingRow, col(UnmaskingRow.post_id) == col(Post.id))
        .where(col(UnmaskingRow.id) == unmasking_id, readable(viewer.id))
    )
    if network_id is None:
        raise NotFound
    await writing_in(tx, network_id)  # roles don't change between our look and the commit
    if not has_right(await role_in(tx, viewer.id, network_id), "unmask"):
        raise NotFound  # that a post is asked about is for hosts to know
    rows = await tx.all(f"{SEEN} WHERE unmasking.id = :id", id=unmasking_id)
    return Unmasking(*rows[0]), network_id


async def _questions(tx: Transaction, post_id: int) -> list[Unmasking]:
    rows = await tx.all(f"{SEEN} WHERE post.id = :post ORDER BY unmasking.id DESC LIMIT 50", post=post_id)
    return [Unmasking(*row) for row in rows]


async def _asked_before(tx: Transaction, viewer: Viewer, post_id: int) -> int:
    for asked in await _questions(tx, post_id):
        if asked.open and asked.asked_by == viewer.handle:
            return asked.id
    raise Conflict(_("Another host has asked already. Read their reason, and agree or decline."))


async def _decide(tx: Transaction, unmasking_id: int, what: str, by: int) -> None:
    done = await tx.run(
        f"UPDATE unmasking SET {what}_by = :by, {what}_at = :now "  # noqa: S608 - one of our own two words
        "WHERE id = :id AND agreed_at IS NULL AND declined_at IS NULL",
        id=unmasking_id,
        by=by,
        now=clock.now(),
    )
    if not done:
        raise Conflict(_("This has been decided already."))


async def _hosts(tx: Transaction, network_id: int) -> list[int]:
    rows: list[Any] = await tx.all(
        "SELECT member_id FROM membership WHERE network_id = :id AND role = ANY(:roles) AND ended_at IS NULL AND banned_at IS NULL",
        id=network_id,
        roles=list(RIGHTS["unmask"].roles),
    )
    return [row.member_id for row in rows]
