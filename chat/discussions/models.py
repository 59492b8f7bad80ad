"""The tables of topics, posts, pseudonyms, reading and flags."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from chat.models import TIME, key, moment, ref, several, words


class Topic(SQLModel, table=True):
    id: int | None = key()
    network_id: int = ref("network")
    author_id: int = ref("member")
    title: str = words()
    created_at: datetime = moment(default=True)
    listed_at: datetime | None = moment()
    post_count: int = 0
    last_post_at: datetime = moment(default=True)
    views: int = Field(default=0, sa_type=sa.BigInteger)
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
    untold: int | None = None
    told_at: datetime | None = moment()
    hidden_at: datetime | None = moment()
    hidden_by: int | None = ref("member", optional=True)
    hidden_why: str | None = Field(default=None, sa_type=sa.Text)
    merged_into: int | None = ref("topic", optional=True)
    merged_after: int | None = None


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
    pseudonym_id: int | None = ref("pseudonym", optional=True)
    reactions: dict[str, int] = Field(sa_type=JSONB)
    files: list[dict[str, Any]] = Field(sa_type=JSONB)
    hidden_at: datetime | None = moment()
    hidden_by: int | None = ref("member", optional=True)
    turn: int | None = None
    hidden_why: str | None = Field(default=None, sa_type=sa.Text)
    moved_to: int | None = ref("post", optional=True)


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


class Findable(SQLModel, table=True):
    model_config = {"arbitrary_types_allowed": True}
    post_id: int = Field(
        sa_column=sa.Column(sa.BigInteger, sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    )
    topic_id: int = Field(sa_type=sa.BigInteger)
    network_id: int = Field(sa_type=sa.BigInteger)
    author_id: int = Field(sa_type=sa.BigInteger)
    pseudonym_id: int | None = Field(default=None, sa_type=sa.BigInteger)
    at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    scope: str = words()
    # Its own name is taken by the function that makes columns of text.
    terms: str = Field(sa_column=sa.Column("words", TSVECTOR, nullable=False))


class Pseudonym(SQLModel, table=True):
    __table_args__ = (sa.UniqueConstraint("topic_id", "member_id"), sa.UniqueConstraint("topic_id", "name"))
    id: int | None = key()
    topic_id: int = ref("topic")
    member_id: int = ref("member")
    name: str = words()
    created_at: datetime = moment(default=True)


class Mention(SQLModel, table=True):
    post_id: int = ref("post", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    at: datetime = moment(default=True)


class Reference(SQLModel, table=True):
    post_id: int = ref("post", primary_key=True)
    topic_id: int = ref("topic", primary_key=True)


class DraftRow(SQLModel, table=True):
    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("member_id", "network_id", "topic_id", "parent_id"),)
    id: int | None = key()
    member_id: int = ref("member")
    network_id: int | None = ref("network", optional=True)
    topic_id: int | None = ref("topic", optional=True)
    parent_id: int | None = ref("post", optional=True)
    title: str = words(default="")
    body: str = words(default="")
    anonymous: bool = False
    rev: int = 1
    saved_at: datetime = moment(default=True)


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
    before: int | None = None


class Following(SQLModel, table=True):
    member_id: int = ref("member", primary_key=True)
    topic_id: int = ref("topic", primary_key=True)
    level: str = words()
    until: datetime | None = moment()
    at: datetime = moment(default=True)
    was: str | None = Field(default=None, sa_type=sa.Text)


class Bookmark(SQLModel, table=True):
    member_id: int = ref("member", primary_key=True)
    post_id: int = ref("post", primary_key=True)
    note: str = words(default="")
    saved_at: datetime = moment(default=True)
    remind_at: datetime | None = moment()
    reminded_at: datetime | None = moment()


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


class Concern(SQLModel, table=True):
    id: int | None = key()
    network_id: int = ref("network")
    post_id: int = ref("post")
    opened_at: datetime = moment(default=True)
    claimed_by: int | None = ref("member", optional=True)
    claimed_until: datetime | None = moment()
    settled_at: datetime | None = moment()
    settled_by: int | None = ref("member", optional=True)
    outcome: str | None = Field(default=None, sa_type=sa.Text)
    word: str = words(default="")
    answer: str = words(default="")


class Flag(SQLModel, table=True):
    __table_args__ = (sa.UniqueConstraint("concern_id", "member_id"),)
    id: int | None = key()
    concern_id: int = ref("concern")
    member_id: int = ref("member")
    reason: str = words()
    note: str = words(default="")
    at: datetime = moment(default=True)
