"""The letters themselves, each with the note that the calendar knows what it says."""

from datetime import date
from zoneinfo import ZoneInfo

from chat import clock
from chat.calendars.composing import date_event, master_event
from chat.calendars.desks import Desk, Known, Name, note_date, note_series, shape
from chat.calendars.letters import Carried, date_letter, series_letter
from chat.calendars.messages import message
from chat.calendars.plans import Plan, on_the_clock, plan
from chat.calendars.queries import DateLine, SeriesLine, dates_of
from chat.db import Transaction
from chat.dropins.by_letter import answer_link
from chat.mail import Letter


async def one(tx: Transaction, desk: Desk, line: DateLine, known: Known, about: str) -> Letter:
    """About one date, by the name that it has in the member's calendar."""
    answer = line.answer or desk.series.answer
    method = "CANCEL" if about in ("no", "cancelled") else "REQUEST"
    number = max(desk.number + 1, line.sequence)
    event = date_event(desk.series, line, known.name.recurs, of_series=known.name.of_series)
    await note_date(tx, desk, line, answer if method == "REQUEST" else None, known.name)
    await note_series(tx, desk, number, desk.whole)
    calendar = message(method, [(event, answer)], desk.reader.name, desk.reader.email, number)
    change = "" if line.cancelled_at else await answer_link(tx, line.id, desk.reader.id, line.closes_at)
    carried = Carried(calendar, method, desk.key(number))
    return date_letter(desk.reader, desk.series, line, about, change, carried)


async def whole(tx: Transaction, desk: Desk, about: str, word: str = "") -> Letter | None:
    """About a series from the next date on, or from the one on that it began with in the member's calendar."""
    series = desk.series
    begins = _begins(desk)
    lines = [
        line
        for line in (await dates_of(tx, [series.id], desk.reader.id))[series.id]
        if line.local_date >= begins
    ]
    # What is cancelled is left out: an invitation invites.
    lines = [line._replace(answer="no") if line.cancelled_at else line for line in lines]
    planned = plan(series, lines, begins)
    if planned.first is None:
        return await without(tx, desk, "series ended", word) if desk.whole else None
    number = max([desk.number + 1, *(line.sequence for line in lines)])
    events = [(master_event(series, planned, number), series.answer)]
    for line in planned.differing:
        event = date_event(series, line, on_the_clock(series, line.local_date))
        events.append((event, line.answer or series.answer))
    for line in lines:
        if line not in planned.single:
            answer = line.answer or series.answer
            name = Name(series.id, on_the_clock(series, line.local_date))
            await note_date(tx, desk, line, None if answer == "no" else answer, name)
    await note_series(tx, desk, number, _as_told(series, planned))
    await _ask_for_each(tx, desk, planned.single, number)
    coming = [line.opens_at for line in lines if line.answer != "no" and line.closes_at > clock.now()]
    if about == "series changed" and not coming:
        about = "series ended"
    calendar = message("REQUEST", events, desk.reader.name, desk.reader.email, number)
    carried = Carried(calendar, "REQUEST", desk.key(number))
    return series_letter(desk.reader, series, about, min(coming, default=None), word, carried)


async def without(tx: Transaction, desk: Desk, about: str, word: str = "") -> Letter:
    """Takes a whole series out. The dates that the member said yes to one by one come back each by itself."""
    series, number = desk.series, desk.number + 1
    event = master_event(series, Plan(_begins(desk), "FREQ=WEEKLY", [], [], []), number)
    del event["RRULE"]
    await tx.run(
        "UPDATE calendar_date SET holds = NULL WHERE member_id = :member AND of_series = :series",
        member=desk.reader.id,
        series=series.id,
    )
    await note_series(tx, desk, number, "")
    lines = (await dates_of(tx, [series.id], desk.reader.id))[series.id]
    await _ask_for_each(tx, desk, lines, number)
    calendar = message("CANCEL", [(event, None)], desk.reader.name, desk.reader.email, number)
    carried = Carried(calendar, "CANCEL", desk.key(number))
    return series_letter(desk.reader, series, about, None, word, carried)


async def _ask_for_each(tx: Transaction, desk: Desk, lines: list[DateLine], number: int) -> None:
    for line in lines:
        if line.answer == "yes" and line.closes_at > clock.now() and not line.cancelled_at:
            key = f"calendar:again:{line.id}:{desk.reader.id}:{number}"
            await tx.enqueue("send_calendar_mail", key, member_id=desk.reader.id, drop_in_id=line.id)


def _as_told(series: SeriesLine, planned: Plan) -> str:
    return f"{planned.first} {shape(series)} {','.join(map(str, planned.left_out))}"


def _begins(desk: Desk) -> date:
    """The day on which the series begins in the member's calendar."""
    if desk.whole:
        return date.fromisoformat(desk.whole.partition(" ")[0])
    return clock.now().astimezone(ZoneInfo(desk.series.zone)).date()
