"""Bank holidays of another year, and dates that were skipped before they were near.

No date of theirs was ever made, so none is cancelled; but who has the whole series in their calendar has them there.
"""

from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from chat import clock
from chat.calendars.plans import plan
from chat.calendars.queries import DateLine, SeriesLine, dates_of, series_for
from chat.db import Database
from chat.dropins.models import Series
from chat.dropins.scheduling import AHEAD

FOLLOWED = """
SELECT series_id, member_id, whole FROM calendar_series JOIN series ON series.id = series_id
WHERE whole > '' AND ended_at IS NULL AND (holidays <> '' OR skipped <> '{}') ORDER BY series_id, member_id
"""


async def mend_calendars(db: Database) -> None:
    """Have those written to whose calendars show a date of the next weeks that does not take place. Safe to repeat."""
    async with db.snapshot() as tx:
        followed = await tx.all(FOLLOWED)
        ids = sorted({row.series_id for row in followed})
        every = {
            series.id: series
            for series in await series_for(
                tx, col(Series.id) == sa.any_(sa.literal(ids, sa.ARRAY(sa.BigInteger))), None
            )
        }
        lines = await dates_of(tx, ids, None)
    for series_id, member_id, whole in followed:
        if gone := missing(every[series_id], lines[series_id], whole):
            key = f"calendar:mend:{series_id}:{member_id}:{max(gone)}"
            async with db.transaction() as tx:
                await tx.enqueue("send_calendar_mail", key, member_id=member_id, series_id=series_id)


def missing(series: SeriesLine, lines: list[DateLine], whole: str) -> list[date]:
    """The near dates that the rule has and the series has not, of which a calendar does not know."""
    today = clock.now().astimezone(ZoneInfo(series.zone)).date()
    made = {line.local_date for line in lines}
    left_out = plan(series._replace(answer=None), lines, today).left_out
    return [
        day for day in left_out if day <= today + AHEAD and day not in made and day.isoformat() not in whole
    ]
