"""Who is shown to have written something: a member, a pseudonym, a former member, or nobody by name.

This is decided here, in SQL: what may not be shown does not leave the database. Whoever reads topics or posts takes
the columns of a byline, and no `author_id`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from chat.db import Transaction
from chat.languages import _, sentence
from chat.members import Viewer
from chat.members.models import Member

FORMER = sentence("Former member")
NAMELESS = sentence("A participant")  # of a drop-in under the Chatham House rule, once it is over
_MEMBER = sa.inspect(Member).local_table


def named(name: str) -> str:
    """A byline's name as it is said now: those who are nobody by name are so in every language."""
    return _(name) if name in (FORMER, NAMELESS) else name


class Author(NamedTuple):
    """Whom everybody sees as the author. `kind`: member, pseudonym, or former, who is not named; only members have an id and a handle."""

    kind: str
    id: int | None
    handle: str | None
    name: str
    organisation: str

    @property
    def colour(self) -> str:
        """What the avatar's colour is made of; former members share one."""
        return self.handle or (self.name if self.kind == "pseudonym" else "")


class Byline:
    """SQL: who wrote the row of a query, given the names of its columns. Each byline of a query has a name of its own.

    It joins the author only where they may be named: else all that is theirs is null. As text, since SQLAlchemy would
    take longer to look at the expression than PostgreSQL to answer it.
    """

    def __init__(
        self,
        called: str,
        network_id: str,
        author_id: str,
        written_at: str,
        pseudonym_id: str = "NULL",
        nameless: str = "FALSE",
    ) -> None:
        self.member = _MEMBER.alias(called)
        # Who comes back is named beside what they write then, and not beside what they wrote before. While they are
        # gone the hub may still write in their name: the welcome of a drop-in.
        former = (
            f"EXISTS (SELECT FROM membership WHERE membership.network_id = {network_id} AND member_id = {author_id} "
            f"AND former_at IS NOT NULL AND (former_at >= {written_at} OR ended_at IS NOT NULL))"
        )
        self.named = _sql(
            f"{called}.id = {author_id} AND {pseudonym_id} IS NULL AND NOT {former} AND NOT ({nameless})"
        )
        # A pseudonym stays when its owner becomes a former member: else their going would tell whose it was.
        self.kind = _sql(
            f"CASE WHEN {pseudonym_id} IS NOT NULL THEN 'pseudonym' WHEN {called}.id IS NULL THEN 'former' ELSE 'member' END"
        )
        self.id, self.handle = _sql(f"{called}.id"), _sql(f"{called}.handle")
        self.name = _sql(
            f"CASE WHEN {pseudonym_id} IS NOT NULL THEN (SELECT name FROM pseudonym WHERE pseudonym.id = {pseudonym_id}) "  # noqa: S608
            f"ELSE coalesce({called}.name, CASE WHEN {nameless} THEN '{NAMELESS}' ELSE '{FORMER}' END) END"
        )
        self.organisation = _sql(
            f"CASE WHEN 'organisation' <> ALL({called}.hides) THEN {called}.organisation ELSE '' END"
        )

    @property
    def columns(self) -> tuple[Any, ...]:
        """As the fields of Author."""
        return self.kind, self.id, self.handle, self.name, self.organisation

    def join(self, query: Any) -> Any:
        """Add what the columns need."""
        return query.outerjoin(self.member, self.named)


def _sql(words: str) -> Any:
    return sa.literal_column(words)


class Written(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def author_kind(self) -> str: ...


async def own_among(tx: Transaction, viewer: Viewer | None, posts: Iterable[Written]) -> list[int]:
    """Those of these posts that the viewer wrote although the posts don't say so."""
    unnamed = [post.id for post in posts if post.author_kind != "member"]
    if viewer is None or not unnamed:
        return []
    rows = await tx.all(
        "SELECT id FROM post WHERE id = ANY(:ids) AND author_id = :me ORDER BY id", ids=unnamed, me=viewer.id
    )
    return [row.id for row in rows]


async def wrote(tx: Transaction, viewer: Viewer, post_id: int) -> bool:
    """Whether the viewer wrote a post, whatever it says."""
    return (
        await tx.value("SELECT 1 FROM post WHERE id = :id AND author_id = :me", id=post_id, me=viewer.id)
        is not None
    )


async def started(tx: Transaction, viewer: Viewer | None, topic_id: int) -> bool:
    """Whether the viewer started a topic, whatever it says."""
    if viewer is None:
        return False
    return (
        await tx.value("SELECT 1 FROM topic WHERE id = :id AND author_id = :me", id=topic_id, me=viewer.id)
        is not None
    )


async def pseudonym_of(tx: Transaction, viewer: Viewer | None, topic_id: int) -> str | None:
    """The viewer's own pseudonym in a topic, if they have one."""
    if viewer is None:
        return None
    return await tx.value(
        "SELECT name FROM pseudonym WHERE topic_id = :topic AND member_id = :me", topic=topic_id, me=viewer.id
    )
