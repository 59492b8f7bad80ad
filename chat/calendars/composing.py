"""Series and dates as iCalendar (RFC 5545), by the icalendar package."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, vCalAddress, vRecur, vText

from chat.calendars.plans import Plan, on_the_clock, plan, wall
from chat.calendars.queries import DateLine, SeriesLine, since
from chat.calendars.zones import zone_component
from chat.config import settings
from chat.languages import _, sentence

PRODUCT = "-//hub//drop-ins//EN"
BEFORE = timedelta(minutes=-15)
ASK_AGAIN = timedelta(hours=1)
SAID = {
    "yes": sentence("You said yes."),
    "maybe": sentence("You said maybe."),
    "waiting": sentence("You are on the waiting list."),
}


def feed(name: str, every: Iterable[tuple[SeriesLine, list[DateLine]]], *, personal: bool) -> bytes:
    """A whole calendar to subscribe to; a personal one says what the member has answered."""
    calendar = new_calendar()
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    events = [event for series, lines in every for event in events_of(series, lines, personal=personal)]
    for event in events:
        if event["STATUS"] != "CANCELLED":
            event.add_component(_alarm(str(event["SUMMARY"])))
    return whole(calendar, events, since().year)


def events_of(series: SeriesLine, lines: list[DateLine], *, personal: bool = True) -> list[Event]:
    """A series by its rule, its dates that differ, and those beside the rule."""
    planned = plan(series, lines)
    sequence = sum(line.sequence for line in lines)
    return [
        *([master_event(series, planned, sequence, personal=personal)] if planned.first else []),
        *(
            date_event(series, line, on_the_clock(series, line.local_date), personal=personal)
            for line in planned.differing
        ),
        *(date_event(series, line, None, personal=personal) for line in planned.single),
    ]


def master_event(series: SeriesLine, planned: Plan, sequence: int, *, personal: bool = True) -> Event:
    """What a series says of all its dates."""
    assert planned.first
    event = Event()
    start = on_the_clock(series, planned.first)
    event.add("UID", uid("series", series.id))
    event.add("DTSTART", start)
    event.add("DTEND", start + timedelta(minutes=series.minutes))
    event.add("RRULE", vRecur.from_ical(planned.rule))
    for day in planned.left_out:  # a line each: not everybody reads lists
        event.add("EXDATE", on_the_clock(series, day))
    answer = series.answer if personal else None
    changed = [series.created_at, series.ended_at, series.answered_at if personal else None]
    address = f"{settings().origin}/series/{series.id}/room"
    _describe(event, series, series.title, [series.description], address, answer, sequence, changed)
    return event


def date_event(
    series: SeriesLine,
    line: DateLine,
    recurs: datetime | None,
    *,
    of_series: int | None = None,
    personal: bool = True,
) -> Event:
    """One date: of its series' rule (or of another's), by the moment that names it there, or by itself."""
    event = Event()
    if recurs:
        event.add("UID", uid("series", of_series or series.id))
        event.add("RECURRENCE-ID", recurs)
    else:
        event.add("UID", uid("drop-in", line.id))
    event.add("DTSTART", wall(line.opens_at, series.zone))
    event.add("DTEND", wall(line.closes_at, series.zone))
    title = series.title if line.title is None else line.title
    description = series.description if line.description is None else line.description
    changed = [series.created_at, line.moved_at, line.cancelled_at]
    if personal:
        changed += [series.answered_at, line.answered_at]
    _describe(
        event,
        series,
        _("Cancelled: {title}", title=title) if line.cancelled_at else title,
        [line.word, description],
        f"{settings().origin}/drop-ins/{line.id}",
        (line.answer or series.answer) if personal else None,
        line.sequence,
        changed,
    )
    if line.cancelled_at:
        event["STATUS"] = vText("CANCELLED")
    return event


def new_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    return calendar


def whole(calendar: Calendar, events: list[Event], first_year: int) -> bytes:
    """The calendar with these events and the zones that they go by."""
    zones = sorted(
        {value.params["TZID"] for event in events for value in _times(event) if "TZID" in value.params}
    )
    for component in (*(zone_component(zone, first_year) for zone in zones), *events):
        calendar.add_component(component)
    return calendar.to_ical()


def uid(kind: str, id: int) -> str:
    """The name of a series or a date in every calendar."""
    return f"{kind}-{id}@{urlsplit(settings().origin).hostname}"


def called(name: str) -> str:
    """A name as a parameter holds it: quotes end it there, and few programs know their escape (RFC 6868)."""
    return name.replace('"', "’")


def _describe(
    event: Event,
    series: SeriesLine,
    title: str,
    words: list[str],
    address: str,
    answer: str | None,
    sequence: int,
    changed: list[datetime | None],
) -> None:
    newest = max(moment for moment in changed if moment).astimezone(UTC).replace(microsecond=0)
    event.add("SUMMARY", title)
    said = [_(SAID[answer])] if answer in SAID else []
    event.add("DESCRIPTION", "\n\n".join([*filter(None, words), *said, address]))
    # The room, and never its video link: that is for who is let in, while it is open.
    event.add("URL", address)
    event.add("LOCATION", address)
    organizer = vCalAddress(f"mailto:{settings().mail_from}")
    organizer.params["CN"] = called(series.network_name)
    event.add("ORGANIZER", organizer)
    event.add("STATUS", "TENTATIVE" if answer in ("maybe", "waiting") else "CONFIRMED")
    event.add("TRANSP", "OPAQUE" if answer == "yes" else "TRANSPARENT")
    event.add("SEQUENCE", sequence)
    # The same bytes at every fetch, as long as nothing has changed.
    event.add("DTSTAMP", newest)
    event.add("LAST-MODIFIED", newest)
    event.add("CREATED", series.created_at.astimezone(UTC).replace(microsecond=0))


def _alarm(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", title)
    alarm.add("TRIGGER", BEFORE)
    return alarm


def _times(event: Event) -> list[Any]:
    return [event[name] for name in ("DTSTART", "DTEND", "RECURRENCE-ID") if name in event]
