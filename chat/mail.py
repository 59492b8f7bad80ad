"""E-mail: composed in chat, handed over by SMTP, or kept for the mailbox page in development."""

from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import formataddr, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec
from redis.asyncio import Redis

from chat import clock
from chat.config import Settings, settings
from chat.secrets import derived

MAILBOX = "mailbox"
MAILBOX_KEEPS = 200


class Letter(msgspec.Struct, frozen=True):
    """One e-mail. `link` is what it asks its reader to open, with `button` for its text.

    With a `key` it has the same name (Message-ID) whenever it is sent, so that mail servers know a repetition.
    `unsubscribe` is an address that takes a POST from the reader's mail program (RFC 8058). `calendar` is what it says
    to the reader's calendar, with the `method` that stands in it too (RFC 6047).
    """

    to: str
    subject: str
    text: str
    link: str = ""
    button: str = ""
    at: str = ""
    key: str = ""
    unsubscribe: str = ""
    calendar: str = ""
    method: str = ""


class ListUnsubscribe(str):
    """A header in one line, however long: folded, an address becomes an encoded word, which no mail program follows."""

    name = "List-Unsubscribe"

    def fold(self, *, policy: Policy) -> str:
        """What the email package asks a header for."""
        return f"{self.name}: {self}{policy.linesep}"


class NoMail(Exception):
    """This installation cannot send e-mail yet; the letter waits."""


class Refused(Exception):
    """The mail server takes nothing for this address; others may do better."""


async def send(letter: Letter, redis: Redis, config: Settings | None = None) -> None:
    """Hand a letter over. Raises when that fails, and the job that sends it tries again."""
    config = config or settings()
    if config.mailbox:
        await _keep(letter, redis)
    elif config.smtp_url:
        await _hand_over(compose(letter, config), config.smtp_url)
    else:
        raise NoMail("HUB_SMTP_URL is not set")


def compose(letter: Letter, config: Settings) -> EmailMessage:
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
    message.set_content(f"{letter.text}\n\n{letter.link}\n" if letter.link else f"{letter.text}\n")
    if letter.calendar:
        _add_calendar(message, letter)
    return message


def _add_calendar(message: EmailMessage, letter: Letter) -> None:
    # Gmail and Outlook act on the alternative; Apple Mail and others look for the file.
    params = {"method": letter.method, "charset": "UTF-8"}
    content = letter.calendar.encode()
    message.add_alternative(content, maintype="text", subtype="calendar", params=params)
    message.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics")


async def mailbox(redis: Redis) -> list[Letter]:
    """The letters that were kept, newest first."""
    return [msgspec.json.decode(raw, type=Letter) for raw in await redis.lrange(MAILBOX, 0, -1)]  # type: ignore[misc]


async def _keep(letter: Letter, redis: Redis) -> None:
    stamped = msgspec.structs.replace(letter, at=clock.now().isoformat(timespec="seconds"))
    async with redis.pipeline() as pipe:
        pipe.lpush(MAILBOX, msgspec.json.encode(stamped))
        pipe.ltrim(MAILBOX, 0, MAILBOX_KEEPS - 1)
        await pipe.execute()


async def _hand_over(message: EmailMessage, smtp_url: str) -> None:
    url = urlsplit(smtp_url)
    secure = url.scheme == "smtps"
    try:
        await aiosmtplib.send(
            message,
            hostname=url.hostname,
            port=url.port or (465 if secure else 587),
            use_tls=secure,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            timeout=20,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise Refused(repr(error)) from error
