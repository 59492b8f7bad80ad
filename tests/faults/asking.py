"""A request to the hub, as small as it gets: one connection each, and an answer or none."""

import asyncio
from typing import Any, NamedTuple

import msgspec

PATIENCE = 5.0


class NoAnswer(Exception):
    """Nobody knows whether the hub has done it."""


class Answer(NamedTuple):
    status: int
    body: Any

    @property
    def fine(self) -> bool:
        return self.status < 400


async def ask(
    port: int,
    method: str,
    path: str,
    token: str | None = None,
    body: object = None,
    *,
    patience: float = PATIENCE,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Raises NoAnswer; an accident of the server's is none either, because the change may have been made."""
    data = body if isinstance(body, bytes) else msgspec.json.encode(body) if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines.append(f"Content-Length: {len(data)}")
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
                raw = await reader.read()
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError) as error:
        raise NoAnswer(repr(error)) from None
    return _understood(raw)


def _understood(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    known = {name.lower(): value for name, _, value in (f.partition(b": ") for f in fields)}
    if not first.startswith(b"HTTP/1.1 ") or len(body) != int(known.get(b"content-length", len(body))):
        raise NoAnswer("the answer broke off")
    status = int(first.split(b" ")[1])
    if status >= 500:
        raise NoAnswer(str(status))
    is_json = b"json" in known.get(b"content-type", b"")
    return Answer(status, msgspec.json.decode(body) if is_json and body else None)
