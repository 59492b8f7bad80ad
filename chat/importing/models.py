"""The table of what has been imported."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chat.models import moment


def _part() -> sa.Column:
    return sa.Column(sa.Text, primary_key=True)


class Imported(SQLModel, table=True):
    source: str = Field(sa_column=_part())
    kind: str = Field(sa_column=_part())
    their_id: str = Field(sa_column=_part())
    our_id: int = Field(sa_type=sa.BigInteger)
    at: datetime = moment(default=True)
    whole_at: datetime | None = moment()
