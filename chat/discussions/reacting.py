"""Reactions: saying a word to a post with one touch."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from chat import clock
from chat.db import Reader, Transaction
from chat.discussions.authorship import Author, Byline, wrote
from chat.discussions.models import Post, Reaction, Topic
from chat.discussions.muting import must_be_heard
from chat.discussions.partaking import must_take_part
from chat.discussions.queries import networks_of_topics, post_of
from chat.errors import Conflict, Forbidden
from chat.events import member_stream, topic_stream
from chat.fields import one_of
from chat.languages import _, sentence
from chat.members import Viewer, must_act

# In the order in which they are shown. Words, because a face can be taken in many ways beside what hurts.
KINDS = {
    "thanks": sentence("Thank you"),
    "agree": sentence("I agree"),
    "helpful": sentence("Helpful"),
    "with_you": sentence("With you"),
    "well_done": sentence("Well done"),
}
MOST_SHOWN = 500  # of a post's reactions in the list of who gave them

# Whoever has a pseudonym in the topic reacts by it, and their first reaction to a post decides for that post: one that
# was taken back stays as a row, or giving it again under the pseudonym would tell whose that is.
GIVE = """
INSERT INTO reaction (post_id, member_id, kind, at, pseudonym_id)
SELECT :post, :me, :kind, :now, CASE WHEN EXISTS (SELECT FROM reaction WHERE post_id = :post AND member_id = :me)
    THEN (SELECT max(pseudonym_id) FROM reaction WHERE post_id = :post AND member_id = :me)
    ELSE (SELECT id FROM pseudonym WHERE topic_id = :topic AND member_id = :me) END
ON CONFLICT (post_id, member_id, kind) DO UPDATE SET taken_back_at = NULL, at = excluded.at
WHERE reaction.taken_back_at IS NOT NULL
"""
TAKE_BACK = """
UPDATE reaction SET taken_back_at = :now
WHERE post_id = :post AND member_id = :me AND kind = :kind AND taken_back_at IS NULL
"""
# One after the other on the post's own row, so of many at once none is lost.
_NOW_MANY = "coalesce(CAST(reactions ->> CAST(:kind AS text) AS integer), 0) + CAST(:more AS integer)"
COUNT = f"""
UPDATE post SET reactions = CASE WHEN {_NOW_MANY} > 0
    THEN reactions || jsonb_build_object(CAST(:kind AS text), {_NOW_MANY}) ELSE reactions - CAST(:kind AS text) END
WHERE id = :post RETURNING coalesce(CAST(reactions ->> CAST(:kind AS text) AS integer), 0)
"""  # noqa: S608 - our own words


class Reacted(NamedTuple):
    """A reaction and who gave it, as everybody may see them."""

    kind: str
    author: Author
    at: datetime


async def react(tx: Transaction, viewer: Viewer | None, post_id: int, kind: object) -> int:
    """Give a reaction to somebody's post; the post's topic. Given again it changes nothing."""
    return await _change(tx, viewer, post_id, kind, on=True)


async def take_reaction_back(tx: Transaction, viewer: Viewer | None, post_id: int, kind: object) -> int:
    """Take one's own reaction back; the post's topic. What was not given can be taken back as well."""
    return await _change(tx, viewer, post_id, kind, on=False)


async def _change(tx: Transaction, viewer: Viewer | None, post_id: int, kind: object, *, on: bool) -> int:
    viewer = must_act(viewer)
    post = await post_of(tx, viewer, post_id)
    kind = one_of("kind", kind, tuple(KINDS), called=_("A reaction"))
    network_id = (await networks_of_topics(tx, {post.topic_id}))[post.topic_id]
    await must_take_part(tx, viewer, network_id)
    await must_be_heard(tx, viewer.id, post.topic_id)
    if on and (post.removed_at or post.hidden_at):
        raise Conflict(_("This post has been removed."))
    if on and await wrote(tx, viewer, post_id):
        raise Forbidden(_("This is your own post. Reactions are for what others write."))
    these = {"post": post_id, "me": viewer.id, "kind": kind, "now": clock.now()}
    changed = await tx.run(GIVE, **these, topic=post.topic_id) if on else await tx.run(TAKE_BACK, **these)
    if changed:
        left = await tx.value(COUNT, post=post_id, kind=kind, more=1 if on else -1)
        # Only the first and the last of a kind change what is listed; all others are a number to their many readers.
        what = "reactions.listed" if left == int(on) else "reactions.counted"
        tx.announce(topic_stream(post.topic_id), what, post_id, network=network_id)
        tx.announce(member_stream(viewer.id), f"mine.{kind}", post_id, int(on))
    if changed and on:
        await tx.enqueue(
            "tell_reaction", f"tell_reaction:{post_id}:{viewer.id}", post_id=post_id, by=viewer.id
        )
    return post.topic_id


_BY = Byline(
    "reactor",
    "topic.network_id",
    "reaction.member_id",
    "reaction.at",
    "reaction.pseudonym_id",
    "topic.nameless_at IS NOT NULL",
)
_GIVEN: Any = _BY.join(
    select(Reaction.kind, Reaction.at, *_BY.columns)
    .select_from(Reaction)
    .join(Post, col(Post.id) == col(Reaction.post_id))
    .join(Topic, col(Topic.id) == col(Post.topic_id))
).where(col(Reaction.post_id) == sa.bindparam("post"), col(Reaction.taken_back_at).is_(None))
_GIVEN = _GIVEN.order_by(Reaction.at, Reaction.kind).limit(MOST_SHOWN)


async def reactions_of(tx: Transaction, viewer: Viewer | None, post_id: int) -> list[Reacted]:
    """Who reacted to a post the viewer may read, the earliest first. Of a removed one nobody."""
    post = await post_of(tx, viewer, post_id)
    if post.removed_at or post.hidden_at:
        return []
    rows = await tx.all(_GIVEN, post=post_id)
    return [Reacted(kind, Author(*person), at) for kind, at, *person in rows]


async def reactions_by_id(tx: Reader, ids: list[int]) -> dict[int, dict[str, int]]:
    """How many reactions of each kind these posts have; none where they were removed."""
    rows = await tx.all(
        "SELECT id, CASE WHEN removed_at IS NULL AND hidden_at IS NULL THEN reactions ELSE '{}' END FROM post WHERE id = ANY(:ids)",
        ids=ids,
    )
    return {row[0]: row[1] for row in rows}


async def own_reactions(tx: Transaction, viewer: Viewer | None, posts: list[Any]) -> list[tuple[int, str]]:
    """What the viewer gave to these posts: post and kind."""
    some = [post.id for post in posts if post.reactions]
    if viewer is None or not some:
        return []
    rows = await tx.all(
        "SELECT post_id, kind FROM reaction WHERE member_id = :me AND post_id = ANY(:ids) AND taken_back_at IS NULL ORDER BY 1, 2",
        me=viewer.id,
        ids=some,
    )
    return [(post, kind) for post, kind in rows]
