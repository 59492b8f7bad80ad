"""uvicorn's WebSocket protocol with two doors of our own: raw writes, and a watch on clients that stop reading.

uvicorn's `send` frames each message anew for each connection. Here the application gets the connection's
`Wire` through the scope's extensions and writes frames that were built once for everybody.
"""

import asyncio
import socket
from collections.abc import Callable
from time import monotonic
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from chat.config import settings

EXTENSION = "hub.wire"
SEND_BUFFER = 64 * 1024  # of the kernel
WRITE_BUFFER = 64 * 1024  # of the transport, before it says that it is full


class Wire:
    """A connection's transport, as the hub writes to it."""

    __slots__ = ("_protocol", "_watch", "drained", "heard_at", "writable")

    def __init__(self, protocol: "LiveProtocol") -> None:
        self._protocol = protocol
        self._watch: asyncio.TimerHandle | None = None
        self.writable = True
        self.heard_at = monotonic()
        self.drained: Callable[[], None] | None = None

    def forget_handshake(self) -> None:
        """Its headers are kilobytes, and a connection lasts for hours."""
        self._protocol.scope.clear()  # type: ignore[attr-defined]
        self._protocol.request = self._protocol.response = None  # type: ignore[assignment]

    def write(self, frames: bytes) -> None:
        """Hand over whole frames. After a close frame nothing may follow."""
        if not self._protocol.close_sent and not self._protocol.transport.is_closing():
            self._protocol.transport.write(frames)

    def close(self, code: int) -> None:
        """Ask the application to close: it hears a message like one of the client's."""
        if self.writable:
            self._protocol.queue.put_nowait({"type": "hub.close", "code": code})  # type: ignore[typeddict-item]
        else:
            self.abort()  # the close frame would wait behind what the client does not read

    def abort(self) -> None:
        self._protocol.transport.abort()

    def pause(self) -> None:
        self.writable = False
        # A close frame would wait behind the full buffer, so a client that never drains it is cut off.
        self._watch = asyncio.get_running_loop().call_later(settings().live_stall, self.abort)

    def resume(self) -> None:
        self.writable = True
        self.unwatch()
        if self.drained:
            self.drained()

    def unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


class LiveProtocol(WebSocketsSansIOProtocol):
    wire: Wire | None = None

    def connection_made(self, transport) -> None:
        if (sock := transport.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        transport.set_write_buffer_limits(high=WRITE_BUFFER)
        super().connection_made(transport)

    def handle_connect(self, event) -> None:
        super().handle_connect(event)  # its task starts after this returns
        if hasattr(self, "scope"):
            self.wire = Wire(self)
            self.scope["extensions"][EXTENSION] = self.wire  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self.wire:
            self.wire.heard_at = monotonic()
        super().data_received(data)

    async def receive(self) -> Any:
        # Whoever doesn't read our answers is not asked for more, so that a connection holds little.
        await self.writable.wait()
        return await super().receive()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            # uvicorn would log a traceback for it.
            self.conn.fail(1007)
            return self.handle_parser_exception()
        super().send_receive_event_to_app()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.transport.pause_reading()  # every ping would add a pong
        if self.wire:
            self.wire.pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()
        if self.wire:
            self.wire.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.wire:
            self.wire.unwatch()
            self.wire.writable = False
            self.wire.drained = None
        super().connection_lost(exc)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
