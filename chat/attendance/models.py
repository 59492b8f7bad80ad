"""The tables of who was there, and of what they keep of it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import TIME, key, moment, ref, words


class Attendance(SQLModel, table=True):
    drop_in_id: int = ref("drop_in", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    from_at: datetime = Field(sa_column=sa.Column(TIME, primary_key=True))
    until_at: datetime = Field(sa_type=TIME)


class Attended(SQLModel, table=True):
    __table_args__ = (sa.UniqueConstraint("drop_in_id", "member_id"),)
    id: int | None = key()
    drop_in_id: int = ref("drop_in")
    member_id: int = ref("member")
    title: str = words()
    network_name: str = words()
    minutes: int
    note: str = words(default="")
    noted_at: datetime | None = moment()


class Certificate(SQLModel, table=True):
    id: int | None = key()
    attended_id: int = ref("attended")
    code: str = words(unique=True)
    name: str = words()
    title: str = words()
    network_name: str = words()
    held_on: date
    minutes: int
    made_at: datetime = moment(default=True)
    withdrawn_at: datetime | None = moment()
