"""The tables of members, sessions, keys and notices."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import key, moment, ref, several, words

FOLDED = (
    "lower(translate(regexp_replace(normalize(name || E'\\n' "
    "|| CASE WHEN 'organisation' = ANY (hides) THEN '' ELSE organisation END || E'\\n' "
    "|| CASE WHEN 'role' = ANY (hides) THEN '' ELSE role END, NFKD), '[\\u0300-\\u036f]', '', 'g'), 'ØøŁłĐđı', 'OoLlDdi'))"
)


class Member(SQLModel, table=True):
    id: int | None = key()
    handle: str = words(unique=True)
    email: str = words(unique=True)
    name: str = words()
    organisation: str = words(default="")
    role: str = words(default="")
    country: str = words(default="")
    password_hash: str | None = Field(default=None, sa_type=sa.Text)
    verified_at: datetime | None = moment()
    admin_since: datetime | None = moment()
    created_at: datetime = moment(default=True)
    hides: list[str] = several()
    folded: str | None = Field(
        default=None, sa_column=sa.Column(sa.Text, sa.Computed(FOLDED, persisted=True))
    )
    zone: str = words(default="")
    language: str = words(default="en")
    unreminded: list[str] = several()
    topic_view: str = words(default="threads")
    topic_order: str = words(default="oldest")
    on_writing: str = words(default="tracking")
    imported_at: datetime | None = moment()


class Session(SQLModel, table=True):
    id: int | None = key()
    token_hash: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False, unique=True))
    member_id: int = ref("member")
    browser: str = words(default="")
    created_at: datetime = moment(default=True)
    seen_at: datetime = moment(default=True)
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    ended_at: datetime | None = moment()


class ApiToken(SQLModel, table=True):
    __tablename__ = "api_token"
    id: int | None = key()
    token_hash: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False, unique=True))
    member_id: int = ref("member")
    created_at: datetime = moment(default=True)
    revoked_at: datetime | None = moment()


class OneTimeKey(SQLModel, table=True):
    __tablename__ = "one_time_key"
    token_hash: bytes = Field(sa_column=sa.Column(sa.LargeBinary, primary_key=True))
    purpose: str = words()
    member_id: int | None = ref("member", optional=True)
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    used_at: datetime | None = moment()
    created_at: datetime = moment(default=True)


class Notice(SQLModel, table=True):
    id: int | None = key()
    member_id: int = ref("member")
    kind: str = words()
    network_id: int | None = ref("network", optional=True)
    actor_id: int | None = ref("member", optional=True)
    ref_id: int | None = Field(default=None, sa_type=sa.BigInteger)
    created_at: datetime = moment(default=True)
    read_at: datetime | None = moment()
    turn: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=False), nullable=False)
    )
    parts: list[int] = Field(sa_type=sa.ARRAY(sa.BigInteger))
