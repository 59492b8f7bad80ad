"""The tables of a drop-in's agenda."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from chat.models import key, moment, ref, words


class AgendaItem(SQLModel, table=True):
    __tablename__ = "agenda_item"
    id: int | None = key()
    drop_in_id: int = ref("drop_in")
    member_id: int | None = ref("member", optional=True)
    title: str = words()
    note: str = words(default="")
    minutes: int | None = None
    place: int = Field(default=0)
    proposed_at: datetime = moment(default=True)
    taken_at: datetime | None = moment()
    left_out_at: datetime | None = moment()
    withdrawn_at: datetime | None = moment()
    started_at: datetime | None = moment()
    ended_at: datetime | None = moment()
    carried_from: int | None = ref("drop_in", optional=True)


class AgendaVote(SQLModel, table=True):
    __tablename__ = "agenda_vote"
    item_id: int = ref("agenda_item", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    at: datetime = moment(default=True)
