"""Who is shown to have written something: a member, a pseudonym, or a former member.

This is decided here, in SQL: what may not be shown does not leave the database. Whoever reads topics or posts takes
the columns of a byline, and no `author_id`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from chat.db import Transaction
from chat.discussions.models import Pseudonym
from chat.members import Viewer
from chat.members.models import Member
from chat.networks.models import Membership

FORMER = "Former member"


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
    """SQL: who wrote the row of a query. Each byline of a query has joins of its own."""

    def __init__(self, network_id: Any, author_id: Any, written_at: Any, pseudonym_id: Any = None) -> None:
        self.member, self.place, self.mask = aliased(Member), aliased(Membership), aliased(Pseudonym)
        self.is_author = col(self.member.id) == author_id
        # Who comes back is named beside what they write then, and not beside what they wrote before. While they are
        # gone the hub may still write in their name: the welcome of a drop-in.
        self.is_former = sa.and_(
            col(self.place.network_id) == network_id,
            col(self.place.member_id) == author_id,
            col(self.place.former_at).is_not(None),
            sa.or_(col(self.place.former_at) >= written_at, col(self.place.ended_at).is_not(None)),
        )
        self.is_mask = None if pseudonym_id is None else col(self.mask.id) == pseudonym_id
        former, masked = col(self.place.member_id).is_not(None), col(self.mask.id).is_not(None)
        # A pseudonym stays when its owner becomes a former member: else their going would tell whose it was.
        shown: list[tuple[Any, Any, Any]] = [(former, "'former'", f"'{FORMER}'")]
        if self.is_mask is not None:
            shown.insert(0, (masked, "'pseudonym'", col(self.mask.name)))
        named = sa.not_(sa.or_(*(case for case, _, _ in shown)))
        tells = sa.literal_column("'organisation'") != sa.all_(col(self.member.hides))
        self.kind = sa.case(*((case, _sql(kind)) for case, kind, _ in shown), else_=_sql("'member'"))
        self.id = sa.case((named, col(self.member.id)))
        self.handle = sa.case((named, col(self.member.handle)))
        self.name = sa.case(*((case, _sql(name)) for case, _, name in shown), else_=col(self.member.name))
        self.organisation = sa.case((sa.and_(named, tells), col(self.member.organisation)), else_=_sql("''"))

    @property
    def columns(self) -> tuple[Any, ...]:
        """As the fields of Author."""
        return self.kind, self.id, self.handle, self.name, self.organisation

    def join(self, query: Any) -> Any:
        """Add what the columns need."""
        query = query.outerjoin(self.member, self.is_author).outerjoin(self.place, self.is_former)
        return query if self.is_mask is None else query.outerjoin(self.mask, self.is_mask)


def _sql(word: Any) -> Any:
    return sa.literal_column(word) if isinstance(word, str) else word


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
