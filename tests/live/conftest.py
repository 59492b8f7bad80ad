"""Hubs with and without Redis, browsers' sockets, and sockets that don't behave."""

import asyncio
import base64
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from chat.config import Settings, settings
from chat.db import Database
from chat.members import Viewer
from chat.secrets import derived
from tests import cast
from tests.hubs import RunningHub, running
from tests.screens import Screen, connected

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def no_accidents(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a client does, no traceback comes of it."""
    yield
    accidents = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not accidents


@pytest.fixture(params=["with Redis", "without Redis"])
async def any_hub(
    request: pytest.FixtureRequest, db: Database, setting: Callable[..., Settings]
) -> AsyncIterator[RunningHub]:
    """A hub that hears of changes from Redis, and one that has to look for itself."""
    config = settings() if request.param == "with Redis" else setting(REDIS_URL=NOWHERE)
    async with running(config, db) as hub:
        yield hub


@asynccontextmanager
async def page_of(
    hub: RunningHub, session: str, *streams: str, csrf: str | None = None, **headers: str
) -> AsyncIterator[Screen]:
    """The socket of a page in a browser that has this session's cookie."""
    headers = {"Cookie": f"session={session}", "Origin": hub.origin, **headers}
    async with connected(hub.url, **headers) as screen:
        csrf = derived(session, "csrf") if csrf is None else csrf
        await screen.say(t="hello", **{"as": "html"}, csrf=csrf, subs=[{"s": s} for s in streams])
        yield screen


class Rude:
    """A client that speaks when it likes and reads when it likes: bytes on a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    async def say(self, **message: Any) -> None:
        await self.send(frame(json.dumps(message)))

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def dropped(self, within: float) -> bool:
        """Whether the server has cut the connection. Reads nothing."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        while loop.time() < until:
            try:
                await asyncio.wait_for(loop.sock_sendall(self.sock, frame("", Opcode.PONG)), 0.1)
            except OSError:
                return True
            except TimeoutError:
                pass
            await asyncio.sleep(0.05)
        return False


def frame(text: str, opcode: Opcode = Opcode.TEXT) -> bytes:
    return Frame(opcode, text.encode()).serialize(mask=True)


@asynccontextmanager
async def rude_client(hub: RunningHub, member: Viewer) -> AsyncIterator[Rude]:
    host, _, port = hub.url.removeprefix("http://").partition(":")
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, (host, int(port)))
    key = base64.b64encode(os.urandom(16)).decode()
    token = await cast.bearer(hub.db, member)
    await loop.sock_sendall(
        sock,
        f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\nAuthorization: Bearer {token}\r\n\r\n".encode(),
    )
    answer = await loop.sock_recv(sock, 4096)
    assert b"101" in answer
    yield Rude(sock)
    sock.close()
