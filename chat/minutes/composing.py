"""A draft of what a drop-in leaves behind, in Markdown: from what is known of it, and nothing made up."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from chat import agenda, rooms
from chat.agenda import Agenda, ItemSeen
from chat.attendance import FEWEST, Attendee, counted, people_at
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.markup import LONGEST
from chat.members import COUNTRIES
from chat.rooms import LinkSeen, PollSeen, QuestionSeen

ROOM_TO_WRITE = 8 * 1024  # bytes of a post that the hosts have left for their own words
MARKS = re.compile(r"([\\`*_\[\]<>|~])")
BEGINNING = re.compile(r"^(\d*)([.)+#-])")


async def compose(tx: Transaction, drop_in: DropInSeen) -> str:
    """The draft. Under the Chatham House rule it names nobody, and no organisation."""
    zone = ZoneInfo(drop_in.zone)
    unnamed = drop_in.chatham_house
    opens, closes = (at.astimezone(zone) for at in (drop_in.opens_at, drop_in.closes_at))
    parts = [
        f"**{plain(drop_in.title)}**, {opens.day} {opens:%B %Y, %H:%M} to {closes:%H:%M} ({drop_in.zone.replace('_', ' ')})",
        _people(await people_at(tx, drop_in), unnamed),
        _agenda(await agenda.agenda_of(tx, drop_in.id), zone),
        _questions(await rooms.questions_of(tx, drop_in.id), unnamed),
        _polls(await rooms.polls_of(tx, drop_in.id)),
        _links(await rooms.links_of(tx, drop_in.id)),
        "## Decisions and next steps",
    ]
    return _fitting("\n\n".join(part for part in parts if part))


def plain(words: str) -> str:
    """What somebody typed, on one line, and none of it taken for Markdown."""
    line = MARKS.sub(r"\\\1", " ".join(words.split()))
    return BEGINNING.sub(r"\1\\\2", line)


def _people(people: list[Attendee], unnamed: bool) -> str:
    total = len(people)
    if not total or (unnamed and total < FEWEST):
        return ""
    said = f"{total} {'person was' if total == 1 else 'people were'} there"
    if unnamed:
        countries = counted((COUNTRIES.get(p.country, "") for p in people), few="elsewhere or not said")
        told = [
            f"{c.people} from {c.called}" if c.called in COUNTRIES.values() else f"{c.people} {c.called}"
            for c in countries
        ]
        return f"## Who was there\n\n{said}{': ' + ', '.join(map(plain, told)) if len(told) > 1 else ''}."
    sizes = [
        f"- {plain(c.called) if c.called else 'Not said'}: {c.people}"
        for c in counted(p.organisation for p in people)
    ]
    return "\n".join([f"## Who was there\n\n{said}.\n", *sizes])


def _agenda(found: Agenda, zone: ZoneInfo) -> str:
    items = [*found.items]
    if not items:
        return ""
    return "\n".join(["## Agenda\n", *(_item(item, zone) for item in items)])


def _item(item: ItemSeen, zone: ZoneInfo) -> str:
    if not item.started_at:
        return f"- {plain(item.title)} (not reached)"
    begun = _clock(item.started_at, zone)
    return f"- {plain(item.title)} ({f'{begun} to {_clock(item.ended_at, zone)}' if item.ended_at else f'from {begun}'})"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def _questions(questions: list[QuestionSeen], unnamed: bool) -> str:
    if not questions:
        return ""
    return "\n\n".join(["## Questions", *(_question(q, unnamed) for q in questions)])


def _question(q: QuestionSeen, unnamed: bool) -> str:
    asker = "" if unnamed else f", asked by {plain(q.author.name)}"
    votes = f"{q.votes} {'vote' if q.votes == 1 else 'votes'}"
    word = plain(q.word)
    outcome = {
        "answered": f"Answered{': ' + word if word else ' in the room.'}",
        "declined": f"Declined{': ' + word if word else '.'}",
        "deferred": "Deferred to the next drop-in.",
    }.get(q.outcome or "", "Not answered yet.")
    return f"**{plain(q.body)}** ({votes}{asker})\n\n{outcome}"


def _polls(polls: list[PollSeen]) -> str:
    polls = [poll for poll in polls[::-1] if poll.counts is not None]
    if not polls:
        return ""
    return "\n\n".join(["## Polls", *map(_poll, polls)])


def _poll(poll: PollSeen) -> str:
    rows = [f"| {plain(option)} | {n} |" for option, n in zip(poll.options, poll.counts or (), strict=True)]
    voted = f"{poll.turnout} voted" + (", several answers each" if poll.several else "")
    return "\n".join(
        [f"**{plain(poll.question)}** ({voted})\n", "| Answer | Votes |", "| --- | --- |", *rows]
    )


def _links(links: list[LinkSeen]) -> str:
    if not links:
        return ""
    return "\n".join(
        ["## Links\n", *(f"- [{plain(link.title or link.host)}](<{_address(link.url)}>)" for link in links)]
    )


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")


def _fitting(draft: str) -> str:
    """A post can hold so much; what is left out can be read in the room."""
    most = LONGEST - ROOM_TO_WRITE
    if len(draft.encode()) <= most:
        return draft
    cut = draft.encode()[:most].decode(errors="ignore").rpartition("\n")[0]
    return f"{cut}\n\n(There was more than fits here: the room has all of it.)\n\n## Decisions and next steps"
