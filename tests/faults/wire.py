"""A WebSocket client of the fewest lines, which can stop reading and hang up as rudely as a train in a tunnel."""

import asyncio
import base64
import os
import socket
from collections.abc import Callable

ABNORMAL = 1006


class Refused(Exception):
    """The server did not want a WebSocket."""


class Wire(asyncio.Protocol):
    """`heard` gets the bytes of each text message; `ended` becomes the closing code."""

    def __init__(self, request: bytes, heard: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        self.heard = heard
        self.opened: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        self.code = ABNORMAL
        self._request = request
        self._buffer = bytearray()
        self.transport: asyncio.Transport

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.done():
            self._shake_hands()
        if self.opened.done() and not self.opened.cancelled() and not self.opened.exception():
            self._take_frames()

    def _shake_hands(self) -> None:
        head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if not found:
            return
        self._buffer = bytearray(rest)
        if head.startswith(b"HTTP/1.1 101"):
            self.opened.set_result(None)
        else:
            self.opened.set_exception(Refused(head.partition(b"\r\n")[0].decode()))
            self.transport.abort()

    def _take_frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, start = int.from_bytes(buffer[at + 2 : at + 10]), at + 10
            if len(buffer) < max(start + size, start):
                break
            self._take(buffer[at] & 15, bytes(buffer[start : start + size]))
            at = start + size
        del buffer[:at]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == 1:
            self.heard(payload)
        elif opcode == 9:
            self.send(payload, opcode=10)
        elif opcode == 8:
            self.code = int.from_bytes(payload[:2]) if len(payload) >= 2 else 1005
            self.send(payload[:2], opcode=8)
            self.transport.close()

    def send(self, payload: bytes, opcode: int = 1) -> None:
        size = len(payload)
        head = bytes((0x80 | opcode,))
        head += bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2)
        if not self.transport.is_closing():
            self.transport.write(head + b"\0\0\0\0" + payload)  # a mask of zeros hides nothing

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionResetError("hung up"))
        if not self.ended.done():
            self.ended.set_result(self.code)


async def connect(
    port: int, heard: Callable[[bytes], None], headers: dict[str, str], *, patience: float = 3.0
) -> Wire:
    """A connection to /live before anything was said. Raises Refused, OSError or TimeoutError."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /live HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", *(f"{k}: {v}" for k, v in headers.items()),
    ]  # fmt: skip
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    sock = socket.socket()
    # Small, so that whoever stops reading is felt by the server soon.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience):
            await loop.sock_connect(sock, ("127.0.0.1", port))
            _, wire = await loop.create_connection(lambda: Wire(request, heard), sock=sock)
            try:
                await wire.opened
            except BaseException:
                wire.transport.abort()
                raise
    except BaseException:
        sock.close()
        raise
    return wire
