"""Tags: a few words by which topics of a network are found together."""

import re
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.discussions.partaking import must_tend, tell_readers
from chat.discussions.queries import topic_of
from chat.errors import Invalid
from chat.fields import UNWANTED, line
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import NetworkSeen

MOST_TAGS = 5
LONGEST_TAG = 30
LONGEST_FIELD = 400

PARTS = re.compile(r"[,;\n]")
BLANKS = re.compile(r"[\s_-]+")
OTHER = re.compile(r"[^\w-]")


class TagSeen(NamedTuple):
    tag: str
    topics: int


def tags_of(given: object) -> list[str]:
    """The tags of a field, with commas between them, or of a list: in small letters, with hyphens for blanks, each once."""
    if given is None or given == "":
        return []
    parts: list[Any] = given if isinstance(given, list) else PARTS.split(_field(given))
    tags = list(dict.fromkeys(tag for part in parts[:100] if (tag := tag_of(part))))
    if len(tags) > MOST_TAGS:
        raise Invalid(
            "tags", _("A discussion has {most} tags at most; these are {n}.", most=MOST_TAGS, n=len(tags))
        )
    return tags


def tag_of(given: object) -> str:
    """One tag as we keep it; empty where nothing of it is left."""
    text = BLANKS.sub("-", line("tags", given, LONGEST_FIELD, called=_("A tag"), required=False).lower())
    tag = OTHER.sub("", text).strip("-")
    if len(tag) > LONGEST_TAG:
        raise Invalid(
            "tags",
            _(
                "A tag can have {most} letters at most; “{tag}…” has {n}.",
                most=LONGEST_TAG,
                tag=tag[:20],
                n=len(tag),
            ),
        )
    return tag


async def change_tags(tx: Transaction, viewer: Viewer | None, topic_id: int, given: object) -> list[str]:
    """Give a topic these tags and no others; them, as they are kept. By who started the topic, or a host."""
    viewer = must_act(viewer)
    topic = await topic_of(tx, viewer, topic_id)
    tags = tags_of(given)
    await must_tend(tx, viewer, topic)
    if await put_tags(tx, topic_id, tags):
        tell_readers(tx, topic)
    return tags


async def put_tags(tx: Transaction, topic_id: int, tags: list[str]) -> bool:
    """Whether that changed anything."""
    return bool(
        await tx.run(
            "UPDATE topic SET tags = CAST(:tags AS text[]) WHERE id = :id AND tags <> CAST(:tags AS text[])",
            tags=tags,
            id=topic_id,
        )
    )


async def tags_in(tx: Transaction, network: NetworkSeen, *, limit: int = 200) -> list[TagSeen]:
    """The tags of a network and how many of its listed topics have each, the most used first; for who may read it."""
    if not network.readable:
        return []
    rows = await tx.all(
        "SELECT tag, count(*) FROM topic, unnest(tags) AS tag WHERE network_id = :network AND tags <> '{}' "
        "AND listed_at <= :now GROUP BY tag ORDER BY count(*) DESC, tag LIMIT :limit",
        network=network.id,
        now=clock.now(),
        limit=limit,
    )
    return [TagSeen(*row) for row in rows]


def _field(given: object) -> str:
    if not isinstance(given, str):
        raise Invalid("tags", _("Write the tags with commas between them."))
    text = UNWANTED.sub(" ", given)
    if len(text) > LONGEST_FIELD:
        raise Invalid("tags", _("That is too much for tags. A few short words will do."))
    return text
