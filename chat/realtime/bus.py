"""Redis pub/sub: how one process tells the others that something happened.

Nothing depends on a message arriving: the database is the truth, and the hub's sweep finds what was missed.
In a cluster each channel is published and heard at the server that owns its slot (sharded pub/sub).
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import structlog

from chat.events import CONTROL, Event
from chat.realtime.link import Address, Link, Refused
from chat.realtime.shards import Shards
from chat.redis import ABSENT, PATIENCE, redis_client
from chat.tally import PUBLISHES_LOST, tally
from chat.tasks import end

log = structlog.get_logger()

CHANNEL = "live:"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
PING_SECONDS = 5
FOLLOW_SECONDS = 0.5  # that a subscriber waits at most; the sweep brings what falls into the gap

Heard = Callable[[Event], None]
Said = Callable[[str, dict], None]

_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(Event).decode
_words = msgspec.json.Decoder(dict[str, Any]).decode


class Bus:
    """Publishes for this process and listens to the streams that somebody here follows."""

    def __init__(self, url: str, cluster: bool = False) -> None:
        self.redis = redis_client(url, cluster)
        self.up = False  # everything that is followed is heard
        self.lost = 0  # publishes that failed: each is found by a sweep
        self._shards = Shards(url, cluster)
        self._publish, self._subscribe, self._unsubscribe = (
            ("SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE") if cluster else ("PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE")
        )
        self._links: dict[Address, Link] = {}
        self._opening: dict[Address, asyncio.Task[Link]] = {}
        self._not_before: dict[Address, float] = {}
        self._wanted: dict[bytes, tuple[str, Said | None]] = {}
        self._heard_at: dict[bytes, Link] = {}  # channels that are subscribed, and where
        self._trouble = asyncio.Event()
        self._again: set[asyncio.Task] = set()
        self._heard: Heard | None = None
        self._said: Said | None = None

    # Telling

    async def publish(self, events: Iterable[Event]) -> None:
        """Hand over to Redis without waiting for its answer: a Redis that hangs must not hang a member."""
        for event in events:
            await self._send(_channel(event.stream), _encode(event))

    async def say(self, stream: str, message: dict) -> None:
        """Something of the moment that no log keeps: who is here, who types."""
        await self._send(_channel(stream), _encode(message))

    async def _send(self, channel: bytes, payload: bytes, again: bool = False) -> None:
        try:
            link = await self._link_for(channel)
        except ABSENT as error:
            return self._lose(error)
        link.send((self._publish, channel, payload), partial(self._published, channel, payload, again))

    def _published(self, channel: bytes, payload: bytes, again: bool, answer: Any) -> None:
        if not isinstance(answer, Exception):
            return
        if self._shards.cluster and not again and _moved(answer):
            task = asyncio.create_task(self._follow_the_slot(channel, payload))
            self._again.add(task)
            task.add_done_callback(self._again.discard)
        else:
            self._lose(answer)

    async def _follow_the_slot(self, channel: bytes, payload: bytes) -> None:
        with suppress(*ABSENT):
            await self._learn()
        await self._send(channel, payload, again=True)

    def _lose(self, error: Exception) -> None:
        self.lost += 1
        tally[PUBLISHES_LOST] += 1
        log.warning("a publish was lost; the sweep will find it", error=repr(error))

    async def listeners(self, stream: str) -> int:
        """How many processes follow a stream; 1 when Redis does not say."""
        channel = _channel(stream)
        sub = "SHARDNUMSUB" if self._shards.cluster else "NUMSUB"
        with suppress(*ABSENT):
            async with asyncio.timeout(FOLLOW_SECONDS):
                return max(1, (await (await self._link_for(channel)).ask("PUBSUB", sub, channel))[1])
        return 1

    # Listening

    async def follow(self, *streams: str, said: Said | None = None) -> None:
        """Hear streams from now on. Their words go to `said`, if that is given, instead of to the listener."""
        channels = [_channel(stream) for stream in streams]
        self._wanted.update(zip(channels, ((stream, said) for stream in streams), strict=True))
        if self._heard is None:
            return  # the listener will begin with them
        with suppress(*ABSENT):
            async with asyncio.timeout(FOLLOW_SECONDS):
                await asyncio.gather(*(self._hear_now(channel) for channel in channels))
        if not all(map(self._is_heard, channels)):
            self._fall_behind()

    async def unfollow(self, *streams: str) -> None:
        for channel in map(_channel, streams):
            self._wanted.pop(channel, None)
            if (link := self._heard_at.pop(channel, None)) is not None:
                link.send((self._unsubscribe, channel), lambda answer: None, channel)

    async def listen(self, heard: Heard, said: Said, reconnected: Callable[[], None]) -> None:
        """Hand on what others publish, for ever. After every gap `reconnected` is called."""
        self._heard, self._said = heard, said
        self._wanted[_channel(CONTROL)] = (CONTROL, None)
        pause = FIRST_PAUSE
        while True:
            self._trouble.clear()
            try:
                await self._catch_up()
            except ABSENT as error:
                self.up = False
                log.debug("the bus waits for Redis", error=repr(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            if not self.up and not self._trouble.is_set():
                self.up, pause = True, FIRST_PAUSE
                reconnected()
            for link in list(self._links.values()):
                link.send(("PING",), lambda answer: None)  # without an answer it counts as lost
            with suppress(TimeoutError):
                async with asyncio.timeout(PING_SECONDS):
                    await self._trouble.wait()

    async def _catch_up(self) -> None:
        """Subscribe to what is followed and not heard; raises when a part of it can't be had now."""
        missing = [channel for channel in self._wanted if not self._is_heard(channel)]
        if missing and self._shards.cluster:
            await self._learn()
        tries = await asyncio.gather(*(self._hear(channel) for channel in missing), return_exceptions=True)
        for failure in tries:
            if failure is not None:
                raise failure

    async def _hear_now(self, channel: bytes) -> None:
        """Without connecting first: that is the listener's business, and may take long."""
        owner = self._shards.owner(channel)
        if owner in self._links:
            await self._subscribe_at(self._links[owner], channel)

    async def _hear(self, channel: bytes) -> None:
        await self._subscribe_at(await self._link_for(channel), channel)

    async def _subscribe_at(self, link: Link, channel: bytes) -> None:
        await link.ask(
            self._subscribe, channel, channel=channel, seen=partial(self._subscribed, link, channel)
        )

    def _subscribed(self, link: Link, channel: bytes, answer: Any) -> None:
        # Noted at once: should the slot move on, that may be said in the next breath.
        if isinstance(answer, Exception):
            return
        if channel in self._wanted:
            self._heard_at[channel] = link
        else:
            link.send((self._unsubscribe, channel), lambda answer: None, channel)

    def _is_heard(self, channel: bytes) -> bool:
        link = self._heard_at.get(channel)
        return link is not None and link.is_open

    def _fall_behind(self) -> None:
        self.up = False
        self._trouble.set()

    def _pushed(self, push: list[Any]) -> None:
        if push[0] in (b"message", b"smessage"):
            self._hand_on(push[1], push[2])
        elif self._heard_at.pop(push[1], None) is not None:  # the slot moves to another server
            self._fall_behind()

    def _hand_on(self, channel: bytes, data: bytes) -> None:
        stream, said = self._wanted.get(channel, ("", None))
        try:
            if not stream:
                return
            if data.startswith(b"["):
                self._heard(_event(data))  # type: ignore[misc]
            else:
                (said or self._said)(stream, _words(data))  # type: ignore[misc]
        except (msgspec.DecodeError, TypeError):
            log.warning("a message on the bus made no sense", stream=stream)

    # Connections

    async def _link_for(self, channel: bytes) -> Link:
        owner = self._shards.owner(channel)
        if owner is None:
            await self._learn()
            owner = self._shards.owner(channel)
        if owner is None:
            raise ConnectionError("no server of the cluster owns this channel now")
        return await self._link_to(owner)

    async def _link_to(self, address: Address) -> Link:
        if (link := self._links.get(address)) is not None and link.is_open:
            return link
        if address not in self._opening:
            if asyncio.get_running_loop().time() < self._not_before.get(address, 0):
                raise ConnectionError("Redis was away a moment ago")
            task = self._opening[address] = asyncio.create_task(self._open(address))
            task.add_done_callback(
                lambda done: done.cancelled() or done.exception()
            )  # whoever asked may be gone
        return await asyncio.shield(self._opening[address])

    async def _open(self, address: Address) -> Link:
        began = asyncio.get_running_loop().time()
        try:
            self._links[address] = await Link.open(address, self._pushed, self._link_lost)
            return self._links[address]
        except ABSENT:
            # One that refuses is asked again soon, one that hangs after as long as it kept us waiting.
            took = asyncio.get_running_loop().time() - began
            self._not_before[address] = began + 2 * took + FIRST_PAUSE / 2
            raise
        finally:
            del self._opening[address]

    def _link_lost(self, link: Link) -> None:
        for address, known in list(self._links.items()):
            if known is link:
                del self._links[address]
                self._fall_behind()

    async def _learn(self) -> None:
        """Ask the cluster who owns what: whoever answers first knows."""
        failure: BaseException = ConnectionError("no server of the cluster answers")
        for address in sorted(self._shards.known, key=lambda known: known not in self._links):
            try:
                async with asyncio.timeout(PATIENCE):
                    slots = await (await self._link_to(address)).ask("CLUSTER", "SLOTS")
                return self._shards.learn(slots, address)
            except ABSENT as error:
                failure = error
        raise failure

    async def close(self) -> None:
        await end({*self._opening.values(), *self._again})
        for link in list(self._links.values()):
            with suppress(*ABSENT):
                async with asyncio.timeout(FOLLOW_SECONDS):
                    await link.ask("PING")  # so that what was said last has arrived
            link.close()
        with suppress(*ABSENT):
            await self.redis.aclose()


def _channel(stream: str) -> bytes:
    return (CHANNEL + stream).encode()


def _moved(answer: Exception) -> bool:
    return isinstance(answer, Refused) and str(answer).startswith(("MOVED", "ASK", "CLUSTERDOWN"))
