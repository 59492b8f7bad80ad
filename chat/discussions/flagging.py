"""Flagging a post: a member tells the hosts that they should look at it. Nobody else learns of it, or who it was."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.discussions.authorship import wrote
from chat.discussions.hiding import hide_now
from chat.discussions.queries import networks_of_topics, post_of
from chat.discussions.taking import still_in
from chat.errors import Conflict, Invalid
from chat.events import member_stream
from chat.fields import one_of, prose
from chat.languages import _, sentence
from chat.members import Viewer, must_act, notify
from chat.networks import RIGHTS, must_have, writing_in

REASONS = {
    "personal": sentence("It names a patient, or gives away something personal"),
    "unsafe": sentence("Somebody who follows it could come to harm"),
    "abuse": sentence("It is hurtful, or harasses somebody"),
    "spam": sentence("It is advertising"),
    "off_topic": sentence("It does not belong in this discussion"),
    "else": sentence("Something else"),
}
# Why the hub has hidden a post; kept in English, and told in its reader’s language.
SEVERAL = sentence("Several members have flagged it. A host will look at it, and may show it again.")
LONGEST = 1024  # bytes of what a member says with a flag

OPEN = """
INSERT INTO concern (network_id, post_id, opened_at) VALUES (:network, :post, :now)
ON CONFLICT (post_id) WHERE settled_at IS NULL DO NOTHING RETURNING id
"""


async def flag(
    tx: Transaction, viewer: Viewer | None, post_id: int, reason: object, note: object = ""
) -> None:
    """Ask the hosts to look at a post. A member's second flag on it, while the first waits, changes nothing."""
    viewer = must_act(viewer)
    reason = one_of("reason", reason or "", tuple(REASONS), called=_("The reason"))
    note = prose("note", note, LONGEST, called=_("What you say"), required=False)
    if reason == "else" and not note:
        raise Invalid("note", _("Say in a few words what is wrong with it."))
    post = await post_of(tx, viewer, post_id)
    if await wrote(tx, viewer, post_id):
        raise Conflict(_("This is your own post: you can change it, or remove it."))
    network_id = (await networks_of_topics(tx, {post.topic_id}))[post.topic_id]
    await writing_in(tx, network_id)
    topic_id = await still_in(tx, post_id, network_id)
    await _must_be_there(tx, post_id)
    concern_id = await tx.value(OPEN, network=network_id, post=post_id, now=clock.now())
    news = concern_id is not None
    if not news:
        concern_id = await tx.value(
            "SELECT id FROM concern WHERE post_id = :post AND settled_at IS NULL FOR UPDATE", post=post_id
        )
    if concern_id is None:
        raise Conflict(_("The hosts have just dealt with this post. Load the page again."))
    new = await tx.run(
        "INSERT INTO flag (concern_id, member_id, reason, note, at) VALUES (:concern, :me, :reason, :note, :now) "
        "ON CONFLICT DO NOTHING",
        concern=concern_id,
        me=viewer.id,
        reason=reason,
        note=note,
        now=clock.now(),
    )
    if not new:
        return
    if news:
        await notify(
            tx, await hosts_of(tx, network_id), "flag.raised",
            network_id=network_id, actor_id=viewer.id, ref_id=concern_id,
        )  # fmt: skip
    await announce_flags(tx, network_id)
    await _hide_after_many(tx, concern_id, post_id, topic_id, network_id)


async def _must_be_there(tx: Transaction, post_id: int) -> None:
    row = await tx.first("SELECT hidden_at, removed_at, moved_to FROM post WHERE id = :id", id=post_id)
    if row.moved_to:
        raise Conflict(_("This post has been moved to another discussion."))
    if row.hidden_at:
        raise Conflict(_("The hosts have hidden this post already."))
    if row.removed_at:
        raise Conflict(_("This post has been removed."))


async def _hide_after_many(
    tx: Transaction, concern_id: int, post_id: int, topic_id: int, network_id: int
) -> None:
    """Where the network wants it so: what several of its members have flagged is hidden until a host has looked."""
    enough = await tx.value(
        "SELECT count(*) >= hide_after_flags FROM flag JOIN concern ON concern.id = concern_id "
        "JOIN network ON network.id = :network JOIN membership ON membership.network_id = :network "
        "AND membership.member_id = flag.member_id AND ended_at IS NULL AND banned_at IS NULL "
        "WHERE concern_id = :concern GROUP BY hide_after_flags",
        network=network_id,
        concern=concern_id,
    )
    if enough:
        await hide_now(tx, post_id, topic_id, network_id, None, SEVERAL)


async def announce_flags(tx: Transaction, network_id: int) -> None:
    """Tell the open pages of the hosts that what waits for them has changed."""
    for host in await hosts_of(tx, network_id):
        tx.announce(member_stream(host), "flags.changed", network_id)


async def hosts_of(tx: Transaction, network_id: int) -> list[int]:
    rows: list[Any] = await tx.all(
        "SELECT member_id FROM membership WHERE network_id = :id AND role = ANY(:roles) AND ended_at IS NULL AND banned_at IS NULL",
        id=network_id,
        roles=list(RIGHTS["moderate"].roles),
    )
    return [row.member_id for row in rows]


async def must_moderate(tx: Transaction, viewer: Viewer | None, network_id: int) -> Viewer:
    viewer = must_act(viewer)
    await must_have(tx, viewer, network_id, "moderate")
    return viewer
