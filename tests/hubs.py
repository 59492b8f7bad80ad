"""A running hub: uvicorn on a real socket, in the same loop as the test."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import uvicorn

from chat.config import Settings
from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.screens import Screen, connected, cursor

if TYPE_CHECKING:
    from web.house import House


# Every client would read all the certificates of the world, for nothing.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class RunningHub:
    """`url` without a slash at its end; `db` is the test's own pool on the hub's database."""

    url: str
    db: Database
    house: "House"

    @property
    def origin(self) -> str:
        return self.url

    @asynccontextmanager
    async def client(self, member: Viewer | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        """A client of the API: with the member's bearer token, or as a visitor."""
        headers = {"Authorization": f"Bearer {await cast.bearer(self.db, member)}"} if member else {}
        async with httpx2.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, verify=NO_TLS, timeout=10
        ) as client:
            yield client

    @asynccontextmanager
    async def browser(self, member: Viewer | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        """A browser without scripts: it has the member's cookie, and tells its origin as browsers do."""
        cookies = {"session": await cast.session(self.db, member)} if member else {}
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        async with httpx2.AsyncClient(
            base_url=self.url, headers=headers, cookies=cookies, trust_env=False, verify=NO_TLS, timeout=10
        ) as client:
            yield client

    @asynccontextmanager
    async def listening(
        self, member: Viewer | None, *streams: str | dict[str, Any], as_: str = "json", **hello: Any
    ) -> AsyncIterator[Screen]:
        """A screen that has said hello and been answered. A stream is a name, or a `cursor(...)` to resume from."""
        token = await cast.bearer(self.db, member) if member else None
        async with connected(self.url, token) as screen:
            subs = [cursor(s) if isinstance(s, str) else s for s in streams]
            await screen.say(t="hello", v=1, subs=subs, **{"as": as_}, **hello)
            screen.told = await screen.next(t="ok")
            yield screen


class Server(uvicorn.Server):
    """uvicorn without the tenths of seconds in which it looks whether something has ended: there are many hubs in a run."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # Ctrl-C is pytest's

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:
            await asyncio.sleep(0.005)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(0.002)
        await self.lifespan.shutdown()


@asynccontextmanager
async def running(settings: Settings, db: Database, port: int = 0) -> AsyncIterator[RunningHub]:
    from web.app import create_app  # here, so that the domain's tests run without it

    app = create_app(settings)
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app, http="httptools", ws="web.live.protocol:LiveProtocol", lifespan="on", ws_per_message_deflate=False,
        ws_max_size=65536, ws_ping_interval=None, timeout_graceful_shutdown=1, log_config=None, access_log=False,
    )  # fmt: skip
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if serving.done():
                serving.result()
                raise RuntimeError("the hub did not start")
            await asyncio.sleep(0.005)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield RunningHub(url, db, app.pages.state.house)  # type: ignore[attr-defined]
    finally:
        server.should_exit = True
        await serving
        listener.close()
