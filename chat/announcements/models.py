"""The tables of announcements and of what became of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import key, moment, ref, words


class Announcement(SQLModel, table=True):
    id: int | None = key()
    network_id: int = ref("network")
    author_id: int = ref("member")
    title: str = words()
    body: str = words()
    html: str = words()
    renderer: int = Field(sa_type=sa.SmallInteger)
    created_at: datetime = moment(default=True)
    removed_at: datetime | None = moment()
    removed_by: int | None = ref("member", optional=True)


class Delivery(SQLModel, table=True):
    announcement_id: int = ref("announcement", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    told_at: datetime | None = moment()
    mailed_at: datetime | None = moment()
    dismissed_at: datetime | None = moment()
