"""Redis pub/sub: how one process tells the others that something happened.

Nothing depends on a message arriving: the database is the truth, and the hub's sweep finds what was missed.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat.events import CONTROL, Event

log = structlog.get_logger()

CHANNEL = "live:"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
ABSENT = (RedisError, OSError, asyncio.TimeoutError)

Heard = Callable[[Event], None]
Said = Callable[[str, dict], None]


def redis_client(url: str) -> Redis:
    """A client whose every call ends in time, so that a stalled Redis never stalls a member."""
    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, health_check_interval=15)


class Bus:
    """Publishes for this process and listens to the streams that somebody here follows."""

    def __init__(self, url: str) -> None:
        self.redis = redis_client(url)
        # A listening connection may be silent for long, so it has no read timeout of its own.
        self._listening = Redis.from_url(url, socket_connect_timeout=2, health_check_interval=10)
        self._pubsub = self._listening.pubsub(ignore_subscribe_messages=True)
        self.up = False
        self.lost = 0  # publishes that failed: each is found by a sweep

    async def publish(self, events: Iterable[Event]) -> None:
        await self._send([(event.stream, msgspec.json.encode(event)) for event in events])

    async def say(self, stream: str, message: dict) -> None:
        """Something of the moment that no log keeps: who is here, who types."""
        await self._send([(stream, msgspec.json.encode(message))])

    async def _send(self, messages: list[tuple[str, bytes]]) -> None:
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                for stream, payload in messages:
                    pipe.publish(CHANNEL + stream, payload)
                await pipe.execute()
        except ABSENT as error:
            self.lost += len(messages)
            log.warning("a publish was lost; the sweep will find it", error=repr(error))

    async def follow(self, *streams: str) -> None:
        with suppress(*ABSENT):  # redis-py subscribes again by itself when it reconnects
            await self._pubsub.subscribe(*(CHANNEL + stream for stream in streams))

    async def unfollow(self, *streams: str) -> None:
        with suppress(*ABSENT):
            await self._pubsub.unsubscribe(*(CHANNEL + stream for stream in streams))

    async def listen(self, heard: Heard, said: Said, reconnected: Callable[[], None]) -> None:
        """Hand on what others publish, for ever."""
        pause = FIRST_PAUSE
        while True:
            try:
                if not self.up:
                    await self._pubsub.subscribe(CHANNEL + CONTROL)
                    await self._pubsub.ping()
                    self.up, pause = True, FIRST_PAUSE
                    reconnected()
                message = await self._pubsub.get_message(timeout=5)
                if message and message["type"] == "message":
                    _hand_on(message["channel"].decode().removeprefix(CHANNEL), message["data"], heard, said)
            except ABSENT:
                self.up = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def close(self) -> None:
        for resource in (self._pubsub, self._listening, self.redis):
            with suppress(*ABSENT):
                await resource.aclose()


def _hand_on(stream: str, data: bytes, heard: Heard, said: Said) -> None:
    try:
        message = msgspec.json.decode(data)
        if isinstance(message, list):
            heard(Event(*message))
        else:
            said(stream, message)
    except (msgspec.DecodeError, TypeError):
        log.warning("a message on the bus made no sense", stream=stream)
