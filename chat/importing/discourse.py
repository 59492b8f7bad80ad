"""What is taken of a Discourse backup, and where it goes.

Whatever not everybody there could read stays out: private messages, whispers, unlisted and removed topics. A category that
was closed comes only where the operator names it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from zlib import crc32

from chat.discussions.tagging import MOST_TAGS, tag_of
from chat.errors import Invalid
from chat.importing.archives import Broken
from chat.importing.dumps import Dump, Row
from chat.importing.reports import Report
from chat.importing.scratch import Scratch

WANTED = {
    "categories": ("id", "name", "slug", "parent_category_id", "read_restricted"),
    "users": ("id", "username", "name", "created_at"),
    "user_emails": ("user_id", "email", "primary"),
    "topics": (
        "id", "title", "user_id", "created_at", "views", "category_id", "archetype", "deleted_at", "visible", "closed", "archived", "pinned_at",
    ),
    "posts": (
        "id", "topic_id", "post_number", "reply_to_post_number", "user_id", "created_at", "raw", "post_type", "deleted_at", "hidden",
        "user_deleted", "last_version_at", "version",
    ),
    "tags": ("id", "name"),
    "topic_tags": ("topic_id", "tag_id"),
    "post_actions": ("post_id", "user_id", "post_action_type_id", "deleted_at", "created_at"),
    "topic_custom_fields": ("topic_id", "name", "value"),
    "discourse_solved_solved_topics": ("topic_id", "answer_post_id"),
}  # fmt: skip
NEEDED = ("users", "topics", "posts")

# What nobody there took for a contribution; numbers are those of Post.types.
TYPES = {"3": "it only said what was done to the topic", "4": "a whisper, which only their staff could read"}
LIKE = "2"
# What a forum has besides, and its members might look for.
BESIDES = {
    "badges": "badge", "bookmarks": "bookmark", "chat_messages": "chat message", "drafts": "draft", "groups": "group", "polls": "poll",
    "invites": "invitation", "post_revisions": "earlier version of posts", "uploads": "upload", "discourse_reactions_reactions": "reaction",
}  # fmt: skip

Place = int | None  # the network, or None for nowhere
Tell = Callable[[], None]

THEIRS = """
CREATE TABLE category (id TEXT PRIMARY KEY, name TEXT, slug TEXT, parent TEXT, closed INTEGER, network INTEGER, why TEXT);
CREATE TABLE raw_topic (
    id TEXT PRIMARY KEY, title TEXT, author TEXT, at TEXT, views INTEGER, category TEXT, archetype TEXT, deleted TEXT, visible TEXT,
    closed TEXT, archived TEXT, pinned TEXT
);
CREATE TABLE email (person TEXT, address TEXT, main INTEGER);
CREATE TABLE tag (id TEXT PRIMARY KEY, name TEXT);
CREATE TABLE tagged (topic TEXT, tag TEXT);
CREATE TABLE solved (topic TEXT PRIMARY KEY, post TEXT);
"""


class Where(NamedTuple):
    """Into which networks: by category (a name, slug or number of theirs), and for all others."""

    default: int | None
    categories: Mapping[str, int | None]


def sort_out(dump: Dump, scratch: Scratch, where: Where, report: Report, tell: Tell) -> int:
    """Fill the scratch with what is to come, and the report with what isn't; a number that marks this forum. Raises Broken."""
    scratch.connection.executescript(THEIRS)
    scratch.run("BEGIN")
    seen = set()
    for n, (table, row) in enumerate(dump.rows(WANTED)):
        seen.add(table)
        _TAKE[table](scratch, report, row)
        if n % 1000 == 0:
            tell()
    if missing := [table for table in NEEDED if table not in seen]:
        raise Broken(f"This is no dump of a Discourse forum: it has no {' and no '.join(missing)}.")
    _place_categories(scratch, where)
    _choose_topics(scratch, report)
    _choose_posts(scratch, report)
    _find_people(scratch, report)
    scratch.number_posts()
    _mention_the_rest(dump, report)
    return _mark(scratch)


# Row by row


def _category(scratch: Scratch, report: Report, row: Row) -> None:
    id, name, slug, parent, closed = row
    scratch.run(
        "INSERT OR REPLACE INTO category (id, name, slug, parent, closed) VALUES (?, ?, ?, ?, ?)",
        id, name, slug, parent, closed == "t",
    )  # fmt: skip


def _user(scratch: Scratch, report: Report, row: Row) -> None:
    id, username, name, at = row
    scratch.run(
        "INSERT OR REPLACE INTO person (id, username, name, at) VALUES (?, ?, ?, ?)", id, username, name, at
    )


def _email(scratch: Scratch, report: Report, row: Row) -> None:
    scratch.run("INSERT INTO email VALUES (?, ?, ?)", row[0], row[1], row[2] == "t")


def _topic(scratch: Scratch, report: Report, row: Row) -> None:
    scratch.run("INSERT OR REPLACE INTO raw_topic VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *row)


def _post(scratch: Scratch, report: Report, row: Row) -> None:
    id, topic, place, answers, author, at, raw, kind, deleted, hidden, user_deleted, version_at, version = row
    if why := TYPES.get(kind or ""):
        return report.leave("post", why)
    if deleted or user_deleted == "t":
        return report.leave("post", "removed there", id)
    if hidden == "t":
        return report.leave("post", "hidden there, because it was flagged", id)
    if not (raw or "").strip():
        return report.leave("post", "empty", id)
    if not (place or "").isdecimal():
        return report.leave("post", "without a place in its topic", id)
    edited = version_at if version not in (None, "1") else None
    scratch.run(
        "INSERT OR REPLACE INTO post (id, topic, place, answers, author, at, edited, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        id, topic, int(str(place)), int(str(answers)) if str(answers).isdecimal() else None, author, at, edited, raw,
    )  # fmt: skip


def _tag(scratch: Scratch, report: Report, row: Row) -> None:
    scratch.run("INSERT OR REPLACE INTO tag VALUES (?, ?)", *row)


def _topic_tag(scratch: Scratch, report: Report, row: Row) -> None:
    scratch.run("INSERT INTO tagged VALUES (?, ?)", *row)


def _action(scratch: Scratch, report: Report, row: Row) -> None:
    post, person, kind, deleted, at = row
    if kind == LIKE and not deleted:
        scratch.run("INSERT OR IGNORE INTO liked VALUES (?, ?, ?)", post, person, at)


def _custom_field(scratch: Scratch, report: Report, row: Row) -> None:
    topic, name, value = row
    if name == "accepted_answer_post_id":
        _solved(scratch, report, (topic, value))


def _solved(scratch: Scratch, report: Report, row: Row) -> None:
    scratch.run("INSERT OR REPLACE INTO solved VALUES (?, ?)", *row)


_TAKE: dict[str, Callable[[Scratch, Report, Row], None]] = {
    "categories": _category,
    "users": _user,
    "user_emails": _email,
    "topics": _topic,
    "posts": _post,
    "tags": _tag,
    "topic_tags": _topic_tag,
    "post_actions": _action,
    "topic_custom_fields": _custom_field,
    "discourse_solved_solved_topics": _solved,
}


# When all is read


def _place_categories(scratch: Scratch, where: Where) -> None:
    known = {row[0]: row for row in scratch.rows("SELECT id, name, slug, parent, closed FROM category")}
    names = {name.casefold(): network for name, network in where.categories.items()}
    used: set[str] = set()

    def settle(id: str | None, below: tuple[str, ...] = ()) -> tuple[Place, str]:
        if id is None or id not in known or id in below:
            return (
                where.default,
                ""
                if where.default
                else "in no category that was named, and no network was given for the rest",
            )
        _, name, slug, parent, closed = known[id]
        for word in (str(each or "").casefold() for each in (id, name, slug)):
            if word in names:
                used.add(word)
                network = names[word]
                return network, "" if network else f"in “{name}”, which was to be left out"
        if closed and not any(
            word and word.casefold() in names for above in _above(known, id) for word in known[above][:3]
        ):
            return None, f"in “{name}”, which was not open to everybody: name it if it is to come"
        return settle(parent, (*below, id))

    for id in known:
        network, why = settle(id)
        scratch.run("UPDATE category SET network = ?, why = ? WHERE id = ?", network, why, id)
    network, why = settle(None)
    scratch.run("INSERT INTO category (id, network, why) VALUES ('', ?, ?)", network, why)
    if unknown := names.keys() - used:
        raise Broken(
            f"There is no category “{sorted(unknown)[0]}” in this dump. It has: "
            + ", ".join(sorted(row[1] or row[0] for row in known.values()))
            + "."
        )


def _above(known: Mapping[str, tuple], id: str) -> Iterator[str]:
    """The categories that this one is in, those that were closed: who names one of them means what is in it, too."""
    seen = {id}
    while (parent := known[id][3]) in known and parent not in seen:
        seen.add(parent)
        id = parent
        if known[id][4]:
            yield id


# In this order: the first that holds is the reason that is given.
_LEFT_TOPICS = (
    ("archetype = 'private_message'", "a private message"),
    ("deleted IS NOT NULL", "removed there"),
    ("visible = 'f'", "unlisted there, so that only who had its address could read it"),
)


def _choose_topics(scratch: Scratch, report: Report) -> None:
    for which, why in _LEFT_TOPICS:
        _leave_topics(scratch, report, which, why)
    scratch.run(
        "UPDATE raw_topic SET category = '' WHERE category IS NULL OR category NOT IN (SELECT id FROM category)"
    )
    for (why,) in list(scratch.rows("SELECT DISTINCT why FROM category WHERE network IS NULL")):
        _leave_topics(
            scratch,
            report,
            "category IN (SELECT id FROM category WHERE network IS NULL AND why = ?)",
            why,
            why,
        )
    scratch.run(
        "INSERT INTO topic (id, nth, network, author, title, at, views, pinned, locked) "
        "SELECT raw_topic.id, CAST(raw_topic.id AS INTEGER), network, author, title, at, CAST(views AS INTEGER), pinned, "
        "CASE WHEN raw_topic.closed = 't' OR archived = 't' THEN at END FROM raw_topic JOIN category ON category.id = raw_topic.category"
    )
    scratch.run("CREATE INDEX tagged_topic ON tagged (topic)")
    rows = scratch.rows(
        "SELECT topic, group_concat(name, char(10)) FROM tagged JOIN tag ON tag.id = tag GROUP BY topic"
    )
    for topic, names in list(rows):
        tags = sorted({tag for name in names.split("\n") if (tag := _tag_of(name, report))})
        report.leave("tag", f"a topic has {MOST_TAGS} at most", count=max(0, len(tags) - MOST_TAGS))
        scratch.run("UPDATE topic SET tags = ? WHERE id = ?", json.dumps(tags[:MOST_TAGS]), topic)
    scratch.run("UPDATE topic SET solved = (SELECT post FROM solved WHERE solved.topic = topic.id)")


def _tag_of(name: str, report: Report) -> str:
    """A tag as they are written here; empty for one that can't be."""
    try:
        return tag_of(name)
    except Invalid as error:
        report.leave("tag", error.sentence)
        return ""


def _leave_topics(scratch: Scratch, report: Report, which: str, why: str, *values: str) -> None:
    ids = [
        id for (id,) in scratch.rows(f"SELECT id FROM raw_topic WHERE {which} ORDER BY CAST(id AS INTEGER)", *values)  # noqa: S608
    ]  # fmt: skip
    posts = scratch.value(
        f"SELECT count(*) FROM post WHERE topic IN (SELECT id FROM raw_topic WHERE {which})", *values  # noqa: S608
    )  # fmt: skip
    private = which == _LEFT_TOPICS[0][0]
    for id in ids:
        report.leave("topic", why, None if private else id)
    report.leave("post", f"in a topic that stays: {why}", count=posts)
    scratch.run(f"DELETE FROM post WHERE topic IN (SELECT id FROM raw_topic WHERE {which})", *values)  # noqa: S608
    scratch.run(f"DELETE FROM raw_topic WHERE {which}", *values)  # noqa: S608


def _choose_posts(scratch: Scratch, report: Report) -> None:
    lost = scratch.run("DELETE FROM post WHERE topic IS NULL OR topic NOT IN (SELECT id FROM topic)")
    report.leave("post", "its topic is not in the dump", count=lost)
    scratch.run("CREATE INDEX post_topic ON post (topic)")
    empty = "id NOT IN (SELECT topic FROM post)"
    for (id,) in list(scratch.rows(f"SELECT id FROM topic WHERE {empty}")):  # noqa: S608
        report.leave("topic", "nothing is left in it", id)
    scratch.run(f"DELETE FROM topic WHERE {empty}")  # noqa: S608
    lost = scratch.run(
        "DELETE FROM liked WHERE post NOT IN (SELECT id FROM post) OR person NOT IN (SELECT id FROM person)"
    )
    report.leave("like", "of a post or by a person that does not come", count=lost)


def _find_people(scratch: Scratch, report: Report) -> None:
    scratch.run("CREATE INDEX email_person ON email (person, main)")
    scratch.run(
        "UPDATE person SET email = (SELECT address FROM email WHERE email.person = person.id ORDER BY main DESC LIMIT 1)"
    )
    scratch.run("UPDATE person SET wanted = 1 WHERE id IN (SELECT person FROM liked)")


def _mention_the_rest(dump: Dump, report: Report) -> None:
    for table, what in BESIDES.items():
        report.leave(what, "the import knows nothing of them", count=dump.others[table])
    for table, count in dump.unreadable.items():
        report.leave("row", f"unreadable, in their table “{table}”", count=count)
    for table, count in dump.garbled.items():
        report.notes.append(
            f"In {count:,} texts of their table “{table}” characters were damaged; they are shown as �."
        )


def _mark(scratch: Scratch) -> int:
    """A number that no other forum has: made of the moments at which its first members came."""
    first = scratch.rows("SELECT id, at FROM person ORDER BY CAST(id AS INTEGER) LIMIT 3")
    return crc32(repr(list(first)).encode())
