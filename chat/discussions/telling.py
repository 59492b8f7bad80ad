"""Telling members of new posts: once each, and of many posts in a row at once.

A post only marks its topic, and the first of a burst leaves a job for it. The job takes all that was not told until then,
so a topic has one in a moment, however many write. What is told is decided anew whenever a notice is read
(chat/notices/queries.py); here it is who, and for which reason: the first that holds of being named, answered, quoted,
or following what is new.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.discussions.following import LEVEL
from chat.members.notifying import Part, gather
from chat.networks import readers_among
from chat.rounds import AT_ONCE, next_round

PAUSE = timedelta(seconds=1)  # at least, between two jobs of a topic

# Of a post that is shown to everybody who may read its topic.
SHOWN = "post.removed_at IS NULL AND post.hidden_at IS NULL AND post.moved_to IS NULL"

# A quotation says whose it is by a link to it, in the line before it or within.
_LINK = r"/(?:posts/(\d{1,18})|topics/(\d{1,18})\?post=(\d{1,9}))\b"
QUOTED = re.compile(
    rf"^(?: {{0,3}}>.*?{_LINK}|\[[^\]\n]*\]\([^)\n]*?{_LINK}[^)\n]*\):?\n\n? {{0,3}}>)", re.MULTILINE
)


class Fresh(NamedTuple):
    id: int
    number: int
    author: int
    answers: int | None  # the member that it answers
    body: str


# What answers no post answers the topic, unless that is the talk of a drop-in: there one just speaks.
FRESH = f"""
SELECT post.id, post.number, post.author_id, coalesce(parent.author_id,
    CASE WHEN post.number > 1 AND NOT EXISTS (SELECT FROM drop_in WHERE drop_in.topic_id = post.topic_id) THEN opening.author_id END), post.body
FROM post LEFT JOIN post AS parent ON parent.id = post.parent_id
LEFT JOIN post AS opening ON opening.topic_id = post.topic_id AND opening.number = 1
WHERE post.topic_id = :topic AND post.number BETWEEN :first AND :last AND {SHOWN} ORDER BY post.number
"""  # noqa: S608
# The next of those who may be told, with what they chose and how far they have read.
CONCERNED = f"""
SELECT concerned.member_id, {LEVEL} AS level, membership.told, coalesce(reading.number, 0) AS read
FROM (
    SELECT unnest(CAST(:direct AS bigint[])) AS member_id
    UNION SELECT member_id FROM following WHERE topic_id = :topic AND 'watching' IN (level, was)
    UNION SELECT member_id FROM membership WHERE network_id = :network AND told = 'all' AND ended_at IS NULL AND banned_at IS NULL
) AS concerned
LEFT JOIN following ON following.topic_id = :topic AND following.member_id = concerned.member_id
LEFT JOIN membership ON membership.network_id = :network AND membership.member_id = concerned.member_id
    AND membership.ended_at IS NULL AND membership.banned_at IS NULL
LEFT JOIN reading ON reading.topic_id = :topic AND reading.member_id = concerned.member_id
WHERE concerned.member_id > :after ORDER BY concerned.member_id LIMIT :limit
"""  # noqa: S608


async def leave_to_tell(tx: Transaction, topic_id: int, number: int, told_at: datetime | None) -> None:
    """Leave a job for the posts of a topic from this one on. The caller holds the topic, and nothing else is untold."""
    run_at = told_at + PAUSE if told_at and told_at + PAUSE > clock.now() else None
    await tx.enqueue("tell_posts", f"tell_posts:{topic_id}:{number}", run_at=run_at, topic_id=topic_id)


async def tell_posts(tx: Transaction, topic_id: int) -> None:
    """Take all posts of a topic that were not told, and tell the first of the members. Again, there is nothing to take."""
    row = await tx.first(
        "SELECT untold, post_count FROM topic WHERE id = :id AND untold IS NOT NULL FOR NO KEY UPDATE",
        id=topic_id,
    )
    if row is not None:
        await tx.run(
            "UPDATE topic SET untold = NULL, told_at = :now WHERE id = :id", id=topic_id, now=clock.now()
        )
        await _tell(tx, topic_id, row.untold, row.post_count, 0)


async def tell_next(tx: Transaction, topic_id: int, first: int, last: int, after: int) -> None:
    """Tell the next of the members of these posts."""
    await _tell(tx, topic_id, first, last, after)


async def _tell(tx: Transaction, topic_id: int, first: int, last: int, after: int) -> None:
    fresh = [Fresh(*row) for row in await tx.all(FRESH, topic=topic_id, first=first, last=last)]
    if not fresh:
        return
    network_id = await tx.value("SELECT network_id FROM topic WHERE id = :id", id=topic_id)
    reasons = await _reasons(tx, network_id, fresh)
    direct = {member for by_member in reasons.values() for member in by_member}
    rows = await tx.all(
        CONCERNED, topic=topic_id, network=network_id, direct=sorted(direct), after=after, limit=AT_ONCE, now=clock.now()
    )  # fmt: skip
    # A first round that was all has taken the posts; any other is done where what comes behind it is there.
    if len(rows) == AT_ONCE or (rows and after):
        of = f"{topic_id}:{first}:{last}"
        if not await next_round(
            tx, "tell_next", of, rows[-1].member_id, topic_id=topic_id, first=first, last=last
        ):
            return
    readers = await readers_among(tx, [(network_id, row.member_id) for row in rows])
    news = [
        part
        for row in rows
        if (network_id, row.member_id) in readers
        for part in _parts(row, topic_id, fresh, reasons)
    ]
    await gather(tx, network_id, news)


def _parts(row: Any, topic_id: int, fresh: Iterable[Fresh], reasons: dict[int, dict[int, str]]) -> list[Part]:
    """What this member is told: of each post once, for its first reason."""
    all_of_it = row.level == "watching" or (row.level is None and row.told == "all")
    if row.level == "muted" or (row.told == "nothing" and row.level != "watching"):
        return []
    posts: dict[str, list[int]] = defaultdict(list)
    for post in fresh:
        if post.author == row.member_id or post.number <= row.read:
            continue
        kind = reasons[post.id].get(row.member_id)
        if kind is None and all_of_it:
            kind = "topic.started" if post.number == 1 else "topic.posted"
        if kind:
            posts[kind].append(post.id)
    return [Part(row.member_id, kind, topic_id, ids) for kind, ids in posts.items()]


async def _reasons(tx: Transaction, network_id: int, fresh: list[Fresh]) -> dict[int, dict[int, str]]:
    """Whom each post concerns by itself, and how."""
    named = await tx.all(
        "SELECT post_id, member_id FROM mention WHERE post_id = ANY(:posts)",
        posts=[post.id for post in fresh],
    )
    reasons: dict[int, dict[int, str]] = {post.id: {} for post in fresh}
    for post_id, member_id in named:
        reasons[post_id][member_id] = "post.mentioned"
    for post in fresh:
        if post.answers is not None:
            reasons[post.id].setdefault(post.answers, "post.answered")
        for author in await _quoted(tx, network_id, post.body):
            reasons[post.id].setdefault(author, "post.quoted")
    return reasons


async def _quoted(tx: Transaction, network_id: int, body: str) -> list[int]:
    """Who wrote the posts of this network that a text quotes."""
    links = [found[:3] if any(found[:3]) else found[3:] for found in QUOTED.findall(body)][:20]
    if not links:
        return []
    rows = await tx.all(
        "SELECT DISTINCT post.author_id AS author FROM post JOIN topic ON topic.id = topic_id "
        "WHERE network_id = :network AND (post.id = ANY(:ids) OR (topic_id, number) IN "
        "(SELECT * FROM unnest(CAST(:topics AS bigint[]), CAST(:numbers AS integer[]))))",
        network=network_id,
        ids=[int(id) for id, _, _ in links if id],
        topics=[int(topic) for _, topic, _ in links if topic],
        numbers=[int(number) for _, topic, number in links if topic],
    )
    return [row.author for row in rows]


async def tell_named(tx: Transaction, post_id: int) -> None:
    """Tell who is named in a post since it was changed. Whoever was told of it for that reason is not told again."""
    row = await tx.first(
        "SELECT topic_id, number, network_id, topic.untold FROM post JOIN topic ON topic.id = topic_id "  # noqa: S608
        f"WHERE post.id = :id AND {SHOWN} FOR NO KEY UPDATE OF post",
        id=post_id,
    )
    if row is None or (row.untold is not None and row.untold <= row.number):
        return  # it is still to be told at all
    named = await tx.all(
        "SELECT mention.member_id FROM mention JOIN post ON post.id = post_id "
        "WHERE post_id = :id AND mention.member_id <> post.author_id AND NOT EXISTS (SELECT FROM notice "
        "WHERE notice.member_id = mention.member_id AND kind = 'post.mentioned' AND :id = ANY(parts)) ORDER BY mention.member_id",
        id=post_id,
    )
    await _tell_each(tx, row, [(each.member_id, "post.mentioned", row.topic_id, post_id) for each in named])


async def tell_reaction(tx: Transaction, post_id: int, by: int) -> None:
    """Tell a post's author that somebody reacted to it; of each, once, however often they change their mind."""
    row = await tx.first(
        "SELECT topic_id, number, network_id, post.author_id AS author FROM post JOIN topic ON topic.id = topic_id "  # noqa: S608
        f"WHERE post.id = :id AND post.author_id <> :by AND {SHOWN} "
        "AND EXISTS (SELECT FROM reaction WHERE post_id = :id AND member_id = :by AND taken_back_at IS NULL) "
        "AND NOT EXISTS (SELECT FROM notice WHERE notice.member_id = post.author_id AND kind = 'post.reacted' AND ref_id = :id AND :by = ANY(parts)) "
        "FOR NO KEY UPDATE OF post",
        id=post_id,
        by=by,
    )
    if row is not None:
        await _tell_each(tx, row, [(row.author, "post.reacted", post_id, by)])


async def _tell_each(tx: Transaction, post: Any, news: list[tuple[int, str, int, int]]) -> None:
    """Tell these few, as far as they may read it and have not turned it off."""
    rows = await tx.all(
        f"SELECT concerned AS member_id, {LEVEL} AS level, told FROM unnest(CAST(:members AS bigint[])) AS concerned "  # noqa: S608
        "LEFT JOIN following ON following.topic_id = :topic AND following.member_id = concerned "
        "LEFT JOIN membership ON membership.network_id = :network AND membership.member_id = concerned AND ended_at IS NULL AND banned_at IS NULL",
        members=[member for member, _, _, _ in news],
        topic=post.topic_id,
        network=post.network_id,
        now=clock.now(),
    )
    off = {
        row.member_id for row in rows
        if row.level == "muted" or (row.told == "nothing" and row.level != "watching")
    }  # fmt: skip
    readers = await readers_among(tx, [(post.network_id, member) for member, _, _, _ in news])
    parts = [
        Part(member, kind, ref, [part])
        for member, kind, ref, part in news
        if member not in off and (post.network_id, member) in readers
    ]
    await gather(tx, post.network_id, parts)
