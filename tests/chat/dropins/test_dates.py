"""A series and the dates it falls on."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from chat import dropins
from chat.dropins.scheduling import dates, materialise, opens_on
from chat.errors import Forbidden, Invalid, NotFound
from tests import cast


@pytest.mark.parametrize(
    ("day", "wall", "zone", "utc"),
    [
        ("2026-11-19", "12:00", "Europe/London", "2026-11-19T12:00"),
        ("2026-07-02", "12:00", "Europe/London", "2026-07-02T11:00"),
        # Clocks go forward: 01:30 is not there, and moves to 02:30 summer time.
        ("2026-03-29", "01:30", "Europe/London", "2026-03-29T01:30"),
        ("2026-03-08", "02:15", "America/New_York", "2026-03-08T07:15"),
        # Clocks go back: 01:30 comes twice, and the first is meant.
        ("2026-10-25", "01:30", "Europe/London", "2026-10-25T00:30"),
        ("2026-11-01", "01:30", "America/New_York", "2026-11-01T05:30"),
        # Half an hour only.
        ("2026-10-04", "02:10", "Australia/Lord_Howe", "2026-10-03T15:40"),
        ("2026-11-19", "12:00", "Asia/Kathmandu", "2026-11-19T06:15"),
    ],
)
def test_when_a_wall_time_is(day, wall, zone, utc):
    assert opens_on(date.fromisoformat(day), time.fromisoformat(wall), zone) == datetime.fromisoformat(
        utc
    ).replace(tzinfo=UTC)


def test_dates_within_a_window():
    found = dates(
        "FREQ=WEEKLY;BYDAY=TH", cast.day("2026-11-05"), cast.day("2026-11-12"), cast.day("2026-11-26")
    )
    assert [d.day for d in found] == [12, 19, 26]
    second = dates(
        "FREQ=MONTHLY;BYDAY=2TU", cast.day("2026-01-01"), cast.day("2026-11-01"), cast.day("2026-12-31")
    )
    assert [d.isoformat() for d in second] == ["2026-11-10", "2026-12-08"]
    ended = dates(
        "FREQ=DAILY;COUNT=2", cast.day("2026-11-19"), cast.day("2026-11-19"), cast.day("2026-12-19")
    )
    assert [d.day for d in ended] == [19, 20]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "rrule:freq=weekly;interval=2;byday=TU,TH",
        "FREQ=MONTHLY;BYDAY=-1TH",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=WEEKLY;COUNT=3",
        "FREQ=WEEKLY;UNTIL=20991231",
    ],
)
async def test_rules_that_hosts_use(db, ana, open_network, rule):
    assert await cast.schedule(db, ana, open_network, rule=rule)


async def drop_ins(db, series):
    return await cast.rows(
        db, "SELECT local_date::text AS day, opens_at, closes_at, id, topic_id FROM drop_in WHERE series_id = :id ORDER BY opens_at",
        id=series,
    )  # fmt: skip


async def again(db, series):
    async with db.transaction() as tx:
        await materialise(tx, series)


async def test_a_series_has_its_dates_of_eight_weeks(db, ana, open_network):
    cast.it_is("2026-10-14 09:00")
    series = await cast.schedule(db, ana, open_network, minutes=45)
    found = await drop_ins(db, series)
    assert [d.day for d in found] == [
        "2026-10-15", "2026-10-22", "2026-10-29", "2026-11-05", "2026-11-12", "2026-11-19", "2026-11-26", "2026-12-03",
    ]  # fmt: skip
    assert [d.opens_at.hour for d in found] == [11, 11, 12, 12, 12, 12, 12, 12]  # summer time ends
    assert all((d.closes_at - d.opens_at).seconds == 45 * 60 for d in found)
    assert await cast.value(db, "SELECT title FROM topic WHERE id = :id", id=found[0].topic_id) == (
        "Thursday drop-in, 15 October 2026"
    )
    jobs = await cast.rows(db, "SELECT run_at FROM job WHERE kind = 'turn_drop_in' ORDER BY run_at")
    assert [j.run_at for j in jobs] == [d.opens_at - timedelta(minutes=15) for d in found]


async def test_materialising_again_changes_nothing_and_later_adds_dates(db, ana, open_network):
    cast.it_is("2026-10-14 09:00")
    series = await cast.schedule(db, ana, open_network)
    before = await drop_ins(db, series)
    for _ in range(3):
        await again(db, series)
    assert await drop_ins(db, series) == before
    cast.it_is("2026-10-21 09:00")
    await dropins.materialise_all(db)
    after = await drop_ins(db, series)
    assert after[:-1] == before
    assert after[-1].day == "2026-12-10"


async def test_a_changed_hour_moves_the_dates_and_doubles_none(db, ana, open_network):
    cast.it_is("2026-11-18 09:00")
    series = await cast.schedule(db, ana, open_network)
    before = await drop_ins(db, series)
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET local_time = '15:30', minutes = 30 WHERE id = :id", id=series)
    await again(db, series)
    after = await drop_ins(db, series)
    assert [(d.id, d.day) for d in after] == [(d.id, d.day) for d in before]
    assert {(d.opens_at.hour, d.opens_at.minute, d.closes_at.hour) for d in after} == {(15, 30, 16)}
    rings = "SELECT count(*) FROM job WHERE kind = 'turn_drop_in' AND run_at = :at"
    assert await cast.value(db, rings, at=after[0].opens_at - timedelta(minutes=15)) == 1
    listed = await cast.value(db, "SELECT listed_at FROM topic WHERE id = :id", id=after[0].topic_id)
    assert listed == after[0].opens_at


async def test_a_changed_zone_keeps_the_local_dates(db, ana, open_network):
    cast.it_is("2026-11-18 09:00")
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET zone = 'Pacific/Auckland' WHERE id = :id", id=series)
    await again(db, series)
    after = await drop_ins(db, series)
    assert [d.day for d in after] == sorted({d.day for d in after})
    assert after[0].day == "2026-11-19"
    assert after[0].opens_at == datetime(2026, 11, 18, 23, tzinfo=UTC)


async def test_one_broken_series_keeps_no_other_from_its_dates(db, ana, open_network):
    cast.it_is("2026-10-14 09:00")
    broken, sound = [await cast.schedule(db, ana, open_network) for _ in range(2)]
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET zone = 'Europe/Atlantis' WHERE id = :id", id=broken)
    cast.it_is("2026-10-21 09:00")
    await dropins.materialise_all(db)
    assert (await drop_ins(db, sound))[-1].day == "2026-12-10"


async def test_only_hosts_schedule(db, ana, ben, dev, open_network):
    for member in (ben, dev):
        with pytest.raises(Forbidden):
            await cast.schedule(db, member, open_network)
    await cast.let_in(db, open_network, dev, "host")
    assert await cast.schedule(db, dev, open_network)
    assert (await cast.events(db, f"n:{open_network.id}"))[-1][1] == "series.added"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("zone", "Europe/Atlantis"),
        ("zone", None),
        ("zone", ["Europe/London"]),
        ("local_time", "noon"),
        ("local_time", "25:00"),
        ("local_time", ""),
        ("minutes", 4),
        ("minutes", "1441"),
        ("weekday", "XX"),
        ("starts_on", "19/11/2026"),
        ("starts_on", "2026-02-30"),
        ("starts_on", "0001-01-01"),
        ("starts_on", "9999-12-31"),
        ("rule", "FREQ=SECONDLY"),
        ("rule", "FREQ=YEARLY"),
        ("rule", "FREQ=WEEKLY;BYDAY=??"),
        ("rule", "FREQ=WEEKLY;BYHOUR=1,2,3"),
        ("rule", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31"),
        ("rule", "FREQ=WEEKLY\nDTSTART:20260101T000000"),
        ("rule", "FREQ=WEEKLY;UNTIL=20200101T000000Z"),
        ("rule", "FREQ=WEEKLY;INTERVAL=0"),
        ("rule", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31;COUNT=3"),
        ("rule", "FREQ=DAILY;BYYEARDAY=366"),
        ("rule", "FREQ=DAILY;INTERVAL=7;BYDAY=MO"),
        ("rule", "FREQ=DAILY;BYSETPOS=2"),
        ("rule", "FREQ=WEEKLY;BYDAY=2TU"),
        ("rule", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"),
        ("rule", "FREQ=DAILY;COUNT=3;UNTIL=20301231"),
        ("rule", "FREQ=DAILY;FREQ=WEEKLY"),
        ("rule", "BYDAY=FR"),
        ("rule", ";;="),
        ("rule", 7),
        ("place_url", "javascript:alert(1)"),
        ("place_url", "http://example.org"),
    ],
)
async def test_a_wrong_field_is_named(db, ana, open_network, field, value):
    with pytest.raises(Invalid) as refused:
        await cast.schedule(db, ana, open_network, **{field: value})
    assert refused.value.field == field


@pytest.mark.parametrize("opened", [True, False])
async def test_a_dates_page_is_for_readers(db, ana, ben, dev, visitor, confidential_network, opened):
    cast.it_is("2026-11-19 09:00")
    series = await cast.schedule(db, ana, confidential_network)
    first = (await drop_ins(db, series))[0]
    if opened:
        cast.it_is("2026-11-19 12:10")
    async with db.snapshot() as tx:
        assert (await dropins.drop_in_of(tx, ben, first.id)).state == ("live" if opened else "scheduled")
        assert bool(await dropins.live_now(tx, ben)) is opened
        for outsider in (dev, visitor):
            with pytest.raises(NotFound):
                await dropins.drop_in_of(tx, outsider, first.id)
