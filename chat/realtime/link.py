"""One connection to a Redis or Valkey, for pub/sub: RESP3, so that it publishes and listens at once.

A client library spends ten times as long on a message that arrives, and more on one that is published.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import hiredis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.exceptions import RedisError

from chat.redis import PATIENCE

NOTHING_YET = object()
SECOND_LOOK = 0.2  # seconds; the answer may be here, and only this process be late

Settle = Callable[[Any], None]  # is given the answer, or the exception that came instead of one


class Refused(RedisError):
    """The server answered with an error."""


@dataclass(frozen=True)
class Address:
    """Where a server is, and how one is let in."""

    host: str
    port: int
    path: str = ""  # of a Unix socket
    username: str = ""
    password: str = ""
    db: int = 0
    tls: ssl.SSLContext | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        parts: dict[str, Any] = dict(parse_url(url))
        tls = None
        if parts.get("connection_class") is SSLConnection:
            options = {name: value for name, value in parts.items() if name.startswith("ssl_")}
            tls = SSLConnection(**options).ssl_context.get()
        return cls(
            parts.get("host", "localhost"), int(parts.get("port", 6379)), parts.get("path", ""),
            parts.get("username", ""), parts.get("password", ""), int(parts.get("db", 0)), tls,
        )  # fmt: skip

    def at(self, host: str, port: int) -> "Address":
        """Another server of the same cluster."""
        return replace(self, host=host, port=port)


class Link(asyncio.Protocol):
    """An open connection. `pushed` gets what the server says unasked; `lost` is told of the end."""

    def __init__(self, pushed: Callable[[list[Any]], None], lost: Callable[["Link"], None]) -> None:
        self._pushed, self._lost = pushed, lost
        self._reader = hiredis.Reader(notEnoughData=NOTHING_YET)
        self._waiting: deque[tuple[bytes | None, Settle]] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(
        cls, address: Address, pushed: Callable[[list[Any]], None], lost: Callable[["Link"], None]
    ) -> "Link":
        """Connect and introduce ourselves; raises what a Redis that is away raises."""
        loop = asyncio.get_running_loop()
        link = cls(pushed, lost)
        try:
            async with asyncio.timeout(PATIENCE):
                if address.path:
                    await loop.create_unix_connection(lambda: link, address.path)
                else:
                    await loop.create_connection(lambda: link, address.host, address.port, ssl=address.tls)
                login = ("AUTH", address.username or "default", address.password) if address.password else ()
                await link.ask("HELLO", "3", *login)
                if address.db:
                    await link.ask("SELECT", str(address.db))
        except BaseException:
            link.close()
            raise
        return link

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def send(self, words: tuple[str | bytes, ...], settle: Settle, channel: bytes | None = None) -> None:
        """Say something, and go on. `channel` is for what is answered by a push about that channel."""
        if self._transport is None or self._transport.is_closing():
            return settle(ConnectionError("the connection to Redis is gone"))
        self._waiting.append((channel, settle))
        self._transport.write(hiredis.pack_command(words))  # type: ignore[arg-type]
        if self._watch is None:
            self._look_again(PATIENCE)

    def ask(
        self, *words: str | bytes, channel: bytes | None = None, seen: Settle | None = None
    ) -> asyncio.Future[Any]:
        """Say something and await its answer; `seen` is given it before anything else is heard."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def settle(result: Any) -> None:
            if seen:
                seen(result)
            if answer.done():
                return
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        self.send(words, settle, channel)
        return answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (said := self._reader.gets()) is not NOTHING_YET:
                if isinstance(said, hiredis.PushNotification):
                    self._push(said)
                else:
                    self._answer(Refused(str(said)) if isinstance(said, hiredis.ReplyError) else said)
        except hiredis.ProtocolError:
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        gone = ConnectionError("the connection to Redis is gone")
        while self._waiting:
            self._answer(gone)
        self._lost(self)

    def _push(self, said: list[Any]) -> None:
        # A subscription is answered by a push alone; one that names no channel we asked about comes by itself.
        if said[0].endswith(b"subscribe") and self._waiting and self._waiting[0][0] == said[1]:
            self._answer(said)
        else:
            self._pushed(said)

    def _answer(self, result: Any) -> None:
        if self._waiting:
            self._waiting.popleft()[1](result)

    def _look_again(self, seconds: float, late: bool = False) -> None:
        loop = asyncio.get_running_loop()
        first = self._waiting[0] if self._waiting else None
        self._watch = loop.call_later(seconds, self._look, first, late) if first else None

    def _look(self, first: tuple[bytes | None, Settle], late: bool) -> None:
        """A server that hangs is as good as none."""
        if not self._waiting or self._waiting[0] is not first:
            self._look_again(PATIENCE)
        elif late:
            self.close()
        else:
            self._look_again(SECOND_LOOK, late=True)
