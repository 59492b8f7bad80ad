"""The tables of what a room holds beside its talk."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import TIME, key, moment, ref, several, words


class Question(SQLModel, table=True):
    id: int | None = key()
    drop_in_id: int = ref("drop_in")
    author_id: int = ref("member")
    pseudonym_id: int | None = ref("pseudonym", optional=True)
    body: str = words()
    asked_at: datetime = moment(default=True)
    votes: int
    pinned_at: datetime | None = moment()
    settled_at: datetime | None = moment()
    settled_by: int | None = ref("member", optional=True)
    outcome: str | None = Field(default=None, sa_type=sa.Text)
    word: str = words(default="")
    word_html: str = words(default="")
    renderer: int = Field(sa_type=sa.SmallInteger)
    withdrawn_at: datetime | None = moment()


class QuestionVote(SQLModel, table=True):
    __tablename__ = "question_vote"
    question_id: int = ref("question", primary_key=True)
    member_id: int = ref("member", primary_key=True)


class Hand(SQLModel, table=True):
    __table_args__ = (sa.UniqueConstraint("drop_in_id", "member_id"),)
    id: int | None = key()
    drop_in_id: int = ref("drop_in")
    member_id: int = ref("member")
    raised_at: datetime = Field(sa_type=TIME)
    called_at: datetime | None = moment()
    lowered_at: datetime | None = moment()


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


class SharedLink(SQLModel, table=True):
    __tablename__ = "shared_link"
    id: int | None = key()
    drop_in_id: int = ref("drop_in")
    shared_by: int = ref("member")
    title: str = words()
    url: str = words()
    shared_at: datetime = moment(default=True)
    removed_at: datetime | None = moment()
