"""The tables of networks, memberships, invitations, requests and the audit log."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chat.models import key, moment, ref, several, words


class Network(SQLModel, table=True):
    id: int | None = key()
    slug: str = words(unique=True)
    name: str = words()
    summary: str = words(default="")
    access: str = words()
    acl_version: int = Field(default=1, sa_type=sa.BigInteger)
    founded_by: int = ref("member")
    created_at: datetime = moment(default=True)
    description: str = words(default="")
    description_html: str = words(default="")
    members_may: list[str] = several()
    anonymity_since: datetime | None = moment()
    questions: list[str] = several()
    invitations_outlive: bool
    pictured_at: datetime | None = moment()
    access_was: str | None = Field(default=None, sa_type=sa.Text)
    access_changed_at: datetime | None = moment()
    hide_after_flags: int | None = Field(default=None, sa_type=sa.SmallInteger)


class Membership(SQLModel, table=True):
    network_id: int = ref("network", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    role: str = words()
    joined_at: datetime = moment(default=True)
    invited_by: int | None = ref("member", optional=True)
    ended_at: datetime | None = moment()
    ended_by: int | None = ref("member", optional=True)
    banned_at: datetime | None = moment()
    unlisted_at: datetime | None = moment()
    former_at: datetime | None = moment()
    unmailed_at: datetime | None = moment()
    unreminded: list[str] = several()
    retold_at: datetime | None = moment()
    unretold_at: datetime | None = moment()
    told: str = words(default="mine")


class Invitation(SQLModel, table=True):
    id: int | None = key()
    network_id: int = ref("network")
    role: str = words()
    email: str | None = Field(default=None, sa_type=sa.Text)
    places: int
    uses: int = 0
    invited_by: int = ref("member")
    created_at: datetime = moment(default=True)
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    sent_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
    domain: str | None = Field(default=None, sa_type=sa.Text)
    word: str = words(default="")
    batch_id: int | None = ref("invitation_batch", optional=True)
    letters: int = 0
    letter_asked_at: datetime | None = moment()


class InvitationKey(SQLModel, table=True):
    __tablename__ = "invitation_key"
    token_hash: bytes = Field(sa_column=sa.Column(sa.LargeBinary, primary_key=True))
    invitation_id: int = ref("invitation")
    created_at: datetime = moment(default=True)
    mailed_at: datetime | None = moment()


class Admission(SQLModel, table=True):
    invitation_id: int = ref("invitation", primary_key=True)
    member_id: int = ref("member", primary_key=True)
    at: datetime = moment(default=True)


class Picture(SQLModel, table=True):
    network_id: int = ref("network", primary_key=True)
    webp: bytes = Field(sa_type=sa.LargeBinary)


class JoinRequest(SQLModel, table=True):
    __tablename__ = "join_request"
    id: int | None = key()
    network_id: int = ref("network")
    member_id: int = ref("member")
    answers: list[dict[str, str]] = Field(sa_type=JSONB)
    made_at: datetime = moment(default=True)
    decided_at: datetime | None = moment()
    decided_by: int | None = ref("member", optional=True)
    decision: str | None = Field(default=None, sa_type=sa.Text)
    word: str = words(default="")
    withdrawn_at: datetime | None = moment()
    ended_at: datetime | None = moment()


class InvitationBatch(SQLModel, table=True):
    __tablename__ = "invitation_batch"
    id: int | None = key()
    network_id: int = ref("network")
    role: str = words()
    word: str = words(default="")
    made_by: int = ref("member")
    made_at: datetime = moment(default=True)
    confirmed_by: int | None = ref("member", optional=True)
    confirmed_at: datetime | None = moment()
    stopped_at: datetime | None = moment()
    done_at: datetime | None = moment()
    reached: int = 0
    rounds: int = 0


class BatchLine(SQLModel, table=True):
    __tablename__ = "batch_line"
    batch_id: int = ref("invitation_batch", primary_key=True)
    number: int = Field(primary_key=True)
    line: int
    typed: str = words()
    name: str = words(default="")
    email: str | None = Field(default=None, sa_type=sa.Text)
    same_as: int | None = None
    verdict: str = words()
    invitation_id: int | None = ref("invitation", optional=True)
    settled_at: datetime | None = moment()


class Arrival(SQLModel, table=True):
    member_id: int = ref("member", primary_key=True)
    invitation_id: int = ref("invitation")
    at: datetime = moment(default=True)


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"
    id: int | None = key()
    network_id: int = ref("network")
    at: datetime = moment(default=True)
    actor_id: int | None = ref("member", optional=True)
    action: str = words()
    subject_id: int | None = ref("member", optional=True)
    details: dict[str, Any] = Field(sa_type=JSONB)


class ReceiptRow(SQLModel, table=True):
    __tablename__ = "receipt"
    id: int | None = key()
    audit_id: int = ref("audit_entry")
    what: str = words()
    at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    count: int
