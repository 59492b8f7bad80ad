"""The tables of what a room holds beside its talk."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import TIME, key, moment, ref, words


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


class SharedLink(SQLModel, table=True):
    __tablename__ = "shared_link"
    id: int | None = key()
    drop_in_id: int = ref("drop_in")
    shared_by: int = ref("member")
    title: str = words()
    url: str = words()
    shared_at: datetime = moment(default=True)
    removed_at: datetime | None = moment()
