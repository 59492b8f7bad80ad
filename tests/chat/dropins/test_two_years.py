"""Two simulated years of a series whose hosts change their minds: every date that is due opens once, at its wall time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat import clock, dropins
from chat.dropins.holidays import holidays_of
from chat.dropins.rules import dates, opens_on
from chat.dropins.scheduling import materialise
from chat.errors import Conflict, Invalid
from tests import cast
from tests.chat.dropins.test_wall_times import ZONES

RULES = st.sampled_from(
    ["FREQ=WEEKLY;BYDAY=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO", "FREQ=MONTHLY;BYDAY=1TU", "FREQ=MONTHLY;BYDAY=-1SU"]
)  # fmt: skip
WALLS = st.sampled_from(["00:30", "01:30", "02:15", "02:45", "12:00", "23:30"])
CHANGES = st.one_of(
    st.tuples(st.just("rule"), RULES),
    st.tuples(st.just("wall"), WALLS),
    st.tuples(st.just("split"), WALLS),
    st.tuples(st.just("skip"), st.integers(0, 3)),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("holidays"), st.sampled_from(["", "GB-ENG", "US", "MA"])),
    st.tuples(st.just("move"), st.integers(1, 3)),
)
BEGIN = datetime(2025, 9, 3, 5, tzinfo=UTC)
DAYS = 730


class Model:
    """What the hosts have said; it knows nothing of rows. A split is one more series."""

    def __init__(self, zone, rule, wall):
        self.zone, self.holidays = zone, ""
        self.spans = [
            [BEGIN.astimezone(ZoneInfo(zone)).date(), date.max, rule, wall]
        ]  # first, last, rule, wall time
        self.off, self.moved = set(), {}

    def due(self, after, until):
        """What is to open in a span of time: local dates and moments."""
        first, last = (m.astimezone(ZoneInfo(self.zone)).date() for m in (after, until))
        found = {}
        for start, end, rule, wall in self.spans:
            for day in dates(
                rule, start, max(start, first - timedelta(days=2)), min(end, last + timedelta(days=2))
            ):
                if (
                    day not in self.off
                    and day not in holidays_of(self.holidays, day.year, day.year)
                    and day not in self.moved
                ):
                    found[day] = opens_on(day, time.fromisoformat(wall), self.zone)
        found |= {day: at for day, at in self.moved.items() if day not in self.off}
        return {day: at for day, at in found.items() if after < at <= until}


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    zone=st.sampled_from(ZONES[:6]),
    rule=RULES,
    wall=WALLS,
    changes=st.lists(st.tuples(st.integers(1, 120), CHANGES), min_size=4, max_size=9),
    late=st.integers(0, 55),
)
async def test_every_due_date_opens_once_at_its_wall_time(
    db, ana, open_network, zone, rule, wall, changes, late
):
    clock.pretend(BEGIN)
    series = await cast.schedule(db, ana, open_network, zone=zone, rule=rule, weekday="", local_time=wall)
    simulated = Simulated(db, ana, series, Model(zone, rule, wall), timedelta(minutes=late))
    left = DAYS
    for days, (what, how) in changes:
        await simulated.run(min(days, left))
        left -= min(days, left)
        await simulated.change(what, how)
    await simulated.run(left)
    assert await simulated.opened() == sorted(simulated.expected)


class Simulated:
    def __init__(self, db, host, series, model, late):
        self.db, self.host, self.series, self.model, self.late = db, host, [series], model, late
        self.at = BEGIN
        self.expected = []

    async def run(self, days):
        """Let days pass. The worker looks at each moment at which the model has something due, and is late by a little."""
        end = self.at + timedelta(days=days)
        while self.at < end:
            until = min(end, self.at + timedelta(days=28))
            due = sorted((at, day) for day, at in self.model.due(self.at, until).items())
            self.expected += [(day, at) for at, day in due]
            clock.pretend(self.at)
            for series in self.series:
                async with self.db.transaction() as tx:
                    await materialise(tx, series)
            for at in sorted({at for at, _ in due}):
                clock.pretend(at + self.late)
                await dropins.catch_up(self.db)
            self.at = until

    async def change(self, what, how):
        clock.pretend(self.at)
        # Who changes something while one is open leaves that one alone; so does the model, since it is due already.
        try:
            async with self.db.transaction() as tx:
                await getattr(self, what)(tx, how)
        except (Conflict, Invalid):
            return

    async def ahead(self, tx):
        """The dates to come of the series that is in force, but for those at this very moment."""
        return await tx.all(
            "SELECT id, local_date, opens_at FROM drop_in WHERE series_id = :id AND cancelled_at IS NULL AND moved_at IS NULL "
            "AND opened_at IS NULL AND opens_at > :soon ORDER BY local_date",
            id=self.series[-1],
            soon=self.at + timedelta(days=2),
        )

    async def rule(self, tx, rule):
        await dropins.edit_series(tx, self.host, self.series[-1], {"rule": rule})
        self.model.spans[-1][2] = rule
        self.model.off = {day for day in self.model.off if day in await self.skipped(tx)}

    async def wall(self, tx, wall):
        await dropins.edit_series(tx, self.host, self.series[-1], {"local_time": wall})
        self.model.spans[-1][3] = wall

    async def split(self, tx, wall):
        rows = await self.ahead(tx)
        if len(rows) < 2:
            return
        day = rows[1].local_date
        new = await dropins.edit_following(tx, self.host, rows[1].id, {"local_time": wall})
        if new == self.series[-1]:
            self.model.spans[-1][3] = wall
            return
        self.series.append(new)
        last = self.model.spans[-1]
        self.model.spans.append([day, date.max, last[2], wall])
        last[1] = day - timedelta(days=1)

    async def skip(self, tx, nth):
        rows = await self.ahead(tx)
        if len(rows) > nth:
            await dropins.skip(tx, self.host, self.series[-1], rows[nth].local_date.isoformat())
            self.model.off.add(rows[nth].local_date)

    async def cancel(self, tx, nth):
        rows = await self.ahead(tx)
        if len(rows) > nth:
            await dropins.cancel(tx, self.host, rows[nth].id, {})
            self.model.off.add(rows[nth].local_date)

    async def holidays(self, tx, region):
        if len(self.series) == 1:
            await dropins.edit_series(tx, self.host, self.series[-1], {"holidays": region})
            self.model.holidays = region

    async def move(self, tx, nth):
        rows = await self.ahead(tx)
        if len(rows) > nth:
            day = rows[nth].local_date + timedelta(days=1)
            await dropins.edit_date(
                tx, self.host, rows[nth].id, {"date": day.isoformat(), "local_time": "17:45"}
            )
            self.model.moved[rows[nth].local_date] = opens_on(day, time(17, 45), self.model.zone)

    async def skipped(self, tx):
        return await tx.value("SELECT skipped FROM series WHERE id = :id", id=self.series[-1]) or []

    async def opened(self):
        """What was announced, by the log: dates, and when they were to open."""
        rows = await cast.rows(
            self.db,
            "SELECT local_date, opens_at, event.at FROM event JOIN drop_in ON drop_in.id = ref_id "
            "WHERE kind = 'room.opened' AND series_id = ANY(:ids)",
            ids=self.series,
        )
        assert all(row.opens_at <= row.at < row.opens_at + timedelta(hours=1) for row in rows)
        return sorted((row.local_date, row.opens_at) for row in rows)
