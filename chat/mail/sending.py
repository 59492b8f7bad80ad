"""Handing letters over, or keeping them."""

from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec
from redis.asyncio import Redis

from chat import clock
from chat.config import Settings, settings
from chat.mail.composing import compose
from chat.mail.letters import Letter
from chat.secrets import new_token

MAILBOX = "mailbox"
MAILBOX_KEEPS = 200


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


async def mailbox(redis: Redis) -> list[Letter]:
    """The letters that were kept, newest first."""
    return [msgspec.json.decode(raw, type=Letter) for raw in await redis.lrange(MAILBOX, 0, -1)]  # type: ignore[misc]


async def kept(redis: Redis, letter_id: str) -> Letter | None:
    """One of them."""
    return next((letter for letter in await mailbox(redis) if letter.id == letter_id), None)


async def _keep(letter: Letter, redis: Redis) -> None:
    stamped = msgspec.structs.replace(letter, id=new_token()[:16], at=clock.now())
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
