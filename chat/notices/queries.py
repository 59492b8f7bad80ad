"""Which notices there are for a member. Each is asked about anew: what they may know can have changed since."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, func, or_, select

from chat import clock
from chat.announcements.models import Announcement, Delivery
from chat.db import Question, Reader, Transaction
from chat.dropins.models import DropIn, Series
from chat.errors import SignInFirst
from chat.members import Viewer
from chat.members.models import Member, Notice
from chat.networks.access import visible
from chat.networks.models import Membership, Network
from chat.networks.rights import RIGHTS
from chat.notices.posts import SAID, told_of_posts, word

OF_A_DATE = (
    "reminder.day",
    "reminder.soon",
    "reminder.live",
    "place.given",
    "dropin.moved",
    "dropin.cancelled",
)


class NoticeSeen(NamedTuple):
    """A notice whose reader may know what it says. `role` is their own, now; `title` that of an announcement, a date
    or a topic, and `opens_at` when the date opens. Lists go by `turn`, the highest first.

    One of posts leads to the first of them, `number` in `topic_id`. The actor is who did the latest of it, as they are
    shown there, and `others` how many did so too. `note` is what its reader wrote to themselves."""

    id: int
    turn: int
    kind: str
    network_slug: str | None
    network_name: str | None
    role: str | None
    actor_handle: str | None
    actor_name: str | None
    ref_id: int | None
    title: str | None
    dismissed_at: datetime | None
    created_at: datetime
    read_at: datetime | None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    topic_id: int | None = None
    number: int | None = None
    others: int | None = None
    note: str | None = None

    @property
    def of_a_date(self) -> bool:
        return self.kind in OF_A_DATE

    @property
    def pressing(self) -> bool:
        """Whether its reader should see it on whatever page they are: it is new, and of a date that is not over."""
        return (
            self.of_a_date
            and not self.read_at
            and self.closes_at is not None
            and clock.now() < self.closes_at
        )

    @property
    def announcement_id(self) -> int | None:
        return self.ref_id if self.kind == "announcement.made" else None

    @property
    def link(self) -> str | None:
        """Where it leads."""
        if self.network_slug is None:
            return None
        if self.topic_id:
            return f"/topics/{self.topic_id}?post={self.number}#p{self.number}"
        inside = f"/networks/{self.network_slug}"
        return {
            "announcement.made": f"{inside}/announcements/{self.ref_id}",
            "request.made": f"{inside}/requests",
            "invitation.accepted": f"{inside}/members",
            "unmasking.asked": f"/posts/{self.ref_id}/unmask",
            "flag.raised": f"/flags/{self.ref_id}",
            "flag.answered": f"/flags/{self.ref_id}",
            **dict.fromkeys(("post.hidden", "post.restored", "post.warned"), f"/posts/{self.ref_id}/word"),
            **dict.fromkeys(("topic.hidden", "topic.restored", "topic.moved"), f"/topics/{self.ref_id}"),
            **dict.fromkeys(OF_A_DATE, f"/drop-ins/{self.ref_id}"),
            "minutes.drafted": f"/drop-ins/{self.ref_id}/minutes/edit",
            "minutes.wait": f"/drop-ins/{self.ref_id}/minutes/edit",
            "minutes.published": f"/drop-ins/{self.ref_id}/minutes",
        }.get(self.kind, inside)


class Told(NamedTuple):
    """For a frame: whose notice it is, what it is (None if they may not know it any more), and how many are unread."""

    member_id: int
    notice: NoticeSeen | None
    unread: int


GATHERED = func.cardinality(Notice.parts) > 0

_Mine, _Actor, _Place = aliased(Membership), aliased(Member), aliased(Membership)


def _of_a_date(kind: Any) -> Any:
    return or_(
        *(kind == word(each) for each in OF_A_DATE)
    )  # a glance has its parameters when it is compiled: no IN


def known() -> Any:
    """SQL: the member of this notice may still know what it says (at :now)."""
    kind, role = col(Notice.kind), col(_Mine.role)
    of_network = case(
        (kind == word("announcement.made"), and_(role.is_not(None), col(Announcement.id).is_not(None))),
        (_of_a_date(kind), and_(role.is_not(None), col(DropIn.id).is_not(None))),
        (kind == word("invitation.accepted"), role.is_not(None)),
        (kind == word("minutes.published"), role.is_not(None)),
        (
            or_(kind == word("minutes.drafted"), kind == word("minutes.wait")),
            or_(*(role == word(each) for each in RIGHTS["run_drop_ins"].roles)),
        ),
        (
            kind == word("request.made"),
            or_(*(role == word(each) for each in RIGHTS["answer_requests"].roles)),
        ),
        (kind == word("unmasking.asked"), or_(*(role == word(each) for each in RIGHTS["unmask"].roles))),
        (kind == word("flag.raised"), or_(*(role == word(each) for each in RIGHTS["moderate"].roles))),
        else_=visible(col(Notice.member_id)),
    )
    return case((GATHERED, told_of_posts()), else_=or_(col(Notice.network_id).is_(None), of_network))


def _notices(*columns: Any) -> Any:
    mine = and_(
        col(_Mine.network_id) == col(Notice.network_id),
        col(_Mine.member_id) == col(Notice.member_id),
        col(_Mine.ended_at).is_(None),
        col(_Mine.banned_at).is_(None),
    )
    announced = and_(
        col(Notice.kind) == word("announcement.made"),
        col(Announcement.id) == col(Notice.ref_id),
        col(Announcement.removed_at).is_(None),
    )
    # Of one that is cancelled there is nothing to say but that.
    as_it_is = and_(
        _of_a_date(col(Notice.kind)),
        col(DropIn.id) == col(Notice.ref_id),
        col(DropIn.cancelled_at).is_not(None) == (col(Notice.kind) == word("dropin.cancelled")),
    )
    return (
        select(*columns)
        .select_from(Notice)
        .outerjoin(Network, col(Network.id) == col(Notice.network_id))
        .outerjoin(_Mine, mine)
        .outerjoin(Announcement, announced)
        .outerjoin(DropIn, as_it_is)
    )


def seen(*more: Any) -> Any:
    # Nobody is named beside what they did as a member of a network in which they chose to be a former member.
    named = col(_Place.former_at).is_(None)
    dismissed = and_(
        col(Delivery.announcement_id) == col(Announcement.id),
        col(Delivery.member_id) == col(Notice.member_id),
    )
    place = and_(
        col(_Place.network_id) == col(Notice.network_id), col(_Place.member_id) == col(Notice.actor_id)
    )
    return (
        _notices(
            Notice.id, Notice.turn, Notice.kind, func.coalesce(SAID.c.slug, Network.slug), func.coalesce(SAID.c.network, Network.name), _Mine.role,
            func.coalesce(SAID.c.handle, case((named, col(_Actor.handle)))), func.coalesce(SAID.c.name, case((named, col(_Actor.name)))),
            Notice.ref_id, func.coalesce(SAID.c.title, Announcement.title, DropIn.title, Series.title), Delivery.dismissed_at, Notice.created_at, Notice.read_at,
            DropIn.opens_at, DropIn.closes_at, SAID.c.topic_id, SAID.c.number, SAID.c.others, SAID.c.note, *more,
        )
        .outerjoin(SAID, GATHERED)
        .outerjoin(Series, col(Series.id) == col(DropIn.series_id))
        .outerjoin(_Actor, col(_Actor.id) == col(Notice.actor_id))
        .outerjoin(_Place, place)
        .outerjoin(Delivery, dismissed)
    )  # fmt: skip


async def notices_of(
    tx: Transaction, viewer: Viewer | None, *, limit: int = 50, before: int | None = None
) -> list[NoticeSeen]:
    """The viewer's notices, the newest first; `before` (a turn) continues a list."""
    if viewer is None:
        raise SignInFirst
    query = seen().where(col(Notice.member_id) == viewer.id, known())
    if before:
        query = query.where(col(Notice.turn) < before)
    rows = await tx.all(query.order_by(col(Notice.turn).desc()).limit(limit), now=clock.now())
    return [NoticeSeen(*row) for row in rows]


_THESE = sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger)))
_UNREAD = (
    _notices(Notice.member_id, func.count())
    .where(col(Notice.member_id) == _THESE, col(Notice.read_at).is_(None), known())
    .group_by(col(Notice.member_id))
)
_BY_ID = seen(Notice.member_id, known()).where(col(Notice.id) == _THESE)


async def unread(tx: Reader, viewer: Viewer | None) -> int:
    """How many notices wait for the viewer."""
    return (await _unread(tx, [viewer.id])).get(viewer.id, 0) if viewer else 0


def unread_question(viewer: Viewer) -> Question:
    """The viewer's id and how many notices wait for them; no row where none does."""
    return Question(tuple[int, int], _UNREAD, {"ids": [viewer.id], "now": clock.now()})


async def told(tx: Reader, ids: list[int]) -> dict[int, Told]:
    """Notices for the frames of their members' own streams."""
    rows = await tx.all(_BY_ID, ids=ids, now=clock.now())
    counts = await _unread(tx, sorted({row[-2] for row in rows}))
    return {
        row[0]: Told(row[-2], NoticeSeen(*row[:-2]) if row[-1] else None, counts.get(row[-2], 0))
        for row in rows
    }


async def _unread(tx: Reader, member_ids: list[int]) -> dict[int, int]:
    return dict(await tx.all(_UNREAD, ids=member_ids, now=clock.now()))
