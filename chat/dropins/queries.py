"""Which drop-ins there are for a viewer, and what the clock says of them."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, func, or_, select

from chat import clock
from chat.db import Question, Reader, Transaction
from chat.discussions.authorship import Byline
from chat.dropins.models import DropIn, Series
from chat.members import Viewer, shown
from chat.models import TIME
from chat.networks import NetworkSeen, nothing_there, readable
from chat.networks.access import belongs
from chat.networks.models import Membership, Network
from chat.networks.rights import HOSTS

LOBBY = timedelta(minutes=15)  # before the doors open
WRAP_UP = timedelta(minutes=15)  # after the end, for last words
FOLLOW_UP = timedelta(days=7)  # after the end, for late questions and answers
LATE = timedelta(minutes=1)


class DropInSeen(NamedTuple):
    """One date of a series."""

    id: int
    series_id: int
    network_id: int
    network_slug: str
    network_name: str
    title: str
    description: str
    zone: str
    host_handle: str | None  # None of a former member
    host_name: str
    place_url: str
    topic_id: int
    local_date: date
    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    missed_at: datetime | None
    cancelled_at: datetime | None
    word: str
    sequence: int
    capacity: int | None
    chatham_house_since: datetime | None

    @property
    def state(self) -> str:
        """The clock decides, not a worker: scheduled, lobby, live, wrap_up, follow_up, archived; or cancelled, or missed."""
        if self.cancelled_at:
            return "cancelled"
        now = clock.now()
        if self.missed_at and now >= self.closes_at:
            return "missed"
        if now < self.opens_at:
            return "lobby" if now >= self.opens_at - LOBBY else "scheduled"
        if now < self.closes_at:
            return "live"
        if now < self.closes_at + WRAP_UP:
            return "wrap_up"
        return "follow_up" if now < self.closes_at + FOLLOW_UP else "archived"

    @property
    def lets_in(self) -> bool:
        """Whether there is a room to be in."""
        return self.state in ("lobby", "live", "wrap_up")

    @property
    def chatham_house(self) -> bool:
        """Whether what was said there may be told, and not by whom (docs/drop-ins.md)."""
        return self.chatham_house_since is not None and self.chatham_house_since < self.closes_at

    @property
    def opens_room(self) -> bool:
        """Whether its live stream can be followed: late questions and answers are live too."""
        return self.lets_in or self.state == "follow_up"

    @property
    def turns_at(self) -> datetime | None:
        """When the clock says another state."""
        return {
            "scheduled": self.opens_at - LOBBY,
            "lobby": self.opens_at,
            "live": self.closes_at,
            "wrap_up": self.closes_at + WRAP_UP,
            "follow_up": self.closes_at + FOLLOW_UP,
        }.get(self.state)

    @property
    def over(self) -> bool:
        return self.state in ("wrap_up", "follow_up", "archived")

    @property
    def to_come(self) -> bool:
        return self.state in ("scheduled", "lobby")

    @property
    def opened_late(self) -> bool:
        """Whether members stood before closed doors."""
        return self.opened_at is not None and self.opened_at - self.opens_at > LATE


class Door(NamedTuple):
    network_id: int
    open: bool


class SeriesSeen(NamedTuple):
    id: int
    network_id: int
    network_slug: str
    title: str
    description: str
    zone: str
    rule: str
    starts_on: Any
    local_time: Any
    minutes: int
    host_handle: str | None  # None of a former member
    host_name: str
    place_url: str
    capacity: int | None
    holidays: str
    skipped: list[date]
    chatham_house_since: datetime | None
    ended_at: datetime | None


_HOST = Byline("host", "series.network_id", "series.host_id", "series.created_at")


def _drop_ins() -> Any:
    columns: Any = (
        DropIn.id,
        DropIn.series_id,
        DropIn.network_id,
        Network.slug,
        col(Network.name),
        func.coalesce(DropIn.title, Series.title),
        func.coalesce(DropIn.description, Series.description),
        Series.zone,
        _HOST.handle,
        _HOST.name,
        func.coalesce(DropIn.place_url, Series.place_url),
        DropIn.topic_id,
        DropIn.local_date,
        DropIn.opens_at,
        DropIn.closes_at,
        DropIn.opened_at,
        DropIn.closed_at,
        DropIn.missed_at,
        DropIn.cancelled_at,
        DropIn.word,
        DropIn.sequence,
        func.coalesce(DropIn.capacity, Series.capacity),
        func.coalesce(DropIn.chatham_house_since, Series.chatham_house_since),
    )
    query = (
        select(*columns)
        .select_from(DropIn)
        .join(Series, col(Series.id) == col(DropIn.series_id))
        .join(Network, col(Network.id) == col(DropIn.network_id))
    )
    return _HOST.join(query)


async def _all(tx: Transaction, query: Any) -> list[DropInSeen]:
    return [DropInSeen(*row) for row in await tx.all(query)]


async def drop_in_of(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> DropInSeen:
    """A drop-in of a network the viewer may read."""
    found = await _all(tx, _drop_ins().where(col(DropIn.id) == drop_in_id, readable(viewer and viewer.id)))
    if not found:
        network_id = select(DropIn.network_id).where(col(DropIn.id) == drop_in_id).scalar_subquery()
        raise await nothing_there(tx, viewer, network_id)
    return found[0]


async def drop_in_of_topic(tx: Transaction, topic_id: int) -> int | None:
    """The drop-in whose talk this topic is, for a viewer who may read the topic."""
    return await tx.value("SELECT id FROM drop_in WHERE topic_id = :topic", topic=topic_id)


async def upcoming_in(
    tx: Transaction, network_id: int, limit: int = 20, *, cancelled: bool = False
) -> list[DropInSeen]:
    """The dates of a network that are open or to come, the next one first, perhaps with the cancelled ones; for a
    viewer who may read the network."""
    query = _drop_ins().where(col(DropIn.network_id) == network_id, col(DropIn.closes_at) > clock.now())
    if not cancelled:
        query = query.where(col(DropIn.cancelled_at).is_(None))
    return await _all(tx, query.order_by(DropIn.opens_at, DropIn.id).limit(limit))


async def upcoming_for(tx: Transaction, viewer: Viewer | None, limit: int = 5) -> list[DropInSeen]:
    """The next date of each series of the viewer's own networks; a visitor sees those of the open networks."""
    mine = belongs(viewer.id) if viewer else readable(None)
    next_of_each = (
        select(DropIn.id)
        .join(Network, col(Network.id) == col(DropIn.network_id))
        .where(mine, col(DropIn.closes_at) > clock.now(), col(DropIn.cancelled_at).is_(None))
        .ext(distinct_on(col(DropIn.series_id)))
        .order_by(DropIn.series_id, DropIn.opens_at)
    )
    query = _drop_ins().where(col(DropIn.id).in_(next_of_each.scalar_subquery()))
    return await _all(tx, query.order_by(DropIn.opens_at, DropIn.id).limit(limit))


MOST_NETWORKS = 50  # of one's own beside a page

_LIVE_NOW = (
    _drop_ins()
    .where(
        belongs(sa.bindparam("me", type_=sa.BigInteger)),
        col(DropIn.opens_at) <= sa.bindparam("now", type_=TIME),
        col(DropIn.closes_at) > sa.bindparam("now", type_=TIME),
        col(DropIn.cancelled_at).is_(None),
    )
    .order_by(DropIn.opens_at)
    .limit(sa.literal_column("5"))
)


_OWN = (
    select(
        Network.id,
        Network.slug,
        Network.name,
        Membership.role,
        exists()
        .where(
            col(DropIn.network_id) == col(Network.id),
            col(DropIn.opens_at) <= sa.bindparam("now", type_=TIME),
            col(DropIn.closes_at) > sa.bindparam("now", type_=TIME),
            col(DropIn.cancelled_at).is_(None),
        )
        .correlate(Network)
        .label("live"),
    )
    .join(Membership, col(Membership.network_id) == col(Network.id))
    .where(
        col(Membership.member_id) == sa.bindparam("me", type_=sa.BigInteger),
        col(Membership.ended_at).is_(None),
        col(Membership.banned_at).is_(None),
    )
    .order_by(Network.name)
    .limit(sa.literal_column(str(MOST_NETWORKS)))
)


def own_networks_question(viewer: Viewer) -> Question:
    """The viewer's own networks, by name, and whether something is open in each at this moment."""
    return Question(tuple[int, str, str, str, bool], _OWN, {"me": viewer.id, "now": clock.now()})


async def live_now(tx: Reader, viewer: Viewer | None) -> list[DropInSeen]:
    """What is open at this moment in the viewer's own networks."""
    if viewer is None:
        return []
    return [DropInSeen(*row) for row in await tx.all(_LIVE_NOW, me=viewer.id, now=clock.now())]


_DROP_INS_BY_ID = _drop_ins().where(
    col(DropIn.id) == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger)))
)


async def drop_ins_by_id(tx: Reader, ids: list[int]) -> dict[int, DropInSeen]:
    """Drop-ins for the frames of a stream, whose readers have been authorised."""
    return {row[0]: DropInSeen(*row) for row in await tx.all(_DROP_INS_BY_ID, ids=ids)}


def _series() -> Any:
    columns: Any = (
        Series.id,
        Series.network_id,
        Network.slug,
        Series.title,
        Series.description,
        Series.zone,
        Series.rule,
        Series.starts_on,
        Series.local_time,
        Series.minutes,
        _HOST.handle,
        _HOST.name,
        Series.place_url,
        Series.capacity,
        Series.holidays,
        Series.skipped,
        Series.chatham_house_since,
        Series.ended_at,
    )
    query = select(*columns).select_from(Series).join(Network, col(Network.id) == col(Series.network_id))
    return _HOST.join(query)


async def series_in(tx: Transaction, network: NetworkSeen) -> list[SeriesSeen]:
    """The series of a network, for a viewer who may read it. One that another follows is gone with its last date."""
    after = aliased(Series)
    followed = exists().where(col(after.follows_id) == col(Series.id))
    to_come = exists().where(col(DropIn.series_id) == col(Series.id), col(DropIn.closes_at) > clock.now())
    query = _series().where(
        col(Series.network_id) == network.id, col(Series.ended_at).is_(None), or_(~followed, to_come)
    )
    return [SeriesSeen(*row) for row in await tx.all(query.order_by(Series.id))]


async def series_of(tx: Transaction, viewer: Viewer | None, series_id: int) -> SeriesSeen:
    """A series of a network that the viewer may read."""
    row = await tx.first(_series().where(col(Series.id) == series_id, readable(viewer and viewer.id)))
    if row is None:
        network_id = select(Series.network_id).where(col(Series.id) == series_id).scalar_subquery()
        raise await nothing_there(tx, viewer, network_id)
    return SeriesSeen(*row)


async def leaders_in(tx: Transaction, network_id: int) -> list[tuple[str, str]]:
    """Who may lead a drop-in, by handle and name: the network's hosts."""
    rows = await tx.all(
        "SELECT handle, name FROM membership JOIN member ON member.id = member_id WHERE network_id = :id "
        "AND membership.role IN ('owner', 'host') AND ended_at IS NULL AND banned_at IS NULL ORDER BY name, handle",
        id=network_id,
    )
    return [(row.handle, row.name) for row in rows]


async def people_here(tx: Transaction, member_ids: list[int], drop_in_id: int) -> dict[int, dict[str, Any]]:
    """Who these members are, for the room's list of people. `host`: they run the drop-in, or may."""
    rows = await tx.all(
        f"SELECT member.id, handle, name, {shown('organisation')}, "  # noqa: S608
        "EXISTS (SELECT FROM drop_in JOIN series ON series.id = series_id "
        "LEFT JOIN membership ON membership.network_id = drop_in.network_id AND membership.member_id = member.id "
        "AND membership.ended_at IS NULL AND banned_at IS NULL "
        "WHERE drop_in.id = :drop_in AND (membership.role = ANY(:hosts) OR series.host_id = member.id)) AS host "
        "FROM member WHERE id = ANY(:ids)",
        ids=member_ids,
        drop_in=drop_in_id,
        hosts=list(HOSTS),
    )
    return {row.id: dict(row) for row in rows}


async def doors(tx: Reader, drop_in_ids: set[int]) -> dict[int, Door]:
    """The doors of these drop-ins' rooms: open to the network's members from the lobby to the end of the follow-up."""
    rows = await tx.all(
        "SELECT id, network_id, opens_at, closes_at, cancelled_at FROM drop_in WHERE id = ANY(:ids)",
        ids=list(drop_in_ids),
    )
    now = clock.now()
    return {
        id: Door(network_id, cancelled is None and opens - LOBBY <= now < closes + FOLLOW_UP)
        for id, network_id, opens, closes, cancelled in rows
    }
