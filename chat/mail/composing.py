"""A letter as mail servers take it."""

from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import formataddr, make_msgid

from chat import clock
from chat.config import Settings
from chat.mail.drawing import drawn
from chat.mail.letters import Letter
from chat.secrets import derived


class ListUnsubscribe(str):
    """A header in one line, however long: folded, an address becomes an encoded word, which no mail program follows."""

    name = "List-Unsubscribe"

    def fold(self, *, policy: Policy) -> str:
        """What the email package asks a header for."""
        return f"{self.name}: {self}{policy.linesep}"


def compose(letter: Letter, config: Settings) -> EmailMessage:
    """The alternatives stand from the plainest on (RFC 2046, 5.1.4), so that calendars find theirs last."""
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((config.name, config.mail_from))
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    domain = config.mail_from.rpartition("@")[2]
    named = f"<{derived(letter.key, letter.to)[:32]}@{domain}>" if letter.key else make_msgid(domain=domain)
    message["Message-ID"] = named
    message["Date"] = clock.now()
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = ListUnsubscribe(f"<{letter.unsubscribe}>")
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(f"{letter.text}\n")
    message.add_alternative(drawn(letter, config), subtype="html")
    if letter.calendar:
        _add_calendar(message, letter)
    message["Content-Language"] = letter.language
    return message


def _add_calendar(message: EmailMessage, letter: Letter) -> None:
    # Gmail and Outlook act on the alternative; Apple Mail and others look for the file.
    params = {"method": letter.method, "charset": "UTF-8"}
    content = letter.calendar.encode()
    message.add_alternative(content, maintype="text", subtype="calendar", params=params)
    message.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics")
