"""Calendars read back: by recurring-ical-events, as a calendar program shows them."""

from datetime import UTC, date, datetime
from typing import NamedTuple

import icalendar
import recurring_ical_events


class Shown(NamedTuple):
    opens_at: datetime
    closes_at: datetime
    title: str


def shown(body: bytes, first: date, last: date) -> list[Shown]:
    """What stands in a calendar from one day to another, without what is cancelled."""
    calendar = icalendar.Calendar.from_ical(body)
    events = recurring_ical_events.of(calendar).between(first, last)
    return sorted(
        Shown(
            event.start.astimezone(UTC),
            event.end.astimezone(UTC),
            str(event["SUMMARY"]),
        )
        for event in events
        if event["STATUS"] != "CANCELLED"
    )
