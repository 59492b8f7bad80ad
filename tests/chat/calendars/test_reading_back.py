"""What a calendar shows is what the hub holds, read back by another library."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat import clock
from chat.calendars import composing
from chat.calendars.queries import DateLine, SeriesLine
from chat.dropins.scheduling import AHEAD, dates, opens_on
from tests import cast
from tests.chat.calendars.reading import Shown, shown

# Gaps and overlaps north and south, Ramadan, half an hour, none at all, and a whole hour that vanished for good.
ZONES = (
    "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata",
    "America/Santiago", "Africa/Cairo", "Asia/Gaza", "Pacific/Chatham", "America/Mexico_City",
)  # fmt: skip
RULES = (
    "FREQ=WEEKLY;BYDAY=FR", "FREQ=WEEKLY;BYDAY=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO", "FREQ=DAILY",
    "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=WEEKLY;BYDAY=SU;COUNT=9",
    "FREQ=WEEKLY;BYDAY=SA;UNTIL={until}", "FREQ=MONTHLY;BYDAY=2SU;UNTIL={until}T120000",
)  # fmt: skip
CREATED = datetime(2026, 1, 1, tzinfo=UTC)

times = st.one_of(
    st.sampled_from([time(1, 30), time(2, 0), time(2, 30), time(0, 0), time(12, 30)]), st.times()
)


@st.composite
def worlds(draw):
    """A series, the rows that the hub has of it, and what those who run it did to them."""
    today = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 700)))
    starts_on = today - timedelta(days=draw(st.integers(0, 200)))
    until = today + timedelta(days=draw(st.integers(-20, 80)))
    series = SeriesLine(
        id=7, network_slug="falls", network_name="Falls, and \"frailty\"", title="Drop-in; comma, and \\",
        description="Two\nlines", zone=draw(st.sampled_from(ZONES)),
        rule=draw(st.sampled_from(RULES)).format(until=f"{until:%Y%m%d}"), starts_on=starts_on,
        local_time=draw(times).replace(second=0, microsecond=0), minutes=draw(st.sampled_from([30, 60, 90, 1440])),
        holidays="", skipped=[], created_at=CREATED, ended_at=None, answer=draw(st.sampled_from([None, "yes", "maybe"])),
        answered_at=None,
    )  # fmt: skip
    lines, skipped = [], []
    made_from = today - timedelta(days=draw(st.integers(0, 100)))
    for number, day in enumerate(dates(series.rule, starts_on, max(starts_on, made_from), today + AHEAD)):
        opens_at = opens_on(day, series.local_time, series.zone)
        line = DateLine(
            number,
            7,
            day,
            opens_at,
            opens_at + timedelta(minutes=series.minutes),
            None,
            None,
            0,
            "",
            None,
            None,
            None,
            None,
        )
        match draw(
            st.sampled_from(["", "", "", "", "moved", "cancelled", "skipped", "titled", "no", "yes", "lost"])
        ):
            case "moved":
                by = timedelta(minutes=draw(st.integers(-600, 600)))
                line = line._replace(opens_at=opens_at + by, closes_at=line.closes_at + by, sequence=1)
            case "cancelled":
                line = line._replace(cancelled_at=CREATED, word="Ill", sequence=1)
            case "skipped":
                skipped.append(day)
                continue
            case "titled":
                line = line._replace(title="Another")
            case "lost":  # the hub was down
                continue
            case "no" | "yes" as answer:
                line = line._replace(answer=answer, answered_at=CREATED)
        lines.append(line)
    if draw(st.booleans()):  # one that was held on a day of its own
        day = today + timedelta(days=3)
        if day not in {line.local_date for line in lines} | set(skipped):
            opens_at = opens_on(day, time(9), series.zone)
            lines.append(
                DateLine(
                    999,
                    7,
                    day,
                    opens_at,
                    opens_at + timedelta(hours=1),
                    None,
                    None,
                    0,
                    "",
                    None,
                    None,
                    None,
                    None,
                )
            )
    return today, series._replace(skipped=skipped), sorted(lines, key=lambda line: line.local_date)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_a_calendar_shows_the_dates_that_there_are(world):
    today, series, lines = world
    clock.pretend(datetime.combine(today, time(12), UTC))
    body = composing.feed("All", [(series, lines)], personal=True)
    last = max((line.local_date for line in lines), default=None)
    if last is None:
        return
    held = [line for line in lines if not line.cancelled_at and line.answer != "no"]
    seen = shown(body, today - timedelta(days=400), last + timedelta(days=3))
    found = [s for s in seen if s.opens_at.astimezone(_zone(series)).date() <= last + timedelta(days=1)]
    wanted = sorted(Shown(line.opens_at, line.closes_at, line.title or series.title) for line in held)
    later = {w.opens_at for w in found} - {w.opens_at for w in wanted}
    # Past the last row the rule speaks for itself.
    assert all(moment.astimezone(_zone(series)).date() > last for moment in later)
    assert [s for s in found if s.opens_at not in later] == wanted


def _zone(series):
    from zoneinfo import ZoneInfo

    return ZoneInfo(series.zone)


@pytest.mark.parametrize("zone", ["Europe/London", "Africa/Casablanca", "America/Santiago"])
async def test_the_hubs_own_rows_are_what_its_feed_shows(db, ana, open_network, zone):
    """Through a year: materialised week by week, with the rows as the database has them."""
    from chat import calendars, dropins

    cast.it_is("2026-02-10 12:00")
    series_id = await cast.schedule(
        db, ana, open_network, zone=zone, weekday="SU", local_time="02:30", minutes="45"
    )
    for day in ("2026-02-11", "2026-03-28", "2026-09-01", "2026-10-20"):
        cast.it_is(f"{day} 12:00")
        async with db.transaction() as tx:
            await dropins.scheduling.materialise(tx, series_id)
        async with db.snapshot() as tx:
            fetched = await calendars.open_feed(tx, open_network.slug)
        rows = await cast.rows(
            db, "SELECT opens_at, closes_at FROM drop_in WHERE local_date >= :since ORDER BY opens_at",
            since=date.fromisoformat(day),
        )  # fmt: skip
        until = rows[-1].opens_at.date()
        assert [(s.opens_at, s.closes_at) for s in shown(fetched.body, date.fromisoformat(day), until + timedelta(days=2))] == [
            tuple(row) for row in rows
        ]  # fmt: skip
