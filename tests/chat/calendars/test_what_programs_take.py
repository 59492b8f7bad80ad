"""What calendar programs accept, and what they stumble over.

From RFC 5545 (format), RFC 5546 and 6047 (invitations), RFC 7986 (names of calendars), and from what the products say:
Outlook resolves every TZID by the file's own VTIMEZONE and reads yearly rules alone ([MS-OXCICAL] 2.1.3.1.1.19), Gmail
and Outlook want METHOD in the content type too, Google obeys robots.txt.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest

from chat.calendars import composing, messages
from chat.calendars.plans import named_by
from chat.calendars.queries import DateLine, SeriesLine
from chat.dropins.scheduling import opens_on
from tests import cast

TRICKY = "Falls, frailty; and “beds” \\ rails"


@pytest.fixture(autouse=True)
def november():
    cast.it_is("2026-11-23 09:00")


def series(**more):
    line = SeriesLine(
        id=7, network_slug="falls", network_name='The "falls"; network', title=TRICKY, description="One line\nand another, " + "ö" * 90,
        zone="Europe/London", rule="FREQ=WEEKLY;BYDAY=FR;UNTIL=20270630", starts_on=date(2026, 11, 27), local_time=time(12),
        minutes=60, holidays="", skipped=[date(2026, 12, 25)], created_at=datetime(2026, 11, 1, tzinfo=UTC), ended_at=None,
        answer="yes", answered_at=None,
    )  # fmt: skip
    return line._replace(**more)


def lines(of):
    """Four Fridays: as ever, moved to the evening, cancelled, and refused."""
    days = [date(2026, 11, 27) + timedelta(weeks=n) for n in range(4)]
    all_of_them = [
        DateLine(n, 7, day, at := opens_on(day, of.local_time, of.zone), at + timedelta(hours=1), None, None, 0, "", None, None, None, None)
        for n, day in enumerate(days)
    ]  # fmt: skip
    moved = all_of_them[1]
    all_of_them[1] = moved._replace(
        opens_at=moved.opens_at + timedelta(hours=6), closes_at=moved.closes_at + timedelta(hours=6), sequence=3,
        moved_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    )  # fmt: skip
    all_of_them[2] = all_of_them[2]._replace(
        cancelled_at=datetime(2026, 11, 21, tzinfo=UTC), word="Ill, sorry", sequence=1
    )
    all_of_them[3] = all_of_them[3]._replace(answer="no")
    return all_of_them


def feed():
    of = series()
    return composing.feed("My drop-ins", [(of, lines(of))], personal=True)


def invitation(method="REQUEST"):
    of = series()
    line = lines(of)[1]
    event = composing.date_event(of, line, named_by(of, line.local_date))
    return messages.message(method, [(event, "yes")], 'Ana "Bee" Lima', "ana@example.org", 4).encode()


EVERY = pytest.mark.parametrize("body", [feed, invitation, lambda: invitation("CANCEL")], ids=["feed", "REQUEST", "CANCEL"])  # fmt: skip


def events(body):
    return icalendar.Calendar.from_ical(body).walk("VEVENT")


@EVERY
def test_lines_end_with_crlf_and_fold_at_75_octets_between_characters(body):
    text = body()
    assert b"\n" not in text.replace(b"\r\n", b"")
    folded = text.split(b"\r\n")
    assert max(map(len, folded)) <= 75
    for each in folded:
        each.decode()  # a line that cuts a character in two is unreadable for some


@EVERY
def test_commas_semicolons_and_newlines_are_escaped(body):
    text = re.sub(r"\r\n[ \t]", "", body().decode())
    assert r"Falls\, frailty\; and “beds” \\ rails" in text
    assert r"One line\nand another\, ö" in text
    for event in events(body()):
        assert str(event["SUMMARY"]).removeprefix("Cancelled: ") == TRICKY


@EVERY
def test_there_is_one_calendar_with_its_maker_and_version(body):
    calendar = icalendar.Calendar.from_ical(body())
    assert body().count(b"BEGIN:VCALENDAR") == 1
    assert calendar["PRODID"]
    assert (calendar["VERSION"], calendar["CALSCALE"]) == ("2.0", "GREGORIAN")


@EVERY
def test_every_time_has_its_zone_and_every_zone_its_definition(body):
    calendar = icalendar.Calendar.from_ical(body())
    defined = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    assert defined == {"Europe/London"}
    for event in events(body()):
        for name in ("DTSTART", "DTEND"):
            assert event[name].params["TZID"] in defined
    order = re.findall(rb"BEGIN:(VTIMEZONE|VEVENT)", body())
    assert order == sorted(order, reverse=True), "zones come first"


@EVERY
def test_every_event_has_what_all_programs_ask_for(body):
    for event in events(body()):
        for name in (
            "UID",
            "DTSTAMP",
            "DTSTART",
            "SUMMARY",
            "SEQUENCE",
            "STATUS",
            "ORGANIZER",
            "URL",
            "LOCATION",
            "TRANSP",
        ):
            assert name in event, name
        assert len(event["UID"].encode()) <= 255
        assert event["DTSTAMP"].to_ical().endswith(b"Z")
        assert event["ORGANIZER"].startswith("mailto:")
        assert not ("DTEND" in event and "DURATION" in event)


@EVERY
def test_a_date_of_a_series_is_named_in_the_form_of_its_start(body):
    named = [event for event in events(body()) if "RECURRENCE-ID" in event]
    assert named
    for event in named:
        assert event["RECURRENCE-ID"].params == {"TZID": "Europe/London"}
        assert event["RECURRENCE-ID"].to_ical().endswith(b"T120000")
        assert "RRULE" not in event


def test_a_rule_ends_in_utc_and_leaves_out_what_is_skipped_or_refused():
    (master,) = [event for event in events(feed()) if "RRULE" in event]
    # Summer time by then: eleven in UTC.
    assert b"UNTIL=20270630T110000Z" in master["RRULE"].to_ical()
    left_out = master["EXDATE"]
    assert [each.to_ical() for each in left_out] == [b"20261218T120000", b"20261225T120000"]
    assert all(each.params["TZID"] == "Europe/London" for each in left_out)


def test_a_feed_says_what_it_is_called_and_when_to_ask_again():
    calendar = icalendar.Calendar.from_ical(feed())
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == "My drop-ins"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in feed()
    assert b"X-PUBLISHED-TTL:PT1H" in feed()
    assert "METHOD" not in calendar


def test_a_feed_rings_a_quarter_of_an_hour_before_and_not_for_what_is_cancelled():
    for event in events(feed()):
        alarms = event.walk("VALARM")
        assert len(alarms) == (event["STATUS"] != "CANCELLED")
        for alarm in alarms:
            assert alarm["TRIGGER"].to_ical() == b"-PT15M"
    assert sum(event["STATUS"] == "CANCELLED" for event in events(feed())) == 1


def test_a_feed_has_the_same_bytes_as_long_as_nothing_changes():
    first = feed()
    cast.it_is("2026-11-24 17:00")
    assert feed() == first


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_letter_asks_one_thing_of_one_reader(method):
    calendar = icalendar.Calendar.from_ical(invitation(method))
    assert calendar["METHOD"] == method
    (event,) = calendar.walk("VEVENT")
    assert not event.walk("VALARM"), "when it rings is for who reads it to say"
    attendee = event["ATTENDEE"]
    assert attendee == "mailto:ana@example.org"
    assert attendee.params["RSVP"] == "FALSE"
    assert attendee.params.get("PARTSTAT") == ("ACCEPTED" if method == "REQUEST" else None)
    assert event["STATUS"] == ("CONFIRMED" if method == "REQUEST" else "CANCELLED")
    assert event["SEQUENCE"] == 4
    assert event["ORGANIZER"] == "mailto:hub@localhost"
    assert attendee.params["CN"] == "Ana ’Bee’ Lima"
