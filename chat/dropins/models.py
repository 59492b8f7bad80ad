"""The tables of series and their drop-ins."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import TIME, key, moment, ref, words


class Series(SQLModel, table=True):
    id: int | None = key()
    network_id: int = ref("network")
    title: str = words()
    description: str = words(default="")
    zone: str = words()
    rule: str = words()
    starts_on: date
    local_time: time
    minutes: int
    place_url: str = words(default="")
    host_id: int = ref("member")
    created_at: datetime = moment(default=True)
    ended_at: datetime | None = moment()


class DropIn(SQLModel, table=True):
    __tablename__ = "drop_in"
    __table_args__ = (sa.UniqueConstraint("series_id", "local_date"),)
    id: int | None = key()
    series_id: int = ref("series")
    network_id: int = ref("network")
    topic_id: int = ref("topic")
    local_date: date
    opens_at: datetime = Field(sa_type=TIME)
    closes_at: datetime = Field(sa_type=TIME)
    moved_at: datetime | None = moment()
    opened_at: datetime | None = moment()
    closed_at: datetime | None = moment()
    missed_at: datetime | None = moment()
