"""The ways that others go, each as its tutorials show it, with Redis pub/sub behind: what the hub is compared with.

python -m bench.live.idioms send_text|send_text_deflate|broadcast FD    with REDIS_URL
"""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

from redis.asyncio import Redis

CHANNEL = "bench"


async def hear(deliver: Callable[[str], Awaitable[None]]) -> None:
    """Every message of the channel, one after the other."""
    async with Redis.from_url(os.environ["REDIS_URL"]) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        async for message in pubsub.listen():
            if message["type"] == "message":
                await deliver(message["data"].decode())


def send_text(fd: int, *, deflate: bool) -> None:
    """A connection manager that sends each message to each socket, under uvicorn."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket, WebSocketDisconnect

    connections: list[WebSocket] = []

    async def broadcast(message: str) -> None:
        for websocket in list(connections):
            with contextlib.suppress(Exception):  # it has left meanwhile
                await websocket.send_text(message)

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        connections.append(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            connections.remove(websocket)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        hearing = asyncio.create_task(hear(broadcast))
        yield
        hearing.cancel()

    app = Starlette(routes=[WebSocketRoute("/live", endpoint)], lifespan=lifespan)
    config = uvicorn.Config(
        app, ws_per_message_deflate=deflate, log_level="warning", timeout_graceful_shutdown=1
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


async def broadcast(fd: int) -> None:
    """The websockets library's own server and its `broadcast()`, which frames a message once."""
    from websockets.asyncio.server import ServerConnection, serve
    from websockets.asyncio.server import broadcast as to_all

    connections: set[ServerConnection] = set()

    async def endpoint(connection: ServerConnection) -> None:
        connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            connections.discard(connection)

    async def deliver(message: str) -> None:
        to_all(connections, message)

    async with serve(endpoint, sock=socket.socket(fileno=fd), compression=None, open_timeout=30):
        await hear(deliver)


def main(way: str, fd: int) -> None:
    if way == "broadcast":
        import uvloop

        uvloop.run(broadcast(fd))
    else:
        send_text(fd, deflate=way == "send_text_deflate")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
