"""What is on the agenda of a drop-in, and what its members would like to be on it."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, func, select

from chat.agenda.models import AgendaItem, AgendaVote
from chat.db import Reader, Transaction
from chat.discussions.authorship import Author, Byline
from chat.dropins.models import DropIn
from chat.members import Viewer
from chat.networks import nothing_there, readable
from chat.networks.models import Network


class ItemSeen(NamedTuple):
    """A thing to talk about. `state`: proposed, taken, current, done, left_out or withdrawn. `author` is None where it was asked without a name."""

    id: int
    drop_in_id: int
    network_id: int
    title: str
    note: str
    minutes: int | None
    place: int
    votes: int
    proposed_at: datetime
    taken_at: datetime | None
    left_out_at: datetime | None
    withdrawn_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    carried_from: int | None
    author: Author | None

    @property
    def state(self) -> str:
        if self.withdrawn_at:
            return "withdrawn"
        if self.started_at:
            return "done" if self.ended_at else "current"
        if self.left_out_at:
            return "left_out"
        return "taken" if self.taken_at else "proposed"

    @property
    def open(self) -> bool:
        """Whether it may still be voted for."""
        return self.state in ("proposed", "taken")


class Agenda(NamedTuple):
    """`items` in the hosts' order; `proposals` with those first that most would like; what hosts have `left_out`."""

    items: list[ItemSeen]
    proposals: list[ItemSeen]
    left_out: list[ItemSeen]

    @property
    def current(self) -> ItemSeen | None:
        return next((item for item in self.items if item.state == "current"), None)

    @property
    def next(self) -> ItemSeen | None:
        return next((item for item in self.items if item.state == "taken"), None)


_PROPOSER = Byline("proposer", "drop_in.network_id", "agenda_item.member_id", "agenda_item.proposed_at")
_VOTES = (
    select(func.count())
    .select_from(AgendaVote)
    .where(col(AgendaVote.item_id) == col(AgendaItem.id))
    .correlate(AgendaItem)
    .scalar_subquery()
)


def _items() -> Any:
    columns: Any = (
        AgendaItem.id,
        AgendaItem.drop_in_id,
        DropIn.network_id,
        AgendaItem.title,
        AgendaItem.note,
        AgendaItem.minutes,
        AgendaItem.place,
        _VOTES,
        AgendaItem.proposed_at,
        AgendaItem.taken_at,
        AgendaItem.left_out_at,
        AgendaItem.withdrawn_at,
        AgendaItem.started_at,
        AgendaItem.ended_at,
        AgendaItem.carried_from,
        AgendaItem.member_id,
        *_PROPOSER.columns,
    )
    query = (
        select(*columns).select_from(AgendaItem).join(DropIn, col(DropIn.id) == col(AgendaItem.drop_in_id))
    )
    return _PROPOSER.join(query)


def _seen(row: Any) -> ItemSeen:
    *facts, member_id, kind, id, handle, name, organisation = row
    author = Author(kind, id, handle, name, organisation) if member_id else None
    return ItemSeen._make([*facts, author])


_OF_DROP_IN = (
    _items()
    .where(col(AgendaItem.drop_in_id) == sa.bindparam("drop_in", type_=sa.BigInteger))
    .where(col(AgendaItem.withdrawn_at).is_(None))
    .order_by(AgendaItem.place, AgendaItem.id)
)
_BY_ID = _items().where(col(AgendaItem.id) == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger))))


async def agenda_of(tx: Reader, drop_in_id: int) -> Agenda:
    """The agenda of a drop-in, for whoever may read it."""
    items = [_seen(row) for row in await tx.all(_OF_DROP_IN, drop_in=drop_in_id)]
    proposals = [item for item in items if item.state == "proposed"]
    return Agenda(
        [item for item in items if item.state in ("taken", "current", "done")],
        sorted(proposals, key=lambda item: (-item.votes, item.id)),
        [item for item in items if item.state == "left_out"],
    )


async def items_by_id(tx: Reader, ids: list[int]) -> dict[int, ItemSeen]:
    """Items for the frames of a stream, whose readers have been authorised."""
    return {row[0]: _seen(row) for row in await tx.all(_BY_ID, ids=ids)}


async def item_of(tx: Transaction, viewer: Viewer | None, item_id: int) -> ItemSeen:
    """An item of a drop-in in a network that the viewer may read."""
    query = _items().join(Network, col(Network.id) == col(DropIn.network_id))
    row = await tx.first(query.where(col(AgendaItem.id) == item_id, readable(viewer and viewer.id)))
    if row is None:
        network_id = (
            select(DropIn.network_id)
            .join(AgendaItem, col(AgendaItem.drop_in_id) == col(DropIn.id))
            .where(col(AgendaItem.id) == item_id)
            .scalar_subquery()
        )
        raise await nothing_there(tx, viewer, network_id)
    return _seen(row)


async def own_votes(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> list[int]:
    """The items of this drop-in that the viewer voted for. Nobody else is ever told."""
    if viewer is None:
        return []
    rows = await tx.all(
        "SELECT item_id FROM agenda_vote JOIN agenda_item ON agenda_item.id = item_id "
        "WHERE drop_in_id = :id AND agenda_vote.member_id = :me ORDER BY item_id",
        id=drop_in_id,
        me=viewer.id,
    )
    return [row.item_id for row in rows]
