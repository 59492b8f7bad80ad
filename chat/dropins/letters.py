"""Letters about a date, in their reader's language and by their clocks."""

from typing import Any

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.dropins.by_letter import answer_link, unsubscribe_link
from chat.languages import clock_time, said, sentence, when
from chat.mail import Letter

# Of a member who still has a place in the network, and a date that still takes place.
ABOUT = """
SELECT member.id AS member_id, email, member.name, language, coalesce(nullif(member.zone, ''), series.zone) AS zone,
       drop_in.id AS drop_in_id, drop_in.network_id, coalesce(drop_in.title, series.title) AS title, opens_at, closes_at, network.name AS network,
       answer, member.unreminded || membership.unreminded AS unwanted
FROM rsvp JOIN drop_in ON drop_in.id = drop_in_id JOIN series ON series.id = series_id
JOIN network ON network.id = drop_in.network_id JOIN member ON member.id = rsvp.member_id
JOIN membership ON membership.network_id = network.id AND membership.member_id = member.id
    AND membership.ended_at IS NULL AND membership.banned_at IS NULL
WHERE rsvp.drop_in_id = :drop_in AND rsvp.member_id = :member AND waiting_since IS NULL
  AND cancelled_at IS NULL AND closes_at > :now
"""
SUBJECT = {
    "day": sentence("Reminder: {title}"),
    "soon": sentence("{title} opens at {time}"),
    "live": sentence("{title} is open now"),
}
OPENING = {
    "day": sentence("this is a reminder of “{title}” in {network}:"),
    "soon": sentence("“{title}” in {network} opens in a few minutes:"),
    "live": sentence("“{title}” in {network} is open now. It began:"),
}
BUTTON = {"day": sentence("See the drop-in"), "soon": sentence("Drop in"), "live": sentence("Drop in")}
SAID = {"yes": sentence("You said yes."), "maybe": sentence("You said maybe.")}


async def about(tx: Transaction, drop_in_id: int, member_id: int) -> Any:
    """What a letter to this member about this date says, if it may be written: they answered, and don't wait."""
    return await tx.first(ABOUT, drop_in=drop_in_id, member=member_id, now=clock.now())


async def reminder_letter(tx: Transaction, row: Any, kind: str) -> Letter:
    change = await answer_link(tx, row.drop_in_id, row.member_id, row.closes_at)
    stop = await unsubscribe_link(tx, row.network_id, row.member_id)
    aside = [
        _said(row, SAID[row.answer])
        + " "
        + _said(row, "You can change your answer here, without signing in:")
        + "\n"
        + change,
        _said(row, "If you want no more reminders by e-mail from {network}:") + "\n" + stop,
    ]
    key = f"reminder {kind} {row.drop_in_id} {row.opens_at.isoformat()}"
    return _letter(row, SUBJECT[kind], OPENING[kind], aside, BUTTON[kind], key, unsubscribe=stop)


async def place_letter(tx: Transaction, drop_in_id: int, member_id: int, given: str) -> Letter | None:
    """To who waited and has a place now; None if they have not any more. `given` names the occasion."""
    row = await about(tx, drop_in_id, member_id)
    if row is None or row.answer != "yes":
        return None
    change = await answer_link(tx, drop_in_id, member_id, row.closes_at)
    aside = _said(row, "If you can’t come, please say so here, so that the next in line gets the place:")
    return _letter(
        row,
        sentence("There is a place for you: {title}"),
        sentence("a place has become free, and it is yours: “{title}” in {network}:"),
        [f"{aside}\n{change}"],
        sentence("See the drop-in"),
        f"place {drop_in_id} {given}",
    )


def _letter(
    row: Any, subject: str, opening: str, aside: list[str], button: str, key: str, unsubscribe: str = ""
) -> Letter:
    return Letter(
        to=row.email,
        subject=_said(row, subject),
        opening=f"{_said(row, 'Hello {name},')}\n\n{_said(row, opening)}",
        when=when(row.opens_at, row.zone, row.language),
        link=f"{settings().origin}/drop-ins/{row.drop_in_id}",
        button=_said(row, button),
        aside="\n\n".join(aside),
        language=row.language,
        key=key,
        unsubscribe=unsubscribe,
    )


def _said(row: Any, sentence: str) -> str:
    time = clock_time(row.opens_at, row.zone, row.language)
    return said(row.language, sentence, name=row.name, title=row.title, network=row.network, time=time)
