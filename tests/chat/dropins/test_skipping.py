"""Dates that do not take place, and those that do after all."""

import pytest

from chat import dropins
from chat.errors import Conflict, Invalid
from tests import cast
from tests.chat.dropins.dates import dates_of, events_of, first_of, row_of, seen, told, turn


@pytest.fixture
async def series(db, ana, open_network):
    """Fridays at noon, before Christmas; it is Wednesday the 16th."""
    cast.it_is("2026-12-16 09:00")
    return await cast.schedule(db, ana, open_network, weekday="FR")


async def do(db, verb, *arguments):
    async with db.transaction() as tx:
        return await verb(tx, *arguments)


async def standing(db, series):
    return {d.day for d in await dates_of(db, series) if not d.cancelled_at}


async def gaps(db, network):
    async with db.snapshot() as tx:
        return [(g.local_date.isoformat(), g.holiday) for g in await dropins.gaps_in(tx, network.id)]


async def test_a_skipped_date_is_left_out_until_it_is_not(db, ana, series):
    first = await first_of(db, series)
    await do(db, dropins.skip, ana, series, "2026-12-18")
    await do(db, dropins.skip, ana, series, "2026-12-18")
    await dropins.materialise_all(db)
    assert (await seen(db, ana, first.id)).state == "cancelled"
    assert await told(db, first.id) == ["cancelled"]  # for whoever had said yes
    cast.it_is("2026-12-18 12:00")
    assert await turn(db, first.id) == []
    cast.it_is("2026-12-17 09:00")
    await do(db, dropins.take_place, ana, series, "2026-12-18")
    await do(db, dropins.take_place, ana, series, "2026-12-18")
    await dropins.materialise_all(db)
    assert (await seen(db, ana, first.id)).state == "scheduled"
    assert await told(db, first.id) == ["cancelled", "edited"]
    cast.it_is("2026-12-18 12:00")
    assert await turn(db, first.id) == ["opened"]


async def test_a_date_is_skipped_before_it_is_in_sight(db, ana, open_network, series):
    await do(db, dropins.skip, ana, series, "2027-02-19")
    cast.it_is("2027-01-20 09:00")
    await dropins.materialise_all(db)
    assert "2027-02-19" not in await standing(db, series)
    assert {"2027-02-12", "2027-02-26"} <= await standing(db, series)
    assert await gaps(db, open_network) == [("2027-02-19", "")]
    await do(db, dropins.take_place, ana, series, "2027-02-19")
    assert "2027-02-19" in await standing(db, series)
    assert await gaps(db, open_network) == []


@pytest.mark.parametrize("day", ["2026-12-17", "x", None, "2026-13-01"])
async def test_only_a_date_of_the_series_is_skipped(db, ana, series, day):
    for verb in (dropins.skip, dropins.take_place):
        with pytest.raises(Invalid) as refused:
            await do(db, verb, ana, series, day)
        assert refused.value.field == "date"


async def test_what_is_over_is_not_skipped_and_what_is_open_neither(db, ana, series):
    first = await first_of(db, series)
    cast.it_is("2026-12-18 12:30")
    await turn(db, first.id)
    with pytest.raises(Conflict, match="open"):
        await do(db, dropins.skip, ana, series, "2026-12-18")
    with pytest.raises(Conflict, match="over"):
        await do(db, dropins.skip, ana, await cast.schedule(db, ana, await _network(db, ana), weekday="FR", starts_on="2026-12-04"), "2026-12-11")  # fmt: skip


async def _network(db, ana):
    return await cast.found(db, ana, "Another")


async def test_bank_holidays_are_skipped_on_request(db, ana, open_network):
    cast.it_is("2026-12-16 09:00")
    series = await cast.schedule(db, ana, open_network, weekday="FR", holidays="GB-ENG")
    assert {"2026-12-18", "2027-01-08"} <= await standing(db, series)
    assert not {"2026-12-25", "2027-01-01"} & await standing(db, series)
    assert await gaps(db, open_network) == [("2026-12-25", "Christmas Day"), ("2027-01-01", "New Year's Day")]


async def test_bank_holidays_asked_for_later_take_their_dates_and_give_them_back(db, ana, series):
    ids = {d.day: d.id for d in await dates_of(db, series)}
    await do(db, dropins.edit_series, ana, series, {"holidays": "GB-ENG"})
    christmas = await row_of(db, ids["2026-12-25"])
    assert (christmas.cancelled_by, christmas.word) == (None, "Christmas Day")
    assert await told(db, christmas.id) == ["cancelled"]
    await do(db, dropins.edit_series, ana, series, {"holidays": ""})
    assert await standing(db, series) == set(ids)
    assert {d.id for d in await dates_of(db, series)} == set(ids.values())


async def test_a_host_holds_one_all_the_same(db, ana, open_network):
    cast.it_is("2026-12-16 09:00")
    series = await cast.schedule(db, ana, open_network, weekday="FR", holidays="GB-ENG")
    await do(db, dropins.take_place, ana, series, "2026-12-25")
    for _ in range(2):
        await dropins.materialise_all(db)
    await do(db, dropins.edit_series, ana, series, {"title": "Another"})
    assert "2026-12-25" in await standing(db, series)
    assert await gaps(db, open_network) == [("2027-01-01", "New Year's Day")]
    (christmas,) = [d for d in await dates_of(db, series) if d.day == "2026-12-25"]
    cast.it_is("2026-12-25 12:00")
    assert await turn(db, christmas.id) == ["opened"]


async def test_a_cancelled_date_says_why_and_comes_back(db, ana, ben, series):
    first = await first_of(db, series)
    await do(db, dropins.cancel, ana, first.id, {"word": "Ana is ill."})
    await do(db, dropins.cancel, ana, first.id, {"word": "Twice."})
    now = await seen(db, ben, first.id)
    assert (now.state, now.word) == ("cancelled", "Ana is ill.")
    assert await events_of(db, first) == ["room.cancelled", "dropin.cancelled"]
    await dropins.materialise_all(db)
    await do(db, dropins.restore, ana, first.id)
    await do(db, dropins.restore, ana, first.id)
    now = await seen(db, ben, first.id)
    assert (now.state, now.opens_at) == ("scheduled", first.opens_at)
    assert await told(db, first.id) == ["cancelled", "edited"]
    assert (await row_of(db, first.id)).sequence == 2


async def test_a_cancelled_date_that_was_moved_comes_back_where_it_was_moved_to(db, ana, series):
    first = await first_of(db, series)
    await do(db, dropins.edit_date, ana, first.id, {"local_time": "15:00"})
    await do(db, dropins.cancel, ana, first.id, {})
    await do(db, dropins.restore, ana, first.id)
    assert (await row_of(db, first.id)).opens_at.hour == 15


async def test_a_date_that_its_series_no_longer_has_comes_back_for_good(db, ana, series):
    first = await first_of(db, series)
    await do(db, dropins.edit_series, ana, series, {"weekday": "MO"})
    await do(db, dropins.restore, ana, first.id)
    await dropins.materialise_all(db)
    assert (await seen(db, ana, first.id)).state == "scheduled"


async def test_it_does_not_come_back_when_its_time_is_over(db, ana, series):
    first = await first_of(db, series)
    await do(db, dropins.cancel, ana, first.id, {})
    cast.it_is("2026-12-18 12:01")
    with pytest.raises(Conflict, match="over"):
        await do(db, dropins.restore, ana, first.id)


def test_the_regions_begin_with_those_of_the_united_kingdom():
    regions = dropins.regions()
    assert list(regions.values())[:4] == ["England", "Scotland", "Wales", "Northern Ireland"]
    assert {"IE", "AU", "DE", "PT"} <= regions.keys()
    assert "GB" not in regions


async def test_in_scotland_the_second_of_january_is_one_too(db, ana, open_network):
    cast.it_is("2026-12-28 09:00")
    days = {}
    for region in ("GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR", "DE"):
        series = await cast.schedule(db, ana, open_network, rule="FREQ=DAILY", weekday="", holidays=region)
        all_days = {f"2026-12-{d}" for d in (28, 29, 30, 31)} | {f"2027-01-0{d}" for d in range(1, 9)}
        days[region] = sorted(all_days - await standing(db, series))
    assert days["DE"] == ["2027-01-01"]
    assert "2027-01-04" in days["GB-SCT"]  # the second is a Saturday
    assert "2027-01-04" not in days["GB-ENG"]
    assert days["GB-ENG"] == days["GB-WLS"] == days["GB-NIR"]
