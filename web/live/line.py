"""One open WebSocket, as small as it can be: messages in, whole frames out, and a watch on clients that stop reading.

An idle line is a single object. It has no task and no queue, and an inbox only while something in it waits
for an answer; meanwhile its transport reads no more.
"""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from random import uniform
from time import monotonic
from typing import Any, cast

import structlog
from websockets.frames import Close, Frame, Opcode

from chat.config import settings
from chat.realtime.frames import frame
from chat.tally import STALLED, tally
from web.live.inbox import Inbox, Unreadable

log = structlog.get_logger()

# Held for one connection at most: the kernel's buffer (twice what one asks for), the transport's, one write
# on top of it, and one message that has come half. In all under 256 KiB, whatever the client does.
SEND_BUFFER = 48 * 1024
WRITE_BUFFER = 32 * 1024
READ_AT_ONCE = 16 * 1024

CLOSE_SECONDS = 1  # for a client's own goodbye
RESTART, FAILED = 1012, 1011
RESTARTS_A_SECOND, RESTART_SECONDS = (
    2000,
    1.5,
)  # clients sent away to come back elsewhere; and at most so long

# All lines read into the same bytes: each takes out its own before the next one reads.
_SPACE = memoryview(bytearray(READ_AT_ONCE))


def _nowhere(frames: bytes) -> None:
    """What is written to a line that is over."""


class Line(asyncio.BufferedProtocol, ABC):
    __slots__ = (
        "_busy", "_inbox", "_timer", "_watch", "connections", "heard_at", "open", "transport", "writable", "write",
    )  # fmt: skip

    # uvloop keeps the method of the protocol before, and with it the whole handshake, unless there is another.
    data_received = None

    transport: asyncio.Transport
    connections: set[Any]  # the server's, of all that is open
    write: Callable[[bytes], None]  # whole frames

    def __init__(self) -> None:
        self.open = True
        self.writable = True  # else whoever writes waits for `drained`
        self.heard_at = monotonic()
        self.write = _nowhere
        self._busy = False  # with an answer; the next message waits
        self._inbox: Inbox | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None  # on a client that does not read

    # What a line is made for

    @abstractmethod
    def hear_at_once(self, message: str | bytes) -> bool:
        """Whether the message needed no more than this."""

    @abstractmethod
    async def hear(self, message: str | bytes) -> None:
        """A message that takes time. The next one comes when this is done."""

    @abstractmethod
    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin a task of the house's, which ends with it."""

    def stalled(self) -> None:
        """The client does not read what it is sent."""

    def drained(self) -> None:
        """It does again."""

    def over(self) -> None:
        """Nothing is heard or written any more. Called once."""

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)
        self.transport = transport
        self.write = transport.write
        transport.set_write_buffer_limits(high=WRITE_BUFFER)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def get_buffer(self, sizehint: int) -> memoryview:
        return _SPACE

    def buffer_updated(self, nbytes: int) -> None:
        self.heard_at = monotonic()
        if self._inbox is None:
            self._inbox = Inbox()
        self._inbox.add(_SPACE[:nbytes].tobytes())
        if not self._busy or not self.open:
            self._go_on()

    def pause_writing(self) -> None:
        self.writable = False
        self.transport.pause_reading()  # every message would add an answer
        # A close frame would wait behind the full buffer, so a client that never drains it is cut off.
        self._watch = asyncio.get_running_loop().call_later(settings().live_stall, self._give_up)
        self.stalled()

    def resume_writing(self) -> None:
        self.writable = True
        self._unwatch()
        if self.open:
            self.drained()
            if not self._busy:
                self._go_on()

    def eof_received(self) -> None:
        """The client will say nothing more: half a connection is none. The transport closes itself."""
        self._end()
        self.within(CLOSE_SECONDS, self.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)
        self.writable = False
        self._unwatch()
        self.in_time()
        self._end()

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    # Reading

    def _go_on(self) -> None:
        """Hear what is in the inbox, as long as the client takes the answers."""
        while self.writable and (message := self._next()) is not None:
            if not self.hear_at_once(message):
                self._busy = True
                self.transport.pause_reading()
                return self.spawn(self._listen(message))
        if self.writable:
            self.transport.resume_reading()

    async def _listen(self, message: str | bytes) -> None:
        try:
            if self.open:  # it may have ended since the task was made
                await self.hear(message)
        except Exception:
            log.exception("a live message failed")
            self.close(FAILED)
        finally:
            self._busy = False
            self._go_on()

    def _next(self) -> str | bytes | None:
        """The next message. Of several pings the last is answered, which is enough (RFC 6455, 5.5.3)."""
        ping: Frame | None = None
        try:
            while self._inbox and (got := self._inbox.next()) is not None:
                if not isinstance(got, Frame):
                    if self.open:
                        return got
                elif got.opcode is Opcode.CLOSE:
                    self._hang_up(bytes(got.data))
                elif got.opcode is Opcode.PING:
                    ping = got
        except Unreadable as unreadable:
            self._inbox = None
            self.close(unreadable.code)
        finally:
            self._inbox = self._inbox or None
            if ping is not None:
                self.write(frame(bytes(ping.data), Opcode.PONG))
        return None

    # The end

    def close(self, code: int) -> None:
        """Say why, wait a little for the client's goodbye, and hang up."""
        if not self.open:
            return
        if not self.writable:
            return self.abort()  # the close frame would wait behind what the client does not read
        self.write(frame(Close(code, "").serialize(), Opcode.CLOSE))
        self._end()
        self.within(CLOSE_SECONDS, self.abort)
        self.transport.resume_reading()  # whatever still comes before it is not heard

    def _give_up(self) -> None:
        tally[STALLED] += 1
        self.abort()

    def abort(self) -> None:
        self.transport.abort()
        self._end()

    def shutdown(self) -> None:
        """The server restarts. Not everyone comes back in the same moment, wherever it is that they come back to."""
        if self.open:
            seconds = min(len(self.connections) / RESTARTS_A_SECOND, RESTART_SECONDS)
            # Not `within`: a hello that still comes in time must not keep it here.
            asyncio.get_running_loop().call_later(uniform(0, seconds), self.close, RESTART)  # noqa: S311

    def _hang_up(self, goodbye: bytes) -> None:
        """The client has closed, or answers our own close."""
        if self.open:
            self.write(frame(goodbye, Opcode.CLOSE))
        self._inbox = None
        self._end()
        self.transport.close()
        self.within(CLOSE_SECONDS, self.abort)  # closing waits for what the client has not read

    def _end(self) -> None:
        if self.open:
            self.open = False
            self.write = _nowhere
            self.over()

    # Time

    def within(self, seconds: float, otherwise: Callable[[], object]) -> None:
        """Unless `in_time` comes first, this happens."""
        self.in_time()
        self._timer = asyncio.get_running_loop().call_later(seconds, otherwise)

    def in_time(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
