"""Letters as they leave, and what their calendar parts say."""

from email import message_from_bytes, policy
from typing import NamedTuple

import icalendar

from chat import mail
from chat.config import read
from chat.mail import Letter


class Sent(NamedTuple):
    letter: Letter
    method: str
    events: list[icalendar.Event]

    @property
    def event(self) -> icalendar.Event:
        (event,) = self.events
        return event


async def sent(redis) -> list[Sent]:
    """The letters with a calendar part so far, the oldest first."""
    letters = reversed(await mail.mailbox(redis))
    return [opened(letter) for letter in letters if letter.calendar]


def opened(letter: Letter) -> Sent:
    calendar = icalendar.Calendar.from_ical(letter.calendar)
    return Sent(letter, str(calendar["METHOD"]), list(calendar.walk("VEVENT")))


def composed(letter: Letter):
    """The letter as a mail server gets it."""
    config = read({"HUB_MAIL_FROM": "hub@example.org"})
    return message_from_bytes(mail.compose(letter, config).as_bytes(), policy=policy.default)
