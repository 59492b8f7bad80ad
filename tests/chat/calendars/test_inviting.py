"""Letters that put dates into calendars: after answers, and after changes."""

from datetime import timedelta

import pytest

from chat import calendars, clock, dropins, jobs, notices
from chat.dropins.changing import changed
from tests import cast
from tests.chat.calendars.post import composed, sent
from workers.jobs import kinds


@pytest.fixture
async def thursdays(db, ana, open_network):
    """A weekly hour at noon in London; its id and those of its dates."""
    cast.it_is("2026-11-23 09:00")
    series = await cast.schedule(db, ana, open_network)
    return series, await dates_of(db, series)


async def dates_of(db, series):
    rows = await cast.rows(db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY local_date", id=series)
    return [row.id for row in rows]


async def say(db, member, drop_in_id, answer):
    async with db.transaction() as tx:
        await dropins.answer(tx, member, drop_in_id, answer)


async def say_to_all(db, member, series, answer):
    async with db.transaction() as tx:
        await dropins.answer_series(tx, member, series, answer)


async def change(db, drop_in_id, what, word="", by=timedelta(hours=2)):
    """What a host does to a date, with all that follows from it."""
    async with db.transaction() as tx:
        if what == "moved":
            await tx.run(
                "UPDATE drop_in SET opens_at = opens_at + :by, closes_at = closes_at + :by, moved_at = :now WHERE id = :id",
                by=by,
                now=clock.now(),
                id=drop_in_id,
            )
        if what == "cancelled":
            await tx.run(
                "UPDATE drop_in SET cancelled_at = :now WHERE id = :id", now=clock.now(), id=drop_in_id
            )
        await changed(tx, drop_in_id, what, word)


async def work(db, redis):
    """All jobs that are due; the letters with a calendar part."""
    await jobs.work_all(db, kinds(db, redis))
    return await sent(redis)


async def test_a_yes_puts_the_date_into_the_calendar_and_a_no_takes_it_out(db, redis, ben, thursdays):
    series, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    (letter,) = await work(db, redis)
    event = letter.event
    assert letter.method == "REQUEST"
    assert letter.letter.to == "ben-okafor@example.org"
    assert event["UID"] == f"series-{series}@127.0.0.1"
    assert event["RECURRENCE-ID"].to_ical() == event["DTSTART"].to_ical() == b"20261126T120000"
    assert event["RECURRENCE-ID"].params == event["DTSTART"].params == {"TZID": "Europe/London"}
    assert event["ATTENDEE"] == "mailto:ben-okafor@example.org"
    assert (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert event["ORGANIZER"] == "mailto:hub@localhost"
    assert not event.walk("VALARM")
    await say(db, ben, first, "no")
    _, out = await work(db, redis)
    assert out.method == "CANCEL"
    assert out.event["STATUS"] == "CANCELLED"
    assert (out.event["UID"], out.event["RECURRENCE-ID"].to_ical()) == (event["UID"], b"20261126T120000")
    assert out.event["SEQUENCE"] > event["SEQUENCE"]
    await say(db, ben, first, "yes")
    *_, again = await work(db, redis)
    assert (again.method, again.event["UID"]) == ("REQUEST", event["UID"])
    assert again.event["SEQUENCE"] > out.event["SEQUENCE"]


async def test_the_same_job_twice_is_one_letter(db, redis, ben, thursdays):
    _, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    await work(db, redis)
    async with db.transaction() as tx:
        await tx.run("UPDATE job SET done_at = NULL WHERE kind = 'send_calendar_mail'")
    assert len(await work(db, redis)) == 1


async def test_a_date_that_moves_is_told_to_who_comes_and_may_come(db, redis, ana, ben, carol, thursdays):
    _, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    await say(db, carol, first, "maybe")
    (invited,) = await work(db, redis)
    await change(db, first, "moved", "The theatre runs late.")
    letters = (await work(db, redis))[1:]
    assert {letter.letter.to for letter in letters} == {"ben-okafor@example.org", "carol-nguyen@example.org"}
    bens, carols = sorted(letters, key=lambda letter: letter.letter.to)
    assert bens.event["DTSTART"].to_ical() == b"20261126T140000"
    assert bens.event["RECURRENCE-ID"].to_ical() == b"20261126T120000"
    assert bens.event["SEQUENCE"] > invited.event["SEQUENCE"]
    assert bens.event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert carols.event["ATTENDEE"].params["PARTSTAT"] == "TENTATIVE"
    assert "The theatre runs late." in bens.letter.text
    notices = await cast.rows(
        db, "SELECT kind, member_id FROM notice WHERE kind LIKE 'dropin.%' ORDER BY member_id"
    )
    assert [tuple(n) for n in notices] == [("dropin.moved", ben.id), ("dropin.moved", carol.id)]


async def test_a_cancelled_date_leaves_calendars_with_the_hosts_word(db, redis, ben, thursdays):
    _, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    await change(db, first, "cancelled", "I am ill, sorry.")
    *_, out = await work(db, redis)
    assert out.method == "CANCEL"
    assert "I am ill, sorry." in out.letter.text
    assert "/rsvp/" not in out.letter.text


async def test_of_several_changes_the_newest_is_told_once(db, redis, ben, thursdays):
    _, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    await work(db, redis)
    await change(db, first, "moved")
    await change(db, first, "moved")
    _, told = await work(db, redis)
    assert told.event["DTSTART"].to_ical() == b"20261126T160000"
    unread = "SELECT count(*) FROM notice WHERE kind = 'dropin.moved' AND read_at IS NULL"
    assert await cast.value(db, unread) == 1


@pytest.mark.parametrize("told_in_the_page", [False, True])
async def test_nobody_who_lost_their_place_is_told(
    db, redis, ana, ben, carol, open_network, thursdays, told_in_the_page
):
    _, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    await say(db, carol, first, "yes")
    await work(db, redis)
    await change(db, first, "moved")
    async with db.transaction() as tx:
        if told_in_the_page:  # and then removed, before her letter
            await calendars.tell_change(tx, first, 1, "moved")
        await tx.run("UPDATE membership SET ended_at = now() WHERE member_id = :id", id=carol.id)
    letters = await work(db, redis)
    assert [letter.letter.to for letter in letters[2:]] == ["ben-okafor@example.org"]
    notices_of = "SELECT count(*) FROM notice WHERE kind = 'dropin.moved' AND member_id = :id"
    assert await cast.value(db, notices_of, id=carol.id) == told_in_the_page
    assert await cast.value(db, notices_of, id=ben.id) == 1  # however often the job runs


async def test_a_yes_to_the_series_brings_all_its_dates_without_those_that_are_off(db, redis, ben, thursdays):
    series, (first, second, third, *_) = thursdays
    await say(db, ben, second, "no")
    await change(db, third, "cancelled")
    await work(db, redis)
    await say_to_all(db, ben, series, "yes")
    (letter,) = await work(db, redis)
    master = letter.event
    assert master["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=TH"
    assert sorted(each.to_ical() for each in master["EXDATE"]) == [b"20261203T120000", b"20261210T120000"]
    assert master["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    await say(db, ben, first, "no")  # one of them
    *_, out = await work(db, redis)
    assert (out.method, out.event["UID"]) == ("CANCEL", master["UID"])
    assert out.event["RECURRENCE-ID"].to_ical() == b"20261126T120000"
    assert out.event["SEQUENCE"] > master["SEQUENCE"]


async def test_a_no_to_the_series_leaves_the_dates_that_one_said_yes_to(db, redis, ben, thursdays):
    series, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    await say_to_all(db, ben, series, "yes")
    await work(db, redis)
    await say_to_all(db, ben, series, "no")
    *_, out, back = await work(db, redis)
    assert (out.method, "RECURRENCE-ID" in out.event) == ("CANCEL", False)
    assert back.method == "REQUEST"
    assert back.event["RECURRENCE-ID"].to_ical() == b"20261126T120000"
    assert back.event["SEQUENCE"] > out.event["SEQUENCE"]


async def test_a_series_at_another_hour_is_one_letter_to_who_has_it_all_and_moves_what_others_have(
    db, redis, ben, carol, thursdays
):
    series, dates = thursdays
    await say_to_all(db, ben, series, "yes")
    await say(db, carol, dates[0], "yes")
    await work(db, redis)
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET local_time = '15:00' WHERE id = :id", id=series)
    for id in dates:
        await change(db, id, "moved", by=timedelta(hours=3))
    async with db.transaction() as tx:
        await tx.run("UPDATE drop_in SET moved_at = NULL")
    letters = (await work(db, redis))[2:]
    bens = [letter for letter in letters if letter.letter.to.startswith("ben")]
    carols = [letter for letter in letters if letter.letter.to.startswith("carol")]
    assert [letter.event["DTSTART"].to_ical() for letter in bens] == [b"20261126T150000"]
    assert "RRULE" in bens[0].event
    (moved,) = carols
    # By the name that her calendar knows, or it would stand there twice.
    assert moved.event["RECURRENCE-ID"].to_ical() == b"20261126T120000"
    assert moved.event["DTSTART"].to_ical() == b"20261126T150000"


async def test_a_series_that_is_split_ends_in_calendars_and_goes_on_as_another(
    db, redis, ben, carol, thursdays
):
    series, dates = thursdays
    await say_to_all(db, ben, series, "yes")
    await say(db, carol, dates[3], "yes")
    await work(db, redis)
    async with db.transaction() as tx:
        other = await tx.value(
            "INSERT INTO series (network_id, title, zone, rule, starts_on, local_time, minutes, host_id, follows_id) "
            "SELECT network_id, 'Later', zone, rule, '2026-12-17', '14:00', minutes, host_id, id FROM series RETURNING id"
        )
        await tx.run("UPDATE series SET rule = rule || ';UNTIL=20261216' WHERE id = :id", id=series)
        await tx.run("UPDATE drop_in SET series_id = :other WHERE id = ANY(:ids)", other=other, ids=dates[3:])
        await tx.run(
            "INSERT INTO series_rsvp SELECT :other, member_id, answer, answered_at FROM series_rsvp",
            other=other,
        )
    for id in dates[3:]:
        await change(db, id, "moved")
    letters = (await work(db, redis))[2:]
    old, new = [letter for letter in letters if letter.letter.to.startswith("ben")]
    assert old.event["RRULE"]["UNTIL"] == [clock.datetime(2026, 12, 16, 12, tzinfo=clock.UTC)]
    assert old.event["UID"] == f"series-{series}@127.0.0.1"
    assert (new.event["UID"], "RRULE" in new.event) == (f"series-{other}@127.0.0.1", True)
    (carols,) = [letter for letter in letters if letter.letter.to.startswith("carol")]
    assert carols.event["UID"] == f"series-{series}@127.0.0.1"
    assert carols.event["DTSTART"].to_ical() == b"20261217T140000"
    assert carols.event["SEQUENCE"] >= 1


async def test_an_extra_date_goes_by_a_name_of_its_own(db, redis, ana, ben, thursdays):
    series, _ = thursdays
    async with db.transaction() as tx:
        extra = await dropins.hold(tx, ana, series, clock.now() + timedelta(hours=30))
    await say(db, ben, extra, "yes")
    (letter,) = await work(db, redis)
    assert letter.event["UID"] == f"drop-in-{extra}@127.0.0.1"
    assert "RECURRENCE-ID" not in letter.event


async def test_a_letter_has_the_calendar_twice_as_mail_programs_want_it(db, redis, ben, thursdays):
    _, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    (letter,) = await work(db, redis)
    message = composed(letter.letter)
    assert message.get_content_type() == "multipart/mixed"
    alternative, attached = message.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    # From the plainest on (RFC 2046, 5.1.4): programs act on the last one that they know.
    plain, html, calendar = alternative.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == letter.method == "REQUEST"
    assert calendar.get_content_charset() == "utf-8"
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert (
        calendar.get_payload(decode=True)
        == attached.get_payload(decode=True)
        == letter.letter.calendar.encode()
    )


async def test_letters_are_in_their_readers_language(db, redis, ben, thursdays):
    _, (first, *_) = thursdays
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET language = 'de', zone = 'Asia/Kolkata' WHERE id = :id", id=ben.id)
    await say(db, ben, first, "yes")
    (letter,) = await work(db, redis)
    assert "17:30" in letter.letter.text
    assert "Guten Tag" in letter.letter.text
    assert "Kalender" in letter.letter.text


async def test_the_page_says_what_holds_now(db, redis, ana, ben, open_network, thursdays):
    """Of a date that moved and then was cancelled there is nothing to say but that; and nothing to who is gone."""
    _, (first, *_) = thursdays
    await say(db, ben, first, "yes")
    await change(db, first, "moved")
    await work(db, redis)
    assert await told(db, ben) == [("dropin.moved", "Thursday drop-in", f"/drop-ins/{first}")]
    await change(db, first, "cancelled")
    await work(db, redis)
    assert await told(db, ben) == [("dropin.cancelled", "Thursday drop-in", f"/drop-ins/{first}")]
    await cast.remove(db, ana, open_network, ben)
    assert await told(db, ben) == []


async def told(db, member):
    async with db.snapshot() as tx:
        found = await notices.notices_of(tx, member)
    return [(n.kind, n.title, n.link) for n in found if n.kind.startswith("dropin.")]


async def test_a_date_that_is_skipped_before_it_is_near_leaves_calendars_once_it_is(
    db, redis, ben, thursdays
):
    series, _ = thursdays
    await say_to_all(db, ben, series, "yes")
    await work(db, redis)
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET skipped = '{2027-02-04}' WHERE id = :id", id=series)
    await mended(db, redis)
    assert len(await sent(redis)) == 1  # ten weeks away
    cast.it_is("2026-12-20 09:00")
    async with db.transaction() as tx:
        await tx.run("DELETE FROM job WHERE kind <> 'send_calendar_mail'")
        await dropins.scheduling.materialise(tx, series)
        # As the rows are where skipped dates get none.
        await tx.run(
            "DELETE FROM rsvp WHERE drop_in_id IN (SELECT id FROM drop_in WHERE local_date = '2027-02-04')"
        )
        await tx.run("DELETE FROM drop_in WHERE local_date = '2027-02-04'")
    for _ in range(2):
        letters = await mended(db, redis)
    assert len(letters) == 2
    left_out = letters[1].event["EXDATE"]
    assert b"20270204T120000" in [
        each.to_ical() for each in (left_out if isinstance(left_out, list) else [left_out])
    ]


async def mended(db, redis):
    await calendars.mend_calendars(db)
    return await work(db, redis)


async def test_what_hosts_do_to_a_whole_series_is_one_letter_each(db, redis, ana, ben, thursdays):
    series, dates = thursdays
    await say_to_all(db, ben, series, "yes")
    await work(db, redis)
    async with db.transaction() as tx:
        other = await dropins.edit_following(tx, ana, dates[3], {"local_time": "14:00"})
    _, old, new = await work(db, redis)
    assert old.event["RRULE"]["UNTIL"][0].date().isoformat() == "2026-12-16"
    assert new.event["DTSTART"].to_ical() == b"20261217T140000"
    async with db.transaction() as tx:
        await dropins.end_series(tx, ana, other, {"word": "Thank you all."})
    *before, last = await work(db, redis)
    assert len(before) == 3
    assert last.event["UID"] == new.event["UID"]
    assert "Thank you all." in last.letter.text
    assert "no more dates" in last.letter.text
