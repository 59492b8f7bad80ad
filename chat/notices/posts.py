"""Notices of posts: what their reader may know of them now, and who is shown to have done it.

Posts that were removed or hidden since are not told of any more, nor those that moved to where the reader may not go;
reactions that were taken back aren't either. Whoever wrote under a pseudonym is named by it.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import case, col, exists, or_, select

from chat.discussions.authorship import Byline
from chat.discussions.models import Following, Post, Reaction, Topic
from chat.members.models import Notice
from chat.networks.access import readable
from chat.networks.models import Network

REACTED = "post.reacted"  # of one post, by members; the others are of posts

_NAMELESS = "topic.nameless_at IS NOT NULL"
_BY = Byline(
    "by_author", "topic.network_id", "post.author_id", "post.created_at", "post.pseudonym_id", _NAMELESS
)
_FROM = Byline(
    "by_member", "topic.network_id", "reaction.member_id", "reaction.at", "reaction.pseudonym_id", _NAMELESS
)
_SHOWN = (
    "post.removed_at IS NULL AND post.hidden_at IS NULL AND post.moved_to IS NULL AND topic.hidden_at IS NULL"
)


def word(of_ours: str) -> Any:
    """SQL: a word of ours. As a parameter each would be sent and read anew: of what waits for a member there were forty."""
    return sa.literal_column(f"'{of_ours}'", sa.Text)


def told_of_posts() -> Any:
    """SQL: there is something left of this notice that its member may know, and wants to (at :now)."""
    reacted = col(Notice.kind) == word(REACTED)
    now = sa.bindparam("now", type_=sa.DateTime(timezone=True))
    muted = (
        exists()
        .where(
            col(Following.member_id) == col(Notice.member_id),
            col(Following.topic_id) == col(Topic.id),
            col(Following.level) == word("muted"),
            or_(col(Following.until).is_(None), col(Following.until) > now),
        )
        .correlate_except(Following)
    )
    reaction = (
        exists()
        .where(
            col(Reaction.post_id) == col(Post.id),
            col(Reaction.member_id) == sa.any_(col(Notice.parts)),
            col(Reaction.taken_back_at).is_(None),
        )
        .correlate_except(Reaction)
    )
    return (
        select(1)
        .select_from(Post)
        .join(Topic, col(Topic.id) == col(Post.topic_id))
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(
            col(Post.id)
            == sa.any_(
                case(
                    (reacted, sa.func.array_fill(Notice.ref_id, sa.text("ARRAY[1]"))), else_=col(Notice.parts)
                )
            ),
            sa.text(_SHOWN),
            or_(sa.not_(reacted), reaction),
            readable(col(Notice.member_id)),
            or_(col(Notice.kind) == word("bookmark.due"), sa.not_(muted)),
        )
        .correlate(Notice)
        .exists()
    )


def _who(byline: Byline, pseudonym: str) -> str:
    """One for each who can be told apart: all who are not named are one."""
    return (
        f"CASE WHEN {pseudonym} IS NOT NULL THEN 'p' || {pseudonym} ELSE coalesce('m' || {byline.id}, '') END"
    )


_COLUMNS = "topic.id AS topic_id, topic.title, network.slug, network.name AS network, post.number, {by.handle} AS handle, {by.name} AS name, {who} AS who"
_AROUND = "JOIN topic ON topic.id = post.topic_id JOIN network ON network.id = topic.network_id LEFT JOIN member AS {alias} ON {by.named}"

# Beside a notice: where its first post is, who did the latest, and how many others there are.
_SAID = f"""
SELECT (array_agg(topic_id ORDER BY nth))[1] AS topic_id, (array_agg(title ORDER BY nth))[1] AS title,
       (array_agg(slug ORDER BY nth))[1] AS slug, (array_agg(network ORDER BY nth))[1] AS network,
       (array_agg(number ORDER BY nth))[1] AS number, (array_agg(handle ORDER BY nth DESC))[1] AS handle,
       (array_agg(name ORDER BY nth DESC))[1] AS name, count(DISTINCT who) - 1 AS others,
       (SELECT nullif(note, '') FROM bookmark WHERE notice.kind = 'bookmark.due' AND bookmark.member_id = notice.member_id AND bookmark.post_id = notice.ref_id) AS note
FROM (
    SELECT post.id AS nth, {_COLUMNS.format(by=_BY, who=_who(_BY, "post.pseudonym_id"))}
    FROM post {_AROUND.format(alias="by_author", by=_BY)}
    WHERE notice.kind <> '{REACTED}' AND post.id = ANY(notice.parts) AND {_SHOWN}
    UNION ALL
    SELECT array_position(notice.parts, reaction.member_id), {_COLUMNS.format(by=_FROM, who=_who(_FROM, "reaction.pseudonym_id"))}
    FROM post JOIN reaction ON reaction.post_id = post.id AND reaction.member_id = ANY(notice.parts) AND taken_back_at IS NULL {_AROUND.format(alias="by_member", by=_FROM)}
    WHERE notice.kind = '{REACTED}' AND post.id = notice.ref_id AND {_SHOWN}
) AS part
"""  # noqa: S608
SAID = (
    sa.text(_SAID)
    .columns(
        sa.column("topic_id", sa.BigInteger), sa.column("title", sa.Text), sa.column("slug", sa.Text), sa.column("network", sa.Text),
        sa.column("number", sa.Integer), sa.column("handle", sa.Text), sa.column("name", sa.Text), sa.column("others", sa.BigInteger),
        sa.column("note", sa.Text),
    )
    .lateral("said")
)  # fmt: skip
