"""The table of secret addresses of feeds."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import key, moment, ref


class Feed(SQLModel, table=True):
    id: int | None = key()
    member_id: int = ref("member")
    network_id: int = ref("network")
    token_hash: bytes = Field(sa_type=sa.LargeBinary, unique=True)
    created_at: datetime = moment(default=True)
    fetched_at: datetime | None = moment()
    ended_at: datetime | None = moment()
