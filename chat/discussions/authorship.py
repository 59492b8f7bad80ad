"""Who is shown to have written something: a member, a pseudonym, or a former member.

This is decided here, in SQL: what may not be shown does not leave the database. Whoever reads topics or posts takes
the columns of a byline, and no `author_id`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from chat.db import Transaction
from chat.discussions.models import Pseudonym
from chat.members import Viewer
from chat.members.models import Member
from chat.networks.models import Membership

FORMER = "Former member"
_MEMBER, _PLACE, _PSEUDONYM = (
    sa.inspect(model).local_table for model in (Member, Membership, Pseudonym)
)


class Author(NamedTuple):
    """Whom everybody sees as the author. `kind`: member, pseudonym or former; only members have an id and a handle."""

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
    """SQL: who wrote the row of a query. Each byline of a query has a join of its own.

    It joins the author only where they may be named; else every column of theirs is null.
    """

    def __init__(self, network_id: Any, author_id: Any, written_at: Any, pseudonym_id: Any = None) -> None:
        # Tables, not classes: half of the cost of a short query is SQLAlchemy's, for what is not plain.
        self.member, place = _MEMBER.alias(), _PLACE.alias()
        # Who comes back is named beside what they write then, and not beside what they wrote before. While they are
        # gone the hub may still write in their name: the welcome of a drop-in.
        former = sa.exists().where(
            place.c.network_id == network_id,
            place.c.member_id == author_id,
            place.c.former_at.is_not(None),
            sa.or_(place.c.former_at >= written_at, place.c.ended_at.is_not(None)),
        )
        self.named = sa.and_(self.member.c.id == author_id, sa.not_(former.correlate_except(place)))
        unnamed: list[tuple[Any, Any, Any]] = [
            (self.member.c.id.is_(None), _sql("'former'"), _sql(f"'{FORMER}'"))
        ]
        if pseudonym_id is not None:
            # It stays when its owner becomes a former member: else their going would tell whose it was.
            masked = pseudonym_id.is_not(None)
            self.named = sa.and_(sa.not_(masked), self.named)
            unnamed.insert(0, (masked, _sql("'pseudonym'"), _name_of(pseudonym_id)))
        self.kind = sa.case(*((case, kind) for case, kind, _ in unnamed), else_=_sql("'member'"))
        self.id, self.handle = self.member.c.id, self.member.c.handle
        self.name = sa.case(*((case, name) for case, _, name in unnamed), else_=self.member.c.name)
        tells = _sql("'organisation'") != sa.all_(self.member.c.hides)
        self.organisation = sa.case((tells, self.member.c.organisation), else_=_sql("''"))

    @property
    def columns(self) -> tuple[Any, ...]:
        """As the fields of Author."""
        return self.kind, self.id, self.handle, self.name, self.organisation

    def join(self, query: Any) -> Any:
        """Add what the columns need."""
        return query.outerjoin(self.member, self.named)


def _name_of(pseudonym_id: Any) -> Any:
    mask = _PSEUDONYM.alias()
    return sa.select(mask.c.name).where(mask.c.id == pseudonym_id).correlate_except(mask).scalar_subquery()


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


async def pseudonym_of(tx: Transaction, viewer: Viewer | None, topic_id: int) -> str | None:
    """The viewer's own pseudonym in a topic, if they have one."""
    if viewer is None:
        return None
    return await tx.value(
        "SELECT name FROM pseudonym WHERE topic_id = :topic AND member_id = :me", topic=topic_id, me=viewer.id
    )
