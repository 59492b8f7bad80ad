"""The words of letters about dates and series, in their reader's language and by their clocks."""

from datetime import datetime
from typing import NamedTuple

from chat.calendars.queries import DateLine, SeriesLine
from chat.config import settings
from chat.languages import said, sentence, when
from chat.mail import Letter


class Reader(NamedTuple):
    """Whom a letter is for; `zone` is empty where they chose none."""

    id: int
    name: str
    email: str
    language: str
    zone: str


# By what a letter says: its subject, and its first sentence.
WORDS = {
    "yes": (sentence("In your calendar: {title}"), sentence("you said yes to “{title}” in {network}:")),
    "maybe": (sentence("In your calendar, perhaps: {title}"), sentence("you said maybe to “{title}” in {network}:")),
    "waiting": (sentence("On the waiting list: {title}"), sentence("you are on the waiting list for “{title}” in {network}:")),
    "no": (sentence("Out of your calendar: {title}"), sentence("you don’t come to “{title}” in {network}:")),
    "moved": (sentence("Moved: {title}"), sentence("“{title}” in {network} has moved. It is now:")),
    "edited": (sentence("Changed: {title}"), sentence("“{title}” in {network} has changed:")),
    "cancelled": (sentence("Cancelled: {title}"), sentence("“{title}” in {network} is cancelled. It would have been:")),
    "series": (sentence("In your calendar: {title}"), sentence("you said yes to all dates of “{title}” in {network}. The next one is:")),
    "series changed": (sentence("Changed: {title}"), sentence("“{title}” in {network} has changed. The next one is:")),
    "series ended": (sentence("Ended: {title}"), sentence("“{title}” in {network} has no more dates.")),
    "series no": (sentence("Out of your calendar: {title}"), sentence("you no longer come to every date of “{title}” in {network}.")),
}  # fmt: skip
# What comes with the letter, and how to answer: by mail nobody can.
WITH_IT = sentence(
    "The invitation that comes with this letter puts it into your calendar. What you answer there does not reach us."
)
WITHOUT = sentence("What comes with this letter takes it out of your calendar.")
HELLO = sentence("Hello {name},")
SEE = sentence("See the drop-in")
WORD = sentence("A word from the host: {word}")
CHANGE = sentence("You can change your answer here, without signing in:")


class Carried(NamedTuple):
    """The calendar part of a letter, and the name that the letter has whenever it is sent."""

    calendar: str
    method: str
    key: str


def date_letter(
    reader: Reader, series: SeriesLine, line: DateLine, about: str, change: str, carried: Carried
) -> Letter:
    """About one date. A host's word goes with a change, and not with an answer; `change` is where
    the answer can be changed, if it can."""
    return _letter(
        reader,
        series,
        line.title or series.title,
        about,
        line.opens_at,
        line.word if about in ("moved", "edited", "cancelled") else "",
        f"{settings().origin}/drop-ins/{line.id}",
        change,
        carried,
    )


def series_letter(
    reader: Reader,
    series: SeriesLine,
    about: str,
    next_at: datetime | None,
    word: str,
    carried: Carried,
) -> Letter:
    """About all dates of a series."""
    link = f"{settings().origin}/networks/{series.network_slug}/drop-ins"
    return _letter(reader, series, series.title, about, next_at, word, link, "", carried)


def _letter(
    reader: Reader,
    series: SeriesLine,
    title: str,
    about: str,
    at: datetime | None,
    word: str,
    link: str,
    change: str,
    carried: Carried,
) -> Letter:
    def words(these: str) -> str:
        return said(
            reader.language, these, name=reader.name, title=title, network=series.network_name, word=word
        )

    subject, opening = WORDS[about]
    aside = [
        words(WITH_IT if carried.method == "REQUEST" else WITHOUT),
        f"{words(CHANGE)}\n{change}" if change else "",
    ]
    return Letter(
        to=reader.email,
        subject=words(subject),
        opening=f"{words(HELLO)}\n\n{words(opening)}",
        when=when(at, reader.zone or series.zone, reader.language) if at else "",
        quoted=words(WORD) if word else "",
        link=link,
        button=words(SEE),
        aside="\n\n".join(filter(None, aside)),
        language=reader.language,
        key=carried.key,
        calendar=carried.calendar,
        method=carried.method,
    )
