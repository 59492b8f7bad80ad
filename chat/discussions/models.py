"""The tables of topics, posts, pseudonyms and reading."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from chat.models import TIME, key, moment, ref, several, words


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
    views: int = Field(default=0, sa_type=sa.BigInteger)
    search: str | None = Field(default=None, sa_column=search_of("title"))
    # Each of the two tables points to the other.
    pseudonym_id: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.ForeignKey("pseudonym.id", use_alter=True))
    )
    nameless_at: datetime | None = moment()
    tags: list[str] = several()
    pinned_at: datetime | None = moment()
    locked_at: datetime | None = moment()
    slow_seconds: int | None = None
    solved_number: int | None = None
    polled_at: datetime | None = moment()


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
    pseudonym_id: int | None = ref("pseudonym", optional=True)
    reactions: dict[str, int] = Field(sa_type=JSONB)
    files: list[dict[str, Any]] = Field(sa_type=JSONB)
    hidden_at: datetime | None = moment()
    hidden_by: int | None = ref("member", optional=True)


class Reaction(SQLModel, table=True):
    post_id: int = ref("post", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    kind: str = Field(sa_column=sa.Column(sa.Text, primary_key=True))
    pseudonym_id: int | None = ref("pseudonym", optional=True)
    at: datetime = moment(default=True)
    taken_back_at: datetime | None = moment()


class Revision(SQLModel, table=True):
    post_id: int = ref("post", primary_key=True)
    rev: int = Field(primary_key=True)
    body: str | None = Field(default=None, sa_type=sa.Text)
    written_at: datetime = Field(sa_type=TIME)
    removed_at: datetime | None = moment()
    removed_by: int | None = ref("member", optional=True)


class Pseudonym(SQLModel, table=True):
    __table_args__ = (sa.UniqueConstraint("topic_id", "member_id"), sa.UniqueConstraint("topic_id", "name"))
    id: int | None = key()
    topic_id: int = ref("topic")
    member_id: int = ref("member")
    name: str = words()
    created_at: datetime = moment(default=True)


class UnmaskingRow(SQLModel, table=True):
    __tablename__ = "unmasking"
    id: int | None = key()
    post_id: int = ref("post")
    asked_by: int = ref("member")
    reason: str = words()
    asked_at: datetime = moment(default=True)
    agreed_by: int | None = ref("member", optional=True)
    agreed_at: datetime | None = moment()
    declined_by: int | None = ref("member", optional=True)
    declined_at: datetime | None = moment()


class Reading(SQLModel, table=True):
    member_id: int = ref("member", primary_key=True)
    topic_id: int = ref("topic", primary_key=True)
    number: int
    at: datetime = moment(default=True)


class Following(SQLModel, table=True):
    member_id: int = ref("member", primary_key=True)
    topic_id: int = ref("topic", primary_key=True)
    level: str = words()
    until: datetime | None = moment()
    at: datetime = moment(default=True)


class Muted(SQLModel, table=True):
    topic_id: int = ref("topic", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    muted_by: int = ref("member")
    muted_at: datetime = moment(default=True)


class Poll(SQLModel, table=True):
    id: int | None = key()
    drop_in_id: int | None = ref("drop_in", optional=True)
    asked_by: int = ref("member")
    question: str = words()
    options: list[str] = several()
    several: bool
    shown: str = words()
    asked_at: datetime = moment(default=True)
    counts: list[int] = Field(sa_type=sa.ARRAY(sa.Integer))
    turnout: int
    closed_at: datetime | None = moment()
    closed_by: int | None = ref("member", optional=True)
    removed_at: datetime | None = moment()
    topic_id: int | None = ref("topic", optional=True)
    closes_at: datetime | None = moment()


class Ballot(SQLModel, table=True):
    poll_id: int = ref("poll", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    choices: list[int] = Field(sa_type=sa.ARRAY(sa.SmallInteger))
