"""One person's live connection, as small as it gets (RFC 6455): two thousand of them are one process."""

import asyncio
import base64
import os
import socket
from collections.abc import Callable


class Wire(asyncio.Protocol):
    """`heard` gets each text message; `lost` is called when the connection has ended."""

    transport: asyncio.Transport

    def __init__(self, request: bytes, heard: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self.request, self.heard, self.lost = request, heard, lost
        self.buffer = bytearray()
        self.opened = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.opened.done():
            head, end, rest = self.buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.splitlines()[0]:
                self.opened.set_exception(ConnectionRefusedError(bytes(head[:200])))
                return self.transport.abort()
            self.buffer = bytearray(rest)
            self.opened.set_result(None)
        self._read_frames()

    def _read_frames(self) -> None:
        buffer, at = self.buffer, 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, start = int.from_bytes(buffer[at + 2 : at + 10]), at + 10
            if len(buffer) < start + size:
                break
            if buffer[at] & 15 == 1:
                self.heard(bytes(buffer[start : start + size]))
            at = start + size
        del buffer[:at]

    def send(self, payload: bytes) -> None:
        size = len(payload)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2)
        if not self.transport.is_closing():
            self.transport.write(b"\x81" + length + b"\0\0\0\0" + payload)  # a mask of zeros hides nothing

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionResetError("hung up"))
        self.lost()


async def connect(port: int, token: str, heard: Callable[[bytes], None], lost: Callable[[], None]) -> Wire:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /live HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", f"Authorization: Bearer {token}",
    ]  # fmt: skip
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(
        lambda: Wire(request, heard, lost), "127.0.0.1", port, family=socket.AF_INET
    )
    await wire.opened
    return wire
