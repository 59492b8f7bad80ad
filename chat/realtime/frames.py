"""WebSocket frames (RFC 6455), built once and written to many."""

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def frame(payload: bytes, opcode: int = 1) -> bytes:
    """An unmasked, unfragmented frame from server to client; opcode 1 is text, 9 a ping."""
    size = len(payload)
    first = bytes((0x80 | opcode,))
    if size < 126:
        return first + bytes((size,)) + payload
    if size < 65536:
        return first + b"\x7e" + size.to_bytes(2) + payload
    return first + b"\x7f" + size.to_bytes(8) + payload


def message(**fields: Any) -> bytes:
    """A frame of one JSON object."""
    return frame(_encode(fields))


PING = frame(b"", opcode=9)
