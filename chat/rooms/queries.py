"""What is in a room, for a viewer who may be there: the same for all of them. What is one's own is in own.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import col, select

from chat import clock
from chat.db import Reader
from chat.discussions import Author
from chat.discussions.authorship import Byline
from chat.discussions.models import Poll
from chat.dropins.models import DropIn
from chat.dropins.queries import WRAP_UP
from chat.rooms.models import Hand, Question, SharedLink

MOST_SHOWN = 500


class QuestionSeen(NamedTuple):
    """A question, its asker apart: `author` is as everybody may see them."""

    id: int
    drop_in_id: int
    author: Author
    body: str
    asked_at: datetime
    votes: int
    pinned_at: datetime | None
    outcome: str | None  # answered, deferred or declined
    settled_at: datetime | None
    settler: Author | None
    word: str  # the written answer, or the reason for declining
    word_html: str  # of an answer

    @property
    def state(self) -> str:
        return self.outcome or ("pinned" if self.pinned_at else "open")

    @property
    def order(self) -> int:
        """Its place among its likes, the smallest first: open ones by votes, then age; others as they were settled."""
        return round(self.settled_at.timestamp() * 1000) if self.settled_at else self.id - self.votes * 10**10


class HandSeen(NamedTuple):
    """A hand that is up, or whose member speaks."""

    id: int
    drop_in_id: int
    member: Author
    raised_at: datetime
    called_at: datetime | None


class PollSeen(NamedTuple):
    """A poll. Its `counts`, one for each option, are None until everybody may see them."""

    id: int
    drop_in_id: int
    question: str
    options: list[str]
    several: bool
    shown: str
    asked_at: datetime
    turnout: int  # how many have voted
    closed: bool
    counts: list[int] | None


class LinkSeen(NamedTuple):
    id: int
    drop_in_id: int
    author: Author
    title: str  # empty where it has none
    url: str
    shared_at: datetime

    @property
    def host(self) -> str:
        """Where it leads, for people to see."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


_NAMELESS = "EXISTS (SELECT FROM topic WHERE topic.id = drop_in.topic_id AND topic.nameless_at IS NOT NULL)"
_ASKER = Byline(
    "asker",
    "drop_in.network_id",
    "question.author_id",
    "question.asked_at",
    "question.pseudonym_id",
    _NAMELESS,
)
_SETTLER = Byline(
    "settler", "drop_in.network_id", "question.settled_by", "question.settled_at", nameless=_NAMELESS
)
_RAISER = Byline("raiser", "drop_in.network_id", "hand.member_id", "hand.raised_at")
_SHARER = Byline(
    "sharer", "drop_in.network_id", "shared_link.shared_by", "shared_link.shared_at", nameless=_NAMELESS
)
_IDS = sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger))
_ROOM = sa.bindparam("drop_in", type_=sa.BigInteger)
_NOW = sa.bindparam("now", type_=sa.DateTime(timezone=True))
_IN_ROOM = col(DropIn.id) == _ROOM


def _by_id(table: Any) -> Any:
    return col(table.id) == sa.any_(_IDS)


def _from(table: Any, *columns: Any) -> Any:
    return select(*columns).select_from(table).join(DropIn, col(DropIn.id) == col(table.drop_in_id))


# Questions

_questions = _SETTLER.join(
    _ASKER.join(
        _from(
            Question,
            Question.id,
            Question.drop_in_id,
            Question.body,
            Question.asked_at,
            Question.votes,
            Question.pinned_at,
            Question.outcome,
            Question.settled_at,
            Question.word,
            Question.word_html,
            *_ASKER.columns,
            *_SETTLER.columns,
        )
    )
).where(col(Question.withdrawn_at).is_(None))
# Open ones by votes and age, and then the others in the order in which they were settled.
_QUESTIONS_OF = (
    _questions.where(_IN_ROOM)
    .order_by(
        col(Question.pinned_at).is_(None),
        col(Question.settled_at).asc().nulls_first(),
        col(Question.votes).desc(),
        Question.id,
    )
    .limit(MOST_SHOWN)
)
_QUESTIONS_BY_ID = _questions.where(_by_id(Question))


def _question(row: Sequence[Any]) -> QuestionSeen:
    id, drop_in_id, body, asked_at, votes, pinned_at, outcome, settled_at, word, html, *people = row
    settler = Author(*people[5:]) if settled_at else None
    return QuestionSeen(
        id, drop_in_id, Author(*people[:5]), body, asked_at, votes, pinned_at, outcome, settled_at, settler, word, html,
    )  # fmt: skip


async def questions_of(tx: Reader, drop_in_id: int) -> list[QuestionSeen]:
    """What was asked in a drop-in's room and not withdrawn: the pinned one, the open ones by votes, the settled ones."""
    return [_question(row) for row in await tx.all(_QUESTIONS_OF, drop_in=drop_in_id)]


async def questions_by_id(tx: Reader, ids: list[int]) -> dict[int, QuestionSeen]:
    return {row[0]: _question(row) for row in await tx.all(_QUESTIONS_BY_ID, ids=ids)}


async def votes_of(tx: Reader, ids: list[int]) -> dict[int, int]:
    """How many votes these questions have, without the withdrawn ones."""
    rows = await tx.all(
        "SELECT id, votes FROM question WHERE id = ANY(:ids) AND withdrawn_at IS NULL", ids=ids
    )
    return {row[0]: row[1] for row in rows}


# Hands

_hands = _RAISER.join(
    _from(Hand, Hand.id, Hand.drop_in_id, Hand.raised_at, Hand.called_at, *_RAISER.columns)
).where(
    col(Hand.lowered_at).is_(None),
    # With the end of the drop-in all of them are down.
    col(Hand.raised_at) >= col(DropIn.opens_at),
    col(DropIn.opens_at) <= _NOW,
    col(DropIn.closes_at) > _NOW,
    col(DropIn.cancelled_at).is_(None),
)
_HANDS_OF = _hands.where(_IN_ROOM).order_by(col(Hand.called_at).is_(None), Hand.raised_at, Hand.id)
_HANDS_BY_ID = _hands.where(_by_id(Hand))
_HANDS_UP = (
    _from(Hand, Hand.drop_in_id, Hand.member_id)
    .where(col(Hand.lowered_at).is_(None), col(Hand.drop_in_id) == sa.any_(_IDS))
    .order_by(Hand.id)
)


def _hand(row: Sequence[Any]) -> HandSeen:
    id, drop_in_id, raised_at, called_at, *person = row
    return HandSeen(id, drop_in_id, Author(*person), raised_at, called_at)


async def hands_of(tx: Reader, drop_in_id: int) -> list[HandSeen]:
    """The hands that are up: whoever speaks first, then the queue in its order."""
    return [_hand(row) for row in await tx.all(_HANDS_OF, drop_in=drop_in_id, now=clock.now())]


async def hands_by_id(tx: Reader, ids: list[int]) -> dict[int, HandSeen]:
    return {row[0]: _hand(row) for row in await tx.all(_HANDS_BY_ID, ids=ids, now=clock.now())}


async def raised_in(tx: Reader, drop_in_ids: list[int]) -> list[tuple[int, int]]:
    """Whose hands are up in these rooms: drop-in and member."""
    return [(drop_in, member) for drop_in, member in await tx.all(_HANDS_UP, ids=drop_in_ids)]


# Polls

_closed = sa.or_(
    col(Poll.closed_at).is_not(None),
    col(DropIn.closes_at) + WRAP_UP <= _NOW,
    col(DropIn.cancelled_at).is_not(None),
)
# Decided here: numbers that are not due don't leave the database.
_counts = sa.case((sa.or_(col(Poll.shown) == "live", _closed), col(Poll.counts)))
_polls = _from(
    Poll,
    Poll.id,
    Poll.drop_in_id,
    Poll.question,
    Poll.options,
    Poll.several,
    Poll.shown,
    Poll.asked_at,
    Poll.turnout,
    _closed,
    _counts,
).where(col(Poll.removed_at).is_(None))
_POLLS_OF = _polls.where(_IN_ROOM).order_by(col(Poll.id).desc())
_POLLS_BY_ID = _polls.where(_by_id(Poll))


async def polls_of(tx: Reader, drop_in_id: int) -> list[PollSeen]:
    """The quick polls of a drop-in, the latest first."""
    return [PollSeen(*row) for row in await tx.all(_POLLS_OF, drop_in=drop_in_id, now=clock.now())]


async def polls_by_id(tx: Reader, ids: list[int]) -> dict[int, PollSeen]:
    return {row[0]: PollSeen(*row) for row in await tx.all(_POLLS_BY_ID, ids=ids, now=clock.now())}


async def tallies_of(tx: Reader, ids: list[int]) -> dict[int, tuple[int, list[int]]]:
    """How many have voted in these polls and the numbers, due or not: only for who has voted."""
    rows = await tx.all(
        "SELECT id, turnout, counts FROM poll WHERE id = ANY(:ids) AND shown = 'voted'", ids=ids
    )
    return {id: (turnout, counts) for id, turnout, counts in rows}


# Links

_links = _SHARER.join(
    _from(
        SharedLink,
        SharedLink.id,
        SharedLink.drop_in_id,
        SharedLink.title,
        SharedLink.url,
        SharedLink.shared_at,
        *_SHARER.columns,
    )
).where(col(SharedLink.removed_at).is_(None))
_LINKS_OF = _links.where(_IN_ROOM).order_by(SharedLink.id)
_LINKS_BY_ID = _links.where(_by_id(SharedLink))


def _link(row: Sequence[Any]) -> LinkSeen:
    id, drop_in_id, title, url, shared_at, *person = row
    return LinkSeen(id, drop_in_id, Author(*person), title, url, shared_at)


async def links_of(tx: Reader, drop_in_id: int) -> list[LinkSeen]:
    """The links of a drop-in, in the order in which they were shared."""
    return [_link(row) for row in await tx.all(_LINKS_OF, drop_in=drop_in_id)]


async def links_by_id(tx: Reader, ids: list[int]) -> dict[int, LinkSeen]:
    return {row[0]: _link(row) for row in await tx.all(_LINKS_BY_ID, ids=ids)}
