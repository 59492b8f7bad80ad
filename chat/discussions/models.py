"""The tables of topics, posts and reading."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from chat.models import key, moment, ref, words


def search_of(column: str) -> sa.Column:
    return sa.Column(TSVECTOR, sa.Computed(f"to_tsvector('english', {column})", persisted=True))


class Topic(SQLModel, table=True):
    model_config = {"arbitrary_types_allowed": True}
    id: int | None = key()
    network_id: int = ref("network")
    author_id: int = ref("member")
    title: str = words()
    created_at: datetime = moment(default=True)
    listed_at: datetime | None = moment()
    post_count: int = 0
    last_post_at: datetime = moment(default=True)
    last_author_id: int = ref("member")
    views: int = Field(default=0, sa_type=sa.BigInteger)
    search: str | None = Field(default=None, sa_column=search_of("title"))


class Post(SQLModel, table=True):
    __table_args__ = (sa.UniqueConstraint("topic_id", "number"),)
    id: int | None = key()
    topic_id: int = ref("topic")
    number: int
    parent_id: int | None = ref("post", optional=True)
    path: list[int] = Field(sa_type=sa.ARRAY(sa.Integer))
    author_id: int = ref("member")
    body: str = words()
    html: str = words()
    renderer: int = Field(sa_type=sa.SmallInteger)
    rev: int = 1
    created_at: datetime = moment(default=True)
    edited_at: datetime | None = moment()
    removed_at: datetime | None = moment()
    removed_by: int | None = ref("member", optional=True)
    search: str | None = Field(default=None, sa_column=search_of("body"))


class Reading(SQLModel, table=True):
    member_id: int = ref("member", primary_key=True)
    topic_id: int = ref("topic", primary_key=True)
    number: int
    at: datetime = moment(default=True)
