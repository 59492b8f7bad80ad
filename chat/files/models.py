"""The table of files."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import key, moment, ref, words


class FileRow(SQLModel, table=True):
    __tablename__ = "file"
    id: int | None = key()
    network_id: int = ref("network")
    owner_id: int = ref("member")
    post_id: int | None = ref("post", optional=True)
    name: str = words()
    kind: str = words()
    size: int = Field(sa_type=sa.BigInteger)
    small_size: int = Field(sa_type=sa.BigInteger)
    sha256: bytes = Field(sa_type=sa.LargeBinary)
    width: int | None = None
    height: int | None = None
    key: str = words(unique=True)
    created_at: datetime = moment(default=True)
    stored_at: datetime | None = moment()
    attached_at: datetime | None = moment()
    removed_at: datetime | None = moment()
