"""Holding a drop-in at a time of its own: an extra one, or today's at another hour."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chat import clock
from chat.db import Transaction
from chat.dropins.editing import series_for
from chat.dropins.scheduling import add_date, move
from chat.errors import Conflict
from chat.languages import _
from chat.members import Viewer


async def hold(
    tx: Transaction, host: Viewer | None, series_id: int, opens_at: datetime, minutes: int | None = None
) -> int:
    """Hold a series' drop-in at this moment; its id. One that was to be later the same day is moved; one that is over opens again."""
    series = await series_for(tx, host, series_id)
    now = clock.now()
    closes_at = opens_at + timedelta(minutes=minutes or series.minutes)
    if closes_at <= now:
        raise Conflict(_("That time is over."))
    day = opens_at.astimezone(ZoneInfo(series.zone)).date()
    row = await tx.first(
        "SELECT * FROM drop_in WHERE series_id = :id AND local_date = :day FOR NO KEY UPDATE",
        id=series_id,
        day=day,
    )
    if row is None:
        drop_in_id = await add_date(tx, series, day, opens_at, closes_at)
    elif row.opens_at <= now < row.closes_at and not row.cancelled_at:
        raise Conflict(_("It is open already."))
    else:
        drop_in_id = row.id
        await move(tx, row, opens_at, closes_at)
    await tx.run("UPDATE drop_in SET moved_at = :now WHERE id = :id", id=drop_in_id, now=now)
    await tx.run(
        "UPDATE series SET skipped = array_remove(skipped, :day) WHERE id = :id", id=series_id, day=day
    )
    return drop_in_id
