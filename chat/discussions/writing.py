"""Starting topics and replying: what puts new posts into the world."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from chat import clock, files
from chat.db import Transaction
from chat.discussions.drafting import Spot, drop_draft
from chat.discussions.models import Topic
from chat.discussions.naming import Drawn, draw, note_names
from chat.discussions.polling import ask_in, poll_wanted
from chat.discussions.pseudonyms import pseudonym_in, wants_no_name
from chat.discussions.queries import open_to
from chat.discussions.redrawing import topic_changed
from chat.discussions.tagging import put_tags, tags_of
from chat.discussions.taking import state_for, taker
from chat.discussions.telling import leave_to_tell
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.events import Event, fenced, network_stream, open_stream, topic_stream
from chat.fields import line, prose
from chat.languages import _, sentence
from chat.markup import LONGEST, RENDERER, render
from chat.members import Viewer, must_act
from chat.networks import (
    NetworkSeen,
    joining_in,
    may_read,
    must_have,
    place,
    role_in,
    writing_in,
)
from chat.networks.access import belongs
from chat.networks.models import Network
from chat.ops import once

# Past this an answer hangs on its forebear's line: the page shows two levels anyway.
DEEPEST = 50


async def start_topic(
    tx: Transaction,
    viewer: Viewer | None,
    network: NetworkSeen,
    title: object,
    body: object,
    *,
    anonymous: object = False,
    tags: object = None,
    poll: Mapping[str, Any] | None = None,
    attached: object = None,
    op: str | None = None,
) -> dict[str, Any]:
    """A new topic with its opening post, perhaps under a pseudonym: {"id": topic, "post": post, "number": 1}.

    `poll` is the form of one that it is to have (polling.py), `attached` are the ids of files that were sent before.
    """
    viewer = must_act(viewer)
    title = line("title", title, 140, called=_("The title"))
    source = clean_body(body)
    drawn = await draw(tx, network.id, source)
    unnamed = wants_no_name(anonymous)
    tagged = tags_of(tags)
    wanted = await poll_wanted(tx, viewer, poll) if poll else None

    async def act() -> dict[str, Any]:
        await (must_write_unnamed if unnamed else must_write)(tx, viewer, network.id)
        await must_start(tx, viewer, network.id)
        topic_id = await add_topic(tx, network.id, viewer.id, title)
        post = await add_post(tx, topic_id, viewer.id, source, drawn, unnamed=unnamed)
        await tx.run(
            "UPDATE topic SET pseudonym_id = post.pseudonym_id FROM post WHERE topic.id = :id AND post.id = :post "
            "AND post.pseudonym_id IS NOT NULL",
            id=topic_id,
            post=post["id"],
        )
        await files.attach(tx, viewer, post["id"], attached)
        await drop_draft(tx, viewer.id, Spot(network.id))
        if tagged:
            await put_tags(tx, topic_id, tagged)
        if wanted:
            await ask_in(tx, viewer, topic_id, wanted)
        tx.announce(network_stream(network.id), "topic.added", topic_id, network=network.id)
        tx.announce(topic_stream(topic_id), "post.added", post["id"], network=network.id)
        return {"id": topic_id, "post": post["id"], "number": 1}

    return await once(tx, viewer.id, "topic.add", op, act)


async def reply(
    tx: Transaction,
    viewer: Viewer | None,
    topic_id: int,
    body: object,
    *,
    parent: object = None,
    anonymous: object = False,
    attached: object = None,
    op: str | None = None,
) -> dict[str, Any]:
    """A new post in a topic, perhaps as an answer to another post, perhaps under a pseudonym: {"id", "number", "topic"}.

    The topic is another one where hosts have merged this, or split off what is answered. `attached` are the ids of
    files that were sent before.
    """
    viewer = must_act(viewer)
    network_id, inside = await find_topic(tx, viewer, topic_id)
    source = clean_body(body)
    drawn = await draw(tx, network_id, source, topic_id)
    unnamed = wants_no_name(anonymous)

    async def act() -> dict[str, Any]:
        if unnamed:
            await must_write_unnamed(tx, viewer, network_id)
        elif not inside:
            await must_write(tx, viewer, network_id)
        state = await state_for(tx, viewer.id, network_id, topic_id, parent)
        if state.role is None:  # they were inside, and were removed before removals waited for us
            await must_write(tx, viewer, network_id)
        home = await taker(tx, viewer.id, network_id, state, parent)
        if state.drafted:
            await drop_draft(tx, viewer.id, Spot(None, topic_id, _parent_in(parent)))
        plain = tx.silent and not (attached or drawn.members or drawn.topics)
        heard_in = network_id if plain else None
        post = await add_post(tx, home, viewer.id, source, drawn, parent, unnamed=unnamed, heard_in=heard_in)
        if not plain:
            await files.attach(tx, viewer, post["id"], attached)
            tx.announce(topic_stream(home), "post.added", post["id"], network=network_id)
            tx.announce(network_stream(network_id), "topic.active", home, post["number"], network=network_id)
        return {**post, "topic": home}

    return await once(tx, viewer.id, "post.add", op, act)


_OPEN_TOPIC = (
    sa.select(
        col(Topic.network_id),
        col(Topic.listed_at),
        col(Topic.hidden_at),
        col(Topic.merged_into),
        (inside := belongs(sa.bindparam("me", type_=sa.BigInteger))).label("inside"),
        sa.case((inside, fenced(Topic.network_id))).label("fenced"),
    )
    .join(Network, col(Network.id) == col(Topic.network_id))
    .where(
        col(Topic.id) == sa.bindparam("id", type_=sa.BigInteger),
        open_to(sa.bindparam("me", type_=sa.BigInteger)),
    )
)


async def find_topic(tx: Transaction, viewer: Viewer, topic_id: int) -> tuple[int, bool]:
    """The network of a topic that takes posts, and whether the viewer is in it: then this transaction is ordered with
    removals from now on, and what it finds next is so. A drop-in's talk takes posts once the doors are open."""
    row = await tx.first(_OPEN_TOPIC, id=topic_id, me=viewer.id)
    if row is None:
        raise NotFound
    if row.fenced is not None:
        tx.fences[row.network_id] = row.fenced
    if row.hidden_at or row.merged_into:
        return row.network_id, row.inside  # what becomes of a post there is said when nobody can change it
    if row.listed_at is None or row.listed_at > clock.now():
        raise Conflict(_("The doors are not open yet."))
    return row.network_id, row.inside


async def must_write(tx: Transaction, viewer: Viewer, network_id: int) -> None:
    """Let a member of the network write. In an open one every member of the hub may, and so joins it."""
    await (writing_in if await role_in(tx, viewer.id, network_id) else joining_in)(tx, network_id)
    if await role_in(tx, viewer.id, network_id):  # asked again, now that removals wait for us
        return
    if not await may_read(tx, viewer, network_id):
        raise NotFound
    if not await place(tx, network_id, viewer.id):
        raise Forbidden(_("You were removed from this network, so you can’t write in it."))


async def must_write_unnamed(tx: Transaction, viewer: Viewer, network_id: int) -> None:
    """Let a member of a network write without their name, where it allows that."""
    await must_belong(tx, viewer, network_id)
    if not await tx.value("SELECT anonymity_since FROM network WHERE id = :id", id=network_id):
        raise Invalid("anonymous", _("This network takes no posts without a name. Nothing was posted."))


async def must_belong(tx: Transaction, viewer: Viewer, network_id: int) -> None:
    """Let only those write who are in the network. To join by it would tell whose post it is: joining is seen."""
    await writing_in(tx, network_id)
    if await role_in(tx, viewer.id, network_id):
        return
    if not await may_read(tx, viewer, network_id):
        raise NotFound
    raise Forbidden(_("Join this network first. Everybody would see that you join with this post."))


async def must_start(tx: Transaction, viewer: Viewer, network_id: int) -> None:
    """Refuse a topic by who may only answer; whoever joined for it has then not joined either."""
    try:
        await must_have(tx, viewer, network_id, "start_topic")
    except Forbidden:
        raise Forbidden(
            _("In this network its hosts start the discussions. You can answer in those that there are.")
        ) from None


async def add_topic(
    tx: Transaction, network_id: int, author_id: int, title: str, *, listed_at: Any = None
) -> int:
    now = clock.now()
    topic_id = await tx.value(
        "INSERT INTO topic (network_id, author_id, title, created_at, listed_at, last_post_at) "
        "VALUES (:network, :author, :title, :now, :listed, :listed) RETURNING id",
        network=network_id,
        author=author_id,
        title=title,
        now=now,
        listed=listed_at or now,
    )
    await open_stream(tx, topic_stream(topic_id), network_id)
    return topic_id


async def rename_topic(tx: Transaction, topic_id: int, title: str, author_id: int | None = None) -> None:
    """Another title for a topic, and another author where nobody has written yet."""
    await tx.run(
        "UPDATE topic SET title = :title, author_id = CASE WHEN post_count = 0 THEN coalesce(:author, author_id) ELSE author_id END WHERE id = :id",
        id=topic_id,
        title=title,
        author=author_id,
    )
    await topic_changed(tx, topic_id)


async def add_post(
    tx: Transaction,
    topic_id: int,
    author_id: int,
    source: str,
    drawn: Drawn,
    parent: object = None,
    *,
    unnamed: bool = False,
    told: bool = True,
    heard_in: int | None = None,
) -> dict[str, Any]:
    """The row of a post; its number is the topic's next. Raises Invalid for a parent that is not in the topic.

    To be called when this transaction is ordered with the hosts' acts (`writing_in`). Members are `told` of it by a job,
    all those of the topic that nobody was told of yet together. Where a network is given, its stream and the topic's
    hear of it here: then it must be the last thing of its transaction that others may wait for, and all that is heard.
    """
    pseudonym_id = None
    if unnamed:
        await tx.run("SELECT FROM topic WHERE id = :id FOR NO KEY UPDATE", id=topic_id)
        pseudonym_id = await pseudonym_in(tx, topic_id, author_id)
    row = await tx.first(
        WRITE,
        topic=topic_id,
        parent=_parent_in(parent),
        deepest=DEEPEST - 1,
        author=author_id,
        body=source,
        html=drawn.html,
        renderer=RENDERER,
        now=clock.now(),
        pseudonym=pseudonym_id,
        told=told,
        heard=heard_in is not None,
        acl=(acl := tx.fences.get(heard_in or 0, 0)),
    )
    if row is None:
        raise Invalid("parent", _(NOT_HERE))
    if heard_in is not None:
        active, added = row.numbers
        tx.events += [
            Event(network_stream(heard_in), active, "topic.active", topic_id, row.number, acl, row.log),
            Event(topic_stream(topic_id), added, "post.added", row.id, 1, acl, row.log),
        ]
    if row.untold == row.number:
        await leave_to_tell(tx, topic_id, row.number, row.told_at)
    await note_names(tx, row.id, drawn)
    return {"id": row.id, "number": row.number}


NOT_HERE = sentence("The post that this answers is not in this topic.")

# One statement, because all who write in a topic wait for each other from its first line until they have committed. The
# numbers of its events are the last that it takes: whoever has them waits for nobody. So what is answered is locked as
# its row will be when the new one refers to it.
#
# The opening post is what the whole topic answers: its answers are roots. Whoever writes in a topic has read what they
# wrote, and follows it as they chose. Where they want to hear of all posts anyway, or of none, that stays.
WRITE = """
WITH parent AS (
    SELECT id, CASE WHEN number = 1 THEN '{}' ELSE path[1 : CAST(:deepest AS integer)] END AS above
    FROM post WHERE id = CAST(:parent AS bigint) AND topic_id = :topic AND moved_to IS NULL FOR KEY SHARE
), numbered AS (
    UPDATE topic SET post_count = post_count + 1, last_post_at = greatest(last_post_at, :now),
        untold = CASE WHEN :told THEN coalesce(untold, post_count + 1) ELSE untold END
    WHERE id = :topic AND (CAST(:parent AS bigint) IS NULL OR EXISTS (SELECT FROM parent))
    RETURNING post_count AS number, untold, told_at, network_id
), written AS (
    INSERT INTO post (topic_id, number, parent_id, path, author_id, body, html, renderer, created_at, pseudonym_id)
    SELECT :topic, number, :parent, coalesce((SELECT above FROM parent), '{}') || number, :author, :body, :html, :renderer, :now, :pseudonym
    FROM numbered RETURNING id
), read AS (
    INSERT INTO reading (member_id, topic_id, number) SELECT :author, :topic, number FROM numbered
    ON CONFLICT (member_id, topic_id) DO UPDATE SET number = excluded.number, at = now() WHERE reading.number = excluded.number - 1 RETURNING 1
), followed AS (
    INSERT INTO following (member_id, topic_id, level)
    SELECT member.id, :topic, on_writing FROM numbered JOIN member ON member.id = :author
    JOIN membership ON membership.network_id = numbered.network_id AND membership.member_id = member.id
    WHERE on_writing <> 'nothing' AND membership.told <> 'nothing' AND NOT (membership.told = 'all' AND on_writing = 'tracking')
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT written.id, numbered.number, untold, told_at, heard.numbers, heard.log
FROM numbered, written, (SELECT count(*) FROM read) AS after_reading, (SELECT count(*) FROM followed) AS after_following,
LATERAL (
    SELECT array_agg(facts.number) AS numbers, min(facts.log) AS log FROM number_facts(
        ARRAY['n:' || network_id, 't:' || CAST(:topic AS bigint)], ARRAY['topic.active', 'post.added'],
        ARRAY[CAST(:topic AS bigint), written.id], ARRAY[numbered.number, 1], ARRAY[CAST(:acl AS bigint), :acl], :now
    ) AS facts WHERE :heard
) AS heard
"""


def _parent_in(parent: object) -> int | None:
    """The post that is answered, as a form or an API client names it. Raises Invalid."""
    if parent is None or parent == "":
        return None
    if not str(parent).isdecimal() or len(str(parent)) > 18:
        raise Invalid("parent", _(NOT_HERE))
    return int(str(parent))


# Only where nobody has written: of two that try, one finds the topic empty.
OPENINGS = """
WITH opened AS (
    UPDATE topic SET post_count = 1, last_post_at = greatest(last_post_at, :now)
    FROM unnest(CAST(:topics AS bigint[]), CAST(:authors AS bigint[]), CAST(:bodies AS text[]), CAST(:htmls AS text[]))
         AS given (topic_id, author, body, html)
    WHERE topic.id = given.topic_id AND post_count = 0 RETURNING given.*
), written AS (
    INSERT INTO post (topic_id, number, path, author_id, body, html, renderer, created_at)
    SELECT topic_id, 1, ARRAY[1], author, body, html, :renderer, :now FROM opened RETURNING id, topic_id
), seen AS (
    INSERT INTO reading (member_id, topic_id, number) SELECT author, topic_id, 1 FROM opened ON CONFLICT DO NOTHING
)
SELECT topic_id, id FROM written ORDER BY topic_id
"""


async def add_openings(tx: Transaction, openings: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """First posts for those of these topics (id, author, text) that are empty: the topic and the post of each."""
    html = {source: render(source) for _, _, source in openings}
    rows = await tx.all(
        OPENINGS,
        topics=[topic for topic, _, _ in openings],
        authors=[author for _, author, _ in openings],
        bodies=[source for _, _, source in openings],
        htmls=[html[source] for _, _, source in openings],
        renderer=RENDERER,
        now=clock.now(),
    )
    return [(row.topic_id, row.id) for row in rows]


def clean_body(body: object) -> str:
    return prose("body", body, LONGEST, called=_("The text"))
