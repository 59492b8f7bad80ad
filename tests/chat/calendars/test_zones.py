"""Zones as calendars are told them, read back by dateutil."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from chat.calendars.zones import zone_component

# Rules of the north and the south, by the half hour, by the moon, and none; changes in a Friday's night.
ZONES = (
    "Europe/London", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza",
    "Africa/Cairo", "Asia/Kathmandu", "Europe/Dublin", "America/Santiago", "Asia/Jerusalem", "UTC",
)  # fmt: skip


def told(name, year=2026):
    return zone_component(name, year).to_ical().decode()


@pytest.mark.parametrize("name", ZONES)
def test_every_clock_time_is_what_zoneinfo_says(name):
    calendar = f"BEGIN:VCALENDAR\n{told(name)}END:VCALENDAR\n".replace("\r\n", "\n")
    zone, ours = ZoneInfo(name), tzical(io.StringIO(calendar)).get()
    moment = datetime(2026, 1, 1, 3, 17)
    while moment.year < 2031:
        ones = moment.replace(tzinfo=zone).utcoffset()
        # Of times that the clocks show twice, or never, plans.py tells one by one.
        if ones == moment.replace(tzinfo=zone, fold=1).utcoffset():
            assert moment.replace(tzinfo=ours).utcoffset() == ones, moment
        moment += timedelta(hours=11)


def test_a_zone_with_a_yearly_rule_is_told_as_one_for_outlook():
    london = told("Europe/London")
    assert "DTSTART:20250330T010000" in london
    assert london.count("RRULE:FREQ=YEARLY") == 2
    assert "RDATE" not in london


def test_a_zone_without_changes_has_one_standard_time():
    assert told("Asia/Kolkata").count("BEGIN:STANDARD") == 1
    assert "DAYLIGHT" not in told("Asia/Kolkata")
