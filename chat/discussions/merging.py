"""Merging a topic into another one of its network: its posts follow those that are there, and its address leads to them."""

from chat.db import Transaction
from chat.discussions.pseudonyms import draw
from chat.discussions.queries import topic_of
from chat.discussions.tending import Tended, announce_state, as_it_is, must_not_be_a_talk, tend
from chat.errors import Conflict, Invalid
from chat.events import begin_anew, network_stream, topic_stream
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import record

# They keep their order and hang together as before; only their numbers go on from the last one there.
APPEND = """
UPDATE post SET topic_id = :into, number = number + :after, turn = turn + :turns,
                path = (SELECT array_agg(n + :after ORDER BY place) FROM unnest(path) WITH ORDINALITY AS step (n, place))
WHERE topic_id = :topic
"""

# Who had read all of the one topic has now read as much further as they had read of the other.
READ_ON = """
UPDATE reading SET number = reading.number + other.number FROM reading AS other
WHERE reading.topic_id = :into AND reading.number = :after AND other.topic_id = :topic AND other.member_id = reading.member_id
"""
FOLLOW_ON = """
INSERT INTO following (member_id, topic_id, level, until, at)
SELECT member_id, :into, level, until, at FROM following WHERE topic_id = :topic ON CONFLICT DO NOTHING
"""


async def merge(tx: Transaction, host: Viewer | None, topic_id: int, into: object) -> int:
    """Put all posts of a topic behind those of another; the other's id. Merging it there again changes nothing."""
    host = must_act(host)
    other = await _named(tx, host, into)
    if (await topic_of(tx, host, topic_id)).merged_into == other:
        return other
    topic = await tend(tx, host, topic_id)
    if other == topic.id:
        raise Invalid("into", _("Choose another discussion than this one."))
    if (await topic_of(tx, host, other)).network_id != topic.network_id:
        raise Invalid("into", _("Only discussions of one network can be merged. Move one of them first."))
    await must_not_be_a_talk(tx, topic)
    home = await as_it_is(tx, other, topic.network_id, host.id)
    await must_not_be_a_talk(tx, home)
    await _merge(tx, topic, home)
    return home.id


async def _named(tx: Transaction, host: Viewer, into: object) -> int:
    """A topic by its number, or by the address of its page. Raises Invalid."""
    number = str(into or "").strip().split("/topics/")[-1].partition("?")[0].partition("#")[0].strip("/")
    if not number.isascii() or not number.isdecimal() or not 0 < len(number) <= 18:
        raise Invalid("into", _("Give the address of the other discussion, such as /topics/12."))
    return int(number)


async def _merge(tx: Transaction, topic: Tended, home: Tended) -> None:
    sizes = await tx.first(
        "SELECT a.post_count AS after, b.post_count AS more, b.hidden_at AS hidden, a.hidden_at AS home_hidden, "
        "(SELECT count(*) FROM poll WHERE topic_id IN (a.id, b.id) AND removed_at IS NULL) AS polls, "
        "(SELECT coalesce(max(turn) + 1, 0) FROM post WHERE topic_id = a.id AND turn IS NOT NULL) AS turns "
        "FROM topic AS a, topic AS b WHERE a.id = :into AND b.id = :topic",
        into=home.id,
        topic=topic.id,
    )
    if sizes.hidden or sizes.home_hidden:
        raise Conflict(_("One of the two is hidden. Restore it first."))
    if sizes.polls > 1:
        raise Conflict(
            _("Each of the two has a poll, and a discussion can have one. Remove one of them first.")
        )
    both = {"topic": topic.id, "into": home.id}
    await _bring_pseudonyms(tx, topic.id, home.id)
    await tx.run(APPEND, after=sizes.after, turns=sizes.turns, **both)
    await tx.run(READ_ON, after=sizes.after, **both)
    await tx.run(FOLLOW_ON, **both)
    await tx.run(
        "UPDATE topic SET post_count = topic.post_count + other.post_count, views = topic.views + other.views, "
        "last_post_at = greatest(topic.last_post_at, other.last_post_at) "
        "FROM topic AS other WHERE topic.id = :into AND other.id = :topic",
        **both,
    )
    await tx.run("UPDATE poll SET topic_id = :into WHERE topic_id = :topic AND removed_at IS NULL", **both)
    await tx.run(
        "UPDATE topic SET polled_at = coalesce(topic.polled_at, other.polled_at) FROM topic AS other "
        "WHERE topic.id = :into AND other.id = :topic",
        **both,
    )
    # It goes from every list, as what is not listed does.
    await tx.run(
        "UPDATE topic SET merged_into = :into, merged_after = :after, listed_at = NULL, pinned_at = NULL, solved_number = NULL "
        "WHERE id = :topic",
        after=sizes.after,
        **both,
    )
    await record(
        tx, topic.network_id, topic.host_id, "topic.merged",
        topic=topic.id, title=topic.title, into=home.id, called=home.title, posts=sizes.more,
    )  # fmt: skip
    network = topic.network_id
    for one, kind in ((topic, "topic.merged"), (home, "topic.split")):
        await begin_anew(tx, topic_stream(one.id))
        tx.announce(topic_stream(one.id), kind, one.id, network=network)
    tx.announce(network_stream(network), "topic.merged", topic.id, network=network)
    announce_state(tx, home)


async def _bring_pseudonyms(tx: Transaction, topic_id: int, into: int) -> None:
    """Nobody gets a name that somebody else has there. Who has a name in both keeps both: one name would tie them together."""
    taken = {
        row.name
        for row in await tx.all(
            "SELECT name FROM pseudonym WHERE topic_id = :into UNION "
            "SELECT name FROM pseudonym JOIN post ON post.pseudonym_id = pseudonym.id WHERE post.topic_id = :into",
            into=into,
        )
    }
    coming = await tx.all(
        "SELECT DISTINCT pseudonym.id, name, pseudonym.topic_id = :topic AND NOT EXISTS (SELECT FROM pseudonym AS there "
        "WHERE there.topic_id = :into AND there.member_id = pseudonym.member_id) AS goes_on "
        "FROM pseudonym LEFT JOIN post ON post.pseudonym_id = pseudonym.id "
        "WHERE pseudonym.topic_id = :topic OR post.topic_id = :topic ORDER BY pseudonym.id",
        topic=topic_id,
        into=into,
    )
    own = {row.name for row in coming}
    for row in coming:
        name = draw(taken | own) if row.name in taken else row.name
        taken.add(name)
        await tx.run(
            "UPDATE pseudonym SET name = :name, topic_id = CASE WHEN :goes_on THEN :into ELSE topic_id END WHERE id = :id",
            id=row.id,
            name=name,
            goes_on=row.goes_on,
            into=into,
        )
