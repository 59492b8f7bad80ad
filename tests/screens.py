"""What a member's screen hears on the live socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection


class Screen:
    """A live connection that has said hello. `heard` keeps every message, in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self.told: dict[str, Any] = {}  # the answer to hello

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def next(
        self, kind: str | None = None, *, t: str | None = None, within: float = 5, **fields: Any
    ) -> dict[str, Any]:
        """The next message, or the next event of a kind, or the next with this `t` and these fields. Passes over others."""
        try:
            async with asyncio.timeout(within):
                while True:
                    message = json.loads(await self.socket.recv())
                    self.heard.append(message)
                    if (
                        (kind is None or message.get("k") == kind)
                        and (t is None or message["t"] == t)
                        and (kind or t or message["t"] != "hb")
                        and all(message.get(name) == wanted for name, wanted in fields.items())
                    ):
                        return message
        except TimeoutError:
            wanted = kind or t or "any message"
            raise AssertionError(f"{wanted} did not come within {within} s; heard: {self.heard}") from None

    async def silence(self, seconds: float = 0.3) -> None:
        """Fails when anything but a heartbeat comes."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = json.loads(await self.socket.recv())
                    self.heard.append(message)
                    assert message["t"] == "hb", f"it should have been quiet, but: {message}"
        except TimeoutError:
            return

    async def closed(self, within: float = 5) -> int:
        """The code with which the server ends the connection; what it says before is heard."""
        try:
            async with asyncio.timeout(within):
                while True:
                    self.heard.append(json.loads(await self.socket.recv()))
        except websockets.ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006
        except TimeoutError:
            raise AssertionError(f"the connection stays open; heard: {self.heard}") from None


@asynccontextmanager
async def connected(url: str, token: str | None = None, **headers: str) -> AsyncIterator[Screen]:
    """A socket at /live, before anything was said. `token` is a bearer token."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    address = url.replace("http", "ws", 1) + "/live"
    async with websockets.connect(
        address, additional_headers=headers, compression=None, proxy=None, max_size=None, close_timeout=1
    ) as socket:
        yield Screen(socket)


def cursor(stream: str, epoch: str | None = None, seq: int | None = None) -> dict[str, Any]:
    return {"s": stream} if seq is None else {"s": stream, "e": epoch, "q": seq}
