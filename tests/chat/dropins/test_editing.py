"""Changing a series, one date, or a date and all that follow."""

from datetime import UTC, datetime, time

import pytest

from chat import dropins
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from tests import cast
from tests.chat.dropins.dates import dates_of, events_of, first_of, row_of, seen, told, turn


@pytest.fixture
async def series(db, ana, open_network):
    """Thursdays at noon; it is the Wednesday before."""
    cast.it_is("2026-11-18 09:00")
    return await cast.schedule(db, ana, open_network)


async def do(db, verb, *arguments):
    async with db.transaction() as tx:
        return await verb(tx, *arguments)


async def series_row(db, series):
    return (await cast.rows(db, "SELECT * FROM series WHERE id = :id", id=series))[0]


async def test_a_changed_hour_moves_all_dates_but_those_moved_by_hand(db, ana, series):
    first, second, *_ = await dates_of(db, series)
    await do(db, dropins.edit_date, ana, second.id, {"local_time": "17:00", "word": "Only this once."})
    await do(db, dropins.edit_series, ana, series, {"local_time": "08:30", "minutes": "30"})
    found = await dates_of(db, series)
    assert [f"{d.opens_at:%H:%M}-{d.closes_at:%H:%M}" for d in found[:3]] == [
        "08:30-09:00", "17:00-18:00", "08:30-09:00",
    ]  # fmt: skip
    assert [d.day for d in found] == sorted({d.day for d in found})
    assert await told(db, first.id) == ["moved"]
    assert await told(db, second.id) == ["moved"]  # by the hand, and not again
    assert (await row_of(db, second.id)).word == "Only this once."


async def test_what_is_open_or_over_stays(db, ana, series):
    first, second, *_ = await dates_of(db, series)
    cast.it_is("2026-11-19 12:10")
    await turn(db, first.id)
    await do(db, dropins.edit_series, ana, series, {"local_time": "15:00"})
    assert (await row_of(db, first.id)).opens_at == first.opens_at
    assert (await row_of(db, second.id)).opens_at.hour == 15


async def test_todays_is_not_moved_into_the_past(db, ana, series):
    cast.it_is("2026-11-19 11:00")
    first, second, *_ = await dates_of(db, series)
    await do(db, dropins.edit_series, ana, series, {"local_time": "08:00"})
    assert (await row_of(db, first.id)).opens_at == first.opens_at
    assert (await row_of(db, second.id)).opens_at.hour == 8


async def test_another_weekday_cancels_the_old_dates_and_brings_new_ones_and_back_again(db, ana, series):
    before = await dates_of(db, series)
    await do(db, dropins.edit_series, ana, series, {"weekday": "FR", "word": "Fridays from now on."})
    found = await dates_of(db, series)
    assert {d.day for d in found if not d.cancelled_at} == {
        "2026-11-20", "2026-11-27", "2026-12-04", "2026-12-11", "2026-12-18", "2026-12-25", "2027-01-01", "2027-01-08",
    }  # fmt: skip
    cancelled = [d for d in found if d.cancelled_at]
    assert {d.id for d in cancelled} == {d.id for d in before}
    assert {d.word for d in cancelled} == {"Fridays from now on."}
    await do(db, dropins.edit_series, ana, series, {"weekday": "TH"})
    assert {d.id for d in await dates_of(db, series) if not d.cancelled_at} == {d.id for d in before}


async def test_everything_else_of_a_series(db, ana, ben, open_network, series):
    await cast.change_role(db, ana, open_network, ben, "host")
    await do(db, dropins.edit_series, ana, series, {
        "title": "Falls clinic", "description": "Come in.", "place_url": "https://meet.example.org/x", "capacity": "20",
        "holidays": "GB-SCT", "chatham_house": "yes", "host": ben.handle,
    })  # fmt: skip
    now = await seen(db, ana, (await first_of(db, series)).id)
    assert (now.title, now.description, now.capacity, now.host_handle) == (
        "Falls clinic", "Come in.", 20, ben.handle,
    )  # fmt: skip
    assert now.chatham_house_since
    topic = (await cast.rows(db, "SELECT title, author_id FROM topic WHERE id = :id", id=now.topic_id))[0]
    assert topic == ("Falls clinic, 19 November 2026", ben.id)
    assert await told(db, now.id) == ["edited"]
    await do(db, dropins.edit_series, ana, series, {"chatham_house": "", "capacity": "", "holidays": ""})
    row = await series_row(db, series)
    assert (row.chatham_house_since, row.capacity, row.holidays, row.title) == (
        None,
        None,
        "",
        "Falls clinic",
    )
    assert await told(db, now.id) == ["edited"]  # calendars show none of these


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Europe/Atlantis"),
        ("minutes", "-60"),
        ("minutes", "1441"),
        ("local_time", "noon"),
        ("place_url", "http://example.org"),
        ("place_url", "https://"),
        ("rule", "FREQ=WEEKLY;UNTIL=20261101"),
        ("rule", "FREQ=MONTHLY;BYMONTHDAY=40"),
        ("weekday", "XX"),
        ("capacity", "0"),
        ("capacity", "100001"),
        ("holidays", "GB"),
        ("holidays", "XX"),
        ("holidays", ["GB-ENG"]),
        ("host", "carol-nguyen"),
        ("host", "nobody"),
        ("title", " "),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_changed(db, ana, series, field, value):
    before, was = await dates_of(db, series), await series_row(db, series)
    for verb, thing in ((dropins.edit_series, series), (dropins.edit_following, before[2].id)):
        with pytest.raises(Invalid) as refused:
            await do(db, verb, ana, thing, {"title": "Another", field: value})
        assert refused.value.field == field
    assert (await dates_of(db, series), await series_row(db, series)) == (before, was)


async def test_one_date_alone(db, ana, series):
    first, second, *_ = await dates_of(db, series)
    form = {"title": "With a guest", "description": "Dr Okafor.", "place_url": "https://meet.example.org/guest", "capacity": 5}  # fmt: skip
    await do(db, dropins.edit_date, ana, first.id, form)
    one, other = await seen(db, ana, first.id), await seen(db, ana, second.id)
    assert (one.title, one.capacity, other.title, other.capacity) == (
        "With a guest",
        5,
        "Thursday drop-in",
        None,
    )
    assert await told(db, first.id) == ["edited"]
    assert await told(db, second.id) == []
    # The series is called something else: this date is not.
    await do(db, dropins.edit_series, ana, series, {"title": "Falls clinic", "local_time": "13:00"})
    one, other = await seen(db, ana, first.id), await seen(db, ana, second.id)
    assert (one.title, other.title, one.opens_at.hour) == ("With a guest", "Falls clinic", 13)
    # What is as in the series is not its own.
    await do(db, dropins.edit_date, ana, first.id, {"title": "Falls clinic", "capacity": ""})
    row = await row_of(db, first.id)
    assert (row.title, row.capacity, row.description) == (None, None, "Dr Okafor.")
    assert row.moved_at is None


async def test_a_moved_date_keeps_what_it_is_known_by(db, ana, series):
    first = await first_of(db, series)
    await do(
        db, dropins.edit_date, ana, first.id, {"date": "2026-11-20", "local_time": "15:00", "minutes": "45"}
    )
    row = await row_of(db, first.id)
    assert (row.local_date, row.opens_at) == (first.local_date, datetime(2026, 11, 20, 15, tzinfo=UTC))
    assert (row.closes_at - row.opens_at).seconds == 45 * 60
    assert await told(db, first.id) == ["moved"]
    assert await events_of(db, first) == ["dropin.moved"]
    await dropins.materialise_all(db)
    assert (await row_of(db, first.id)).opens_at == row.opens_at
    assert [d.day for d in await dates_of(db, series)].count("2026-11-19") == 1
    # At its old time nothing happens, at its new one it opens.
    cast.it_is("2026-11-19 12:00")
    assert await turn(db, first.id) == []
    cast.it_is("2026-11-20 15:00")
    assert await turn(db, first.id) == ["opened"]


async def test_who_moves_it_while_people_wait_lets_them_in_later(db, ana, series):
    first = await first_of(db, series)
    cast.it_is("2026-11-19 11:50")
    assert await turn(db, first.id) == ["lobbied"]
    await do(db, dropins.edit_date, ana, first.id, {"local_time": "14:00"})
    cast.it_is("2026-11-19 13:45")
    assert await turn(db, first.id) == ["lobbied"]
    cast.it_is("2026-11-19 14:00")
    assert await turn(db, first.id) == ["opened"]


@pytest.mark.parametrize("form", [{"date": "2026-11-17"}, {"local_time": "08:00", "date": "2026-11-18"}])
async def test_no_date_is_moved_into_the_past(db, ana, series, form):
    with pytest.raises(Invalid, match="is over"):
        await do(db, dropins.edit_date, ana, (await first_of(db, series)).id, form)


async def test_a_date_that_has_begun_is_not_changed(db, ana, series):
    first = await first_of(db, series)
    for at, said in (("12:10", "It is open"), ("13:05", "has ended"), ("15:00", "is over")):
        cast.it_is(f"2026-11-19 {at}")
        await turn(db, first.id)
        for verb in (dropins.edit_date, dropins.edit_following, dropins.cancel):
            with pytest.raises(Conflict, match=said):
                await do(db, verb, ana, first.id, {"title": "Another"})


# This and all following


async def answer(db, table, column, thing, member, said="yes"):
    async with db.transaction() as tx:
        await tx.run(
            f"INSERT INTO {table} ({column}, member_id, answer) VALUES (:thing, :member, :said)",
            thing=thing,
            member=member.id,
            said=said,
        )


async def test_this_and_all_following(db, ana, ben, series):
    before = await dates_of(db, series)
    third = before[2]
    await answer(db, "rsvp", "drop_in_id", third.id, ben)
    await answer(db, "series_rsvp", "series_id", series, ben, "maybe")
    new = await do(db, dropins.edit_following, ana, third.id, {"title": "Later", "local_time": "16:00"})
    old, follower = await series_row(db, series), await series_row(db, new)
    assert (old.rule, follower.follows_id, follower.starts_on) == (
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261202", series, third.local_date,
    )  # fmt: skip
    assert (old.local_time, follower.local_time) == (time(12), time(16))
    assert [d.id for d in await dates_of(db, series)] == [d.id for d in before[:2]]
    assert [d.id for d in await dates_of(db, new)] == [d.id for d in before[2:]]
    assert {d.opens_at.hour for d in await dates_of(db, new)} == {16}
    assert (await seen(db, ana, third.id)).title == "Later"
    assert (await seen(db, ana, before[0].id)).title == "Thursday drop-in"
    assert await cast.value(db, "SELECT answer FROM rsvp WHERE drop_in_id = :id", id=third.id) == "yes"
    assert await cast.value(db, "SELECT answer FROM series_rsvp WHERE series_id = :id", id=new) == "maybe"
    # Weeks later each of the two has its own dates, and none is there twice.
    cast.it_is("2026-12-16 09:00")
    await dropins.materialise_all(db)
    await dropins.materialise_all(db)
    assert len(await dates_of(db, series)) == 2
    days = [d.day for s in (series, new) for d in await dates_of(db, s)]
    assert len(days) == len(set(days)) == 12


async def test_following_dates_on_another_day_cancel_those_that_were(db, ana, series):
    before = await dates_of(db, series)
    new = await do(db, dropins.edit_following, ana, before[1].id, {"weekday": "MO"})
    found = await dates_of(db, new)
    assert {d.id for d in found if d.cancelled_at} == {d.id for d in before[1:]}
    assert [d.day for d in found if not d.cancelled_at][:2] == ["2026-11-30", "2026-12-07"]
    assert await told(db, before[1].id) == ["cancelled"]
    assert (await row_of(db, before[0].id)).cancelled_at is None


async def test_from_the_first_date_on_it_is_the_whole_series(db, ana, series):
    cast.it_is("2026-11-18 09:00")
    first = await first_of(db, series)
    assert await do(db, dropins.edit_following, ana, first.id, {"title": "Another"}) == series
    assert await cast.value(db, "SELECT count(*) FROM series") == 1


async def test_a_counted_series_counts_on(db, ana, open_network):
    cast.it_is("2026-11-18 09:00")
    counted = await cast.schedule(db, ana, open_network, rule="FREQ=WEEKLY;BYDAY=TH;COUNT=6", weekday="")
    before = await dates_of(db, counted)
    new = await do(db, dropins.edit_following, ana, before[2].id, {"minutes": 30})
    assert (await series_row(db, new)).rule == "FREQ=WEEKLY;BYDAY=TH;COUNT=4"
    assert [d.id for d in await dates_of(db, new)] == [d.id for d in before[2:]]
    assert len([d for d in await dates_of(db, new) if not d.cancelled_at]) == 4


async def test_every_second_week_stays_every_second_week(db, ana, open_network):
    cast.it_is("2026-11-18 09:00")
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"
    fortnightly = await cast.schedule(db, ana, open_network, rule=rule, weekday="")
    before = await dates_of(db, fortnightly)
    new = await do(db, dropins.edit_following, ana, before[1].id, {"title": "Another"})
    assert [d.id for d in await dates_of(db, new)] == [d.id for d in before[1:]]
    assert not any(d.cancelled_at for d in await dates_of(db, new))


# The end


async def test_an_ended_series_cancels_what_was_to_come(db, ana, open_network, series):
    first, second, *_ = await dates_of(db, series)
    cast.it_is("2026-11-19 12:10")
    await turn(db, first.id)
    await do(db, dropins.end_series, ana, series, {"word": "Thank you all."})
    await do(db, dropins.end_series, ana, series, {"word": "Again."})
    assert (await row_of(db, first.id)).cancelled_at is None
    assert (await row_of(db, second.id)).word == "Thank you all."
    assert await told(db, second.id) == ["cancelled"]
    async with db.snapshot() as tx:
        assert await dropins.series_in(tx, open_network) == []
        assert [d.id for d in await dropins.upcoming_in(tx, open_network.id)] == [first.id]
    cast.it_is("2027-01-01 12:10")
    await dropins.materialise_all(db)
    assert len(await dates_of(db, series)) == 8
    with pytest.raises(Conflict, match="has ended"):
        await do(db, dropins.edit_series, ana, series, {"title": "Another"})


async def test_only_hosts_change_anything(db, ana, ben, dev, confidential_network):
    series = await cast.schedule(db, ana, confidential_network)
    first = await first_of(db, series)
    verbs = [
        (dropins.edit_series, series, {}), (dropins.end_series, series, {}), (dropins.edit_date, first.id, {}),
        (dropins.edit_following, first.id, {}), (dropins.cancel, first.id, {}), (dropins.restore, first.id),
        (dropins.skip, series, "2026-11-19"), (dropins.take_place, series, "2026-11-19"),
    ]  # fmt: skip
    for verb, *arguments in verbs:
        with pytest.raises(Forbidden):
            await do(db, verb, ben, *arguments)
        with pytest.raises(NotFound):
            await do(db, verb, dev, *arguments)
