"""The tables of the core. schema.sql is the truth; models only mirror it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

TIME = sa.DateTime(timezone=True)


def moment(default: bool = False, **kw: Any) -> Any:
    """A column for a time; with `default` the database fills in its own."""
    return (
        Field(
            sa_column=sa.Column(
                sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now(), **kw
            )
        )
        if default
        else Field(default=None, sa_type=TIME, **kw)
    )


def key() -> Any:
    """A bigint that the database numbers."""
    return Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True))


def ref(table: str, *, optional: bool = False, primary_key: bool = False) -> Any:
    """A bigint that points to a row of another table."""
    column = sa.Column(
        sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=optional, primary_key=primary_key
    )
    return Field(default=None, sa_column=column)


def words(default: str | None = None, **kw: Any) -> Any:
    """A text column."""
    return Field(sa_column=sa.Column(sa.Text, nullable=False, server_default=default, **kw))


def several() -> Any:
    """A column of several texts, none of them by default."""
    return Field(sa_column=sa.Column(sa.ARRAY(sa.Text), nullable=False))


class Meta(SQLModel, table=True):
    one: bool = Field(sa_column=sa.Column(sa.Boolean, primary_key=True, server_default=sa.true()))
    epoch: str = words(default="")
    created_at: datetime = moment(default=True)
    secret: str = words(default="")


class Migration(SQLModel, table=True):
    number: int = Field(primary_key=True)
    name: str = words()
    applied_at: datetime = moment(default=True)


class Stream(SQLModel, table=True):
    id: str = Field(sa_column=sa.Column(sa.Text, primary_key=True))
    network_id: int | None = Field(default=None, sa_type=sa.BigInteger)
    head: int = Field(sa_type=sa.BigInteger)
    floor: int = Field(sa_type=sa.BigInteger)


class EventRow(SQLModel, table=True):
    __tablename__ = "event"
    stream_id: str = Field(sa_column=sa.Column(sa.Text, primary_key=True))
    seq: int = Field(sa_type=sa.BigInteger, primary_key=True)
    kind: str = words()
    ref_id: int = Field(sa_type=sa.BigInteger)
    rev: int
    acl_version: int = Field(sa_type=sa.BigInteger)
    at: datetime = moment(default=True)


class Op(SQLModel, table=True):
    author_id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    op_id: str = Field(sa_column=sa.Column(sa.Text, primary_key=True))
    result: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    at: datetime = moment(default=True)


class JobRow(SQLModel, table=True):
    __tablename__ = "job"
    id: int | None = key()
    kind: str = words()
    key: str = words(unique=True)
    args: dict[str, Any] = Field(sa_type=JSONB)
    run_at: datetime = moment(default=True)
    lease_until: datetime | None = moment()
    tries: int
    error: str | None = Field(default=None, sa_type=sa.Text)
    done_at: datetime | None = moment()
    failed_at: datetime | None = moment()
    created_at: datetime = moment(default=True)
