"""What a letter carries for its reader's calendar (RFC 5546): one series or one date, asked for or taken out."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from icalendar import Event, vCalAddress, vText

from chat import clock
from chat.calendars.composing import called, new_calendar, whole

PARTSTAT = {"yes": "ACCEPTED", "maybe": "TENTATIVE", "waiting": "TENTATIVE"}


def message(
    method: str, events: Sequence[tuple[Event, str | None]], name: str, email: str, number: int
) -> str:
    """Events of one name, each with the reader's answer. `number` (SEQUENCE) orders the letters about them."""
    calendar = new_calendar()
    calendar.add("METHOD", method)
    now = clock.now().replace(microsecond=0)
    for event, answer in events:
        # The organiser's word on it: the reader's own answer stands beside their name.
        event["STATUS"] = vText("CANCELLED" if method == "CANCEL" else "CONFIRMED")
        event["SEQUENCE"] = number
        for name_of_time in ("DTSTAMP", "LAST-MODIFIED"):
            del event[name_of_time]
            event.add(name_of_time, now)
        event.add(
            "ATTENDEE", _attendee(name, email, PARTSTAT.get(answer or "") if method == "REQUEST" else None)
        )
    return whole(calendar, [event for event, _ in events], _first_year(events)).decode()


def _attendee(name: str, email: str, partstat: str | None) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{email}")
    attendee.params["CN"] = called(name)
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["RSVP"] = "FALSE"  # nobody reads answers by mail: the letter has a link
    if partstat:
        attendee.params["PARTSTAT"] = partstat
    return attendee


def _first_year(events: Sequence[tuple[Any, str | None]]) -> int:
    return min(event["DTSTART"].dt.astimezone(UTC).year for event, _ in events)
