"""The tables of minutes, and of who was told of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import TIME, moment, ref, words


class Minutes(SQLModel, table=True):
    drop_in_id: int = ref("drop_in", primary_key=True)
    body: str = words()
    rev: int = Field(default=1, sa_column=sa.Column(sa.Integer, nullable=False, server_default="1"))
    drafted_at: datetime = moment(default=True)
    edited_at: datetime | None = moment()
    edited_by: int | None = ref("member", optional=True)
    reminded_at: datetime | None = moment()
    published_at: datetime | None = moment()
    published_by: int | None = ref("member", optional=True)
    post_id: int | None = ref("post", optional=True)


class Retelling(SQLModel, table=True):
    drop_in_id: int = ref("drop_in", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    told_at: datetime = Field(sa_type=TIME)
    mailed_at: datetime | None = moment()
