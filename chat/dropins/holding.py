"""Holding a drop-in at a time of its own: an extra one, or today's at another hour."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from chat import clock
from chat.db import Transaction
from chat.dropins.models import Series
from chat.dropins.scheduling import add_date, change_time
from chat.errors import Conflict, NotFound
from chat.members import Viewer, must_act
from chat.networks import must_have, readable
from chat.networks.models import Network


async def hold(
    tx: Transaction, host: Viewer | None, series_id: int, opens_at: datetime, minutes: int | None = None
) -> int:
    """Hold a series' drop-in at this moment; its id. One that was to be later the same day is moved; one that is over opens again."""
    host = must_act(host)
    series = await tx.first(
        select(*Series.__table__.c)  # type: ignore[attr-defined]
        .join(Network, col(Network.id) == col(Series.network_id))
        .where(col(Series.id) == series_id, col(Series.ended_at).is_(None), readable(host.id))
        .with_for_update(of=Series)
    )
    if series is None:
        raise NotFound
    await must_have(tx, host, series.network_id, "run_drop_ins")
    now = clock.now()
    closes_at = opens_at + timedelta(minutes=minutes or series.minutes)
    if closes_at <= now:
        raise Conflict("That time is over.")
    day = opens_at.astimezone(ZoneInfo(series.zone)).date()
    row = await tx.first(
        "SELECT id, opens_at, closes_at FROM drop_in WHERE series_id = :id AND local_date = :day",
        id=series_id,
        day=day,
    )
    if row is None:
        drop_in_id = await add_date(tx, series, day, opens_at, closes_at)
    elif row.opens_at <= now < row.closes_at:
        raise Conflict("It is open already.")
    else:
        drop_in_id = row.id
        await tx.run(
            "UPDATE drop_in SET opened_at = NULL, closed_at = NULL, missed_at = NULL WHERE id = :id",
            id=drop_in_id,
        )
        await change_time(tx, drop_in_id, opens_at, closes_at)
    await tx.run("UPDATE drop_in SET moved_at = :now WHERE id = :id", id=drop_in_id, now=now)
    return drop_in_id
