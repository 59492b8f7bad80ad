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
    capacity: int | None = None
    holidays: str = words(default="")
    skipped: list[date] = Field(sa_type=sa.ARRAY(sa.Date))
    chatham_house_since: datetime | None = moment()
    follows_id: int | None = ref("series", optional=True)


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
    title: str | None = Field(default=None, sa_type=sa.Text)
    description: str | None = Field(default=None, sa_type=sa.Text)
    place_url: str | None = Field(default=None, sa_type=sa.Text)
    capacity: int | None = None
    sequence: int
    word: str = words(default="")
    cancelled_at: datetime | None = moment()
    cancelled_by: int | None = ref("member", optional=True)
    lobbied_at: datetime | None = moment()
    wrapped_at: datetime | None = moment()
    archived_at: datetime | None = moment()
    chatham_house_since: datetime | None = moment()


class Rsvp(SQLModel, table=True):
    drop_in_id: int = ref("drop_in", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    answer: str = words()
    answered_at: datetime = moment(default=True)
    waiting_since: datetime | None = moment()
    own: bool = True


class SeriesRsvp(SQLModel, table=True):
    __tablename__ = "series_rsvp"
    series_id: int = ref("series", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    answer: str = words()
    answered_at: datetime = moment(default=True)


class Reminder(SQLModel, table=True):
    drop_in_id: int = ref("drop_in", primary_key=True)
    kind: str = words(primary_key=True)
    opens_at: datetime = Field(sa_type=TIME, primary_key=True)
    member_id: int = ref("member", primary_key=True)
    claimed_at: datetime = moment(default=True)
    told_at: datetime | None = moment()
    mailed_at: datetime | None = moment()


class Lobby(SQLModel, table=True):
    drop_in_id: int = ref("drop_in", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    sent_by: int = ref("member")
    since: datetime = moment(default=True)
