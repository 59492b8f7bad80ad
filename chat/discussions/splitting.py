"""Splitting a topic: chosen posts, with all that answers them, become a topic of their own. Marks stay where they were."""

from itertools import count
from typing import Any

from chat import clock
from chat.db import Transaction
from chat.discussions.pseudonyms import draw
from chat.discussions.tending import Tended, announce_state, must_not_be_a_talk, tend
from chat.errors import Conflict, Invalid
from chat.events import begin_anew, network_stream, open_stream, topic_stream
from chat.fields import line
from chat.languages import _
from chat.markup import RENDERER
from chat.members import Viewer, must_act
from chat.networks import record
from chat.ops import once

MOST = 5000

CHOSEN = """
WITH RECURSIVE chosen AS (
    SELECT post.id FROM post WHERE topic_id = :topic AND id = ANY(:ids) AND moved_to IS NULL
    UNION
    SELECT post.id FROM post JOIN chosen ON post.parent_id = chosen.id WHERE post.topic_id = :topic AND moved_to IS NULL
)
SELECT post.id, number, parent_id, path, created_at, turn FROM post JOIN chosen ON chosen.id = post.id
ORDER BY number LIMIT :most
"""

BEGIN = """
INSERT INTO topic (network_id, author_id, pseudonym_id, title, created_at, listed_at, last_post_at, post_count, tags)
SELECT :network, post.author_id, NULL, :title, post.created_at, :now, :last, :count, topic.tags
FROM post JOIN topic ON topic.id = post.topic_id WHERE post.id = :first RETURNING id
"""

MOVE = """
UPDATE post SET topic_id = :new, number = place.number, path = CAST(place.path AS integer[]), parent_id = place.parent,
                turn = place.turn
FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS integer[]), CAST(:paths AS text[]), CAST(:parents AS bigint[]),
            CAST(:turns AS integer[])) AS place (id, number, path, parent, turn)
WHERE post.id = place.id
"""

# By the host who split: of who wrote the post a mark says nothing.
MARK = """
INSERT INTO post (topic_id, number, parent_id, path, author_id, body, html, renderer, created_at, removed_at, removed_by, moved_to)
SELECT :topic, place.number, place.parent, CAST(place.path AS integer[]), :host, '', '', :renderer, place.at, :now, :host, place.id
FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS integer[]), CAST(:paths AS text[]), CAST(:parents AS bigint[]),
            CAST(:ats AS timestamptz[])) AS place (id, number, path, parent, at)
"""

# Who had read up to a post here has read as many of those that moved; who follows the one follows the other.
TAKE_READERS = """
INSERT INTO reading (member_id, topic_id, number, at)
SELECT member_id, :new, read.n, at FROM reading
CROSS JOIN LATERAL (SELECT count(*) AS n FROM unnest(CAST(:numbers AS integer[])) AS old WHERE old <= reading.number) AS read
WHERE topic_id = :topic AND read.n > 0
"""
TAKE_FOLLOWERS = """
INSERT INTO following (member_id, topic_id, level, until, at)
SELECT member_id, :new, level, until, at FROM following WHERE topic_id = :topic ON CONFLICT DO NOTHING
"""


async def split(
    tx: Transaction,
    host: Viewer | None,
    topic_id: int,
    title: object,
    posts: list[int],
    *,
    op: str | None = None,
) -> dict[str, Any]:
    """Make a new topic of these posts and their answers: {"id": topic, "posts": how many went}."""
    host = must_act(host)
    title = line("title", title, 140, called=_("The title"))
    topic = await tend(tx, host, topic_id)

    async def act() -> dict[str, Any]:
        await must_not_be_a_talk(tx, topic)
        return await _split(tx, topic, title, posts)

    return await once(tx, host.id, f"topic.split {topic_id}", op, act)


async def _split(tx: Transaction, topic: Tended, title: str, ids: list[int]) -> dict[str, Any]:
    chosen = await tx.all(CHOSEN, topic=topic.id, ids=ids, most=MOST + 1)
    _must_make_a_topic(ids, chosen)
    new = await tx.value(
        BEGIN,
        network=topic.network_id,
        title=title,
        now=clock.now(),
        first=chosen[0].id,
        last=chosen[-1].created_at,
        count=len(chosen),
    )
    await open_stream(tx, topic_stream(new), topic.network_id)
    numbers = [post.number for post in chosen]
    await tx.run(MOVE, new=new, **_places(chosen))
    await tx.run(
        MARK,
        topic=topic.id,
        host=topic.host_id,
        renderer=RENDERER,
        now=clock.now(),
        ids=[post.id for post in chosen],
        numbers=numbers,
        paths=[_array(post.path) for post in chosen],
        parents=[post.parent_id for post in chosen],
        ats=[post.created_at for post in chosen],
    )
    # An inserted root takes the next turn; a mark stands where the post stood.
    await tx.run(
        "UPDATE post SET turn = place.turn FROM unnest(CAST(:numbers AS integer[]), CAST(:turns AS integer[])) AS place (number, turn) "
        "WHERE topic_id = :topic AND post.number = place.number",
        topic=topic.id,
        numbers=numbers,
        turns=[post.turn for post in chosen],
    )
    # What stayed and answers something that went hangs on the mark of it.
    await tx.run(
        "UPDATE post SET parent_id = mark.id FROM post AS mark "
        "WHERE post.topic_id = :topic AND mark.topic_id = :topic AND mark.moved_to = post.parent_id",
        topic=topic.id,
    )
    await _rename_unnamed(tx, new)
    await tx.run(TAKE_READERS, topic=topic.id, new=new, numbers=numbers)
    await tx.run(TAKE_FOLLOWERS, topic=topic.id, new=new)
    await tx.run(
        "UPDATE topic SET solved_number = NULL WHERE id = :id AND solved_number = ANY(:numbers)",
        id=topic.id,
        numbers=numbers,
    )
    await record(
        tx, topic.network_id, topic.host_id, "topic.split",
        topic=topic.id, title=topic.title, into=new, called=title, posts=len(chosen),
    )  # fmt: skip
    await begin_anew(tx, topic_stream(topic.id))
    tx.announce(topic_stream(topic.id), "topic.split", topic.id, network=topic.network_id)
    announce_state(tx, topic)
    tx.announce(network_stream(topic.network_id), "topic.added", new, network=topic.network_id)
    return {"id": new, "posts": len(chosen)}


def _must_make_a_topic(ids: list[int], chosen: list[Any]) -> None:
    if not ids:
        raise Invalid("posts", _("Choose at least one post."))
    if set(ids) - {post.id for post in chosen}:
        raise Conflict(_("Not all of these posts are in this discussion any more. Load the page again."))
    if chosen[0].number == 1:
        raise Invalid(
            "posts", _("The opening post stays where it is. Choose others, or move the whole discussion.")
        )
    if len(chosen) > MOST:
        raise Invalid("posts", _("{n} posts can go at once, with their answers; these are more.", n=MOST))


def _places(chosen: list[Any]) -> dict[str, list[Any]]:
    """Where each stands in the new topic, numbered from 1: below what it answers, if that came along."""
    paths: dict[int, list[int]] = {}
    parents: list[int | None] = []
    turns: list[int | None] = []
    roots = count()
    for number, post in enumerate(chosen, 1):
        along = post.parent_id if post.parent_id in paths else None
        # The opening post is what the whole topic answers: its answers are roots.
        above = paths[along] if along is not None and along != chosen[0].id else []
        # Those that were flattened before stay at their depth.
        paths[post.id] = [*above[: len(post.path) - 1], number]
        parents.append(along if number > 1 else None)
        turns.append(None if above else next(roots))
    return {
        "ids": list(paths),
        "numbers": list(range(1, len(chosen) + 1)),
        "paths": [_array(path) for path in paths.values()],
        "parents": parents,
        "turns": turns,
    }


async def _rename_unnamed(tx: Transaction, new: int) -> None:
    """Who writes without a name has another one in each topic, in this one too."""
    owners = await tx.all(
        "SELECT min(pseudonym.id) AS id, pseudonym.member_id FROM post JOIN pseudonym ON pseudonym.id = post.pseudonym_id "
        "WHERE post.topic_id = :topic GROUP BY pseudonym.member_id ORDER BY 1",
        topic=new,
    )
    taken = {
        row.name
        for row in await tx.all(
            "SELECT DISTINCT name FROM pseudonym JOIN post ON post.pseudonym_id = pseudonym.id WHERE post.topic_id = :topic",
            topic=new,
        )
    }
    for owner in owners:
        name = draw(taken)
        taken.add(name)
        await tx.run(
            "WITH other AS (INSERT INTO pseudonym (topic_id, member_id, name, created_at) "
            "VALUES (:topic, :member, :name, :now) RETURNING id) "
            "UPDATE post SET pseudonym_id = other.id FROM other WHERE topic_id = :topic AND pseudonym_id = :old",
            topic=new,
            member=owner.member_id,
            name=name,
            old=owner.id,
            now=clock.now(),
        )
    # What somebody said without their name by a reaction goes by the same name as what they wrote.
    await tx.run(
        "UPDATE reaction SET pseudonym_id = own.id FROM post, pseudonym AS old, pseudonym AS own "
        "WHERE post.topic_id = :topic AND reaction.post_id = post.id AND old.id = reaction.pseudonym_id "
        "AND own.topic_id = :topic AND own.member_id = old.member_id",
        topic=new,
    )
    await tx.run(
        "UPDATE topic SET pseudonym_id = post.pseudonym_id FROM post "
        "WHERE topic.id = :topic AND post.topic_id = topic.id AND post.number = 1",
        topic=new,
    )


def _array(numbers: list[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"
