"""The tables of calendar feeds, and of what members' own calendars have been told by mail."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import key, moment, ref, words


class CalendarFeed(SQLModel, table=True):
    __tablename__ = "calendar_feed"
    id: int | None = key()
    member_id: int = ref("member")
    network_id: int | None = ref("network", optional=True)
    token_hash: bytes = Field(sa_type=sa.LargeBinary, unique=True)
    created_at: datetime = moment(default=True)
    fetched_at: datetime | None = moment()
    ended_at: datetime | None = moment()


class CalendarSeries(SQLModel, table=True):
    __tablename__ = "calendar_series"
    series_id: int = ref("series", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    number: int
    whole: str = words(default="")
    mailed_at: datetime | None = moment()


class CalendarDate(SQLModel, table=True):
    __tablename__ = "calendar_date"
    drop_in_id: int = ref("drop_in", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    told: int
    known: int
    holds: str | None = Field(default=None, sa_type=sa.Text)
    of_series: int | None = ref("series", optional=True)
    recurs_at: datetime | None = moment()
    mailed_at: datetime | None = moment()
