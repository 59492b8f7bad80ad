"""A draft of what a drop-in leaves behind, in Markdown: from what is known of it, and nothing made up."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from chat import agenda, rooms
from chat.agenda import Agenda, ItemSeen
from chat.attendance import FEWEST, Attendee, counted, people_at
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.languages import _, dated, many
from chat.markup import LONGEST
from chat.members import COUNTRIES
from chat.rooms import LinkSeen, PollSeen, QuestionSeen

ROOM_TO_WRITE = 8 * 1024  # bytes of a post that the hosts have left for their own words
MARKS = re.compile(r"([\\`*_\[\]<>|~])")
BEGINNING = re.compile(r"^(\d*)([.)+#-])")


async def compose(tx: Transaction, drop_in: DropInSeen) -> str:
    """The draft, in the language that is spoken now. Under the Chatham House rule it names nobody, and no organisation."""
    zone = ZoneInfo(drop_in.zone)
    unnamed = drop_in.chatham_house
    parts = [
        _(
            "**{title}**, {day}, {from_time} to {to_time} ({zone})",
            title=plain(drop_in.title),
            day=dated(drop_in.opens_at.astimezone(zone).date()),
            from_time=_clock(drop_in.opens_at, zone),
            to_time=_clock(drop_in.closes_at, zone),
            zone=drop_in.zone.replace("_", " "),
        ),
        _people(await people_at(tx, drop_in), unnamed),
        _agenda(await agenda.agenda_of(tx, drop_in.id), zone),
        _questions(await rooms.questions_of(tx, drop_in.id), unnamed),
        _polls(await rooms.polls_of(tx, drop_in.id)),
        _links(await rooms.links_of(tx, drop_in.id)),
        _headed(_("Decisions and next steps")),
    ]
    return _fitting("\n\n".join(part for part in parts if part))


def plain(words: str) -> str:
    """What somebody typed, on one line, and none of it taken for Markdown."""
    line = MARKS.sub(r"\\\1", " ".join(words.split()))
    return BEGINNING.sub(r"\1\\\2", line)


def _headed(heading: str, *parts: str) -> str:
    return "\n\n".join([f"## {heading}", *parts])


def _people(people: list[Attendee], unnamed: bool) -> str:
    total = len(people)
    if not total or (unnamed and total < FEWEST):
        return ""
    there = many(total, "{n} person was there.", "{n} people were there.")
    if unnamed:
        elsewhere = _("Elsewhere, or not said")
        sizes = counted((COUNTRIES.get(p.country, "") for p in people), few=elsewhere)
        sizes = sizes if len(sizes) > 1 else []
    else:
        sizes = counted(p.organisation for p in people)
    unsaid = _("Not said")
    listed = [f"- {plain(c.called or unsaid)}: {c.people}" for c in sizes]
    return _headed(_("Who was there"), there, *(["\n".join(listed)] if listed else []))


def _agenda(found: Agenda, zone: ZoneInfo) -> str:
    items = [*found.items]
    return _headed(_("Agenda"), "\n".join(_item(item, zone) for item in items)) if items else ""


def _item(item: ItemSeen, zone: ZoneInfo) -> str:
    title = plain(item.title)
    if not item.started_at:
        return "- " + _("{title} (not reached)", title=title)
    begun = _clock(item.started_at, zone)
    if not item.ended_at:
        return "- " + _("{title} (from {from_time})", title=title, from_time=begun)
    ended = _clock(item.ended_at, zone)
    return "- " + _("{title} ({from_time} to {to_time})", title=title, from_time=begun, to_time=ended)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def _questions(questions: list[QuestionSeen], unnamed: bool) -> str:
    return _headed(_("Questions"), *(_question(q, unnamed) for q in questions)) if questions else ""


def _question(q: QuestionSeen, unnamed: bool) -> str:
    votes = many(q.votes, "{n} vote", "{n} votes")
    about = votes if unnamed else _("{votes}, asked by {name}", votes=votes, name=plain(q.author.name))
    return f"**{plain(q.body)}** ({about})\n\n{_outcome(q.outcome, plain(q.word))}"


def _outcome(outcome: str | None, word: str) -> str:
    match outcome:
        case "answered":
            return _("Answered: {word}", word=word) if word else _("Answered in the room.")
        case "declined":
            return _("Declined: {word}", word=word) if word else _("Declined.")
        case "deferred":
            return _("Deferred to the next drop-in.")
    return _("Not answered yet.")


def _polls(polls: list[PollSeen]) -> str:
    polls = [poll for poll in polls[::-1] if poll.counts is not None]
    return _headed(_("Polls"), *map(_poll, polls)) if polls else ""


def _poll(poll: PollSeen) -> str:
    rows = [f"| {plain(option)} | {n} |" for option, n in zip(poll.options, poll.counts or (), strict=True)]
    voted = (
        many(poll.turnout, "{n} voted, several answers each", "{n} voted, several answers each")
        if poll.several
        else many(poll.turnout, "{n} voted", "{n} voted")
    )
    answer, votes = _("Answer"), _("Votes")
    head = [f"| {answer} | {votes} |", "| --- | --- |"]
    return "\n".join([f"**{plain(poll.question)}** ({voted})\n", *head, *rows])


def _links(links: list[LinkSeen]) -> str:
    listed = [f"- [{plain(link.title or link.host)}](<{_address(link.url)}>)" for link in links]
    return _headed(_("Links"), "\n".join(listed)) if listed else ""


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")


def _fitting(draft: str) -> str:
    """A post can hold so much; what is left out can be read in the room."""
    most = LONGEST - ROOM_TO_WRITE
    if len(draft.encode()) <= most:
        return draft
    cut = draft.encode()[:most].decode(errors="ignore").rpartition("\n")[0]
    more = _("(There was more than fits here: the room has all of it.)")
    return "\n\n".join([cut, more, _headed(_("Decisions and next steps"))])
