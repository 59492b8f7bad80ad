"""The handshake is uvicorn's; what comes after it belongs to a line of our own.

uvicorn's WebSocket protocol keeps a parser, a queue, a task and the request's headers for each connection,
24 KiB in all. A live connection needs none of them once it is open, so the transport is handed over to
whatever the application names, and the rest is forgotten.
"""

from collections.abc import Callable

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from web.live.line import Line

EXTENSION = "hub.line"

HandOver = Callable[[Line], None]


class LiveProtocol(WebSocketsSansIOProtocol):
    heir: Line | None = None

    def handle_connect(self, event) -> None:
        super().handle_connect(event)  # its task starts after this returns
        if hasattr(self, "scope"):
            self.scope["extensions"][EXTENSION] = self.hand_over  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self.handshake_initiated:
            self.transport.abort()  # no client may speak before it was answered (RFC 6455, 4.1)
            return
        super().data_received(data)  # the whole handshake at once: that is how uvicorn hands it on
        if not self.handshake_initiated:
            # The library has refused it, for the length of its headers, say; uvicorn would never answer.
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def hand_over(self, heir: Line) -> None:
        """Give the open connection away. uvicorn tells the heir instead when it shuts down."""
        if self.disconnected or self.transport.is_closing():
            heir.open = False
            return heir.over()
        self.heir = heir
        heir.connections = self.connections
        self.connections.discard(self)
        self.connections.add(heir)  # type: ignore[arg-type]
        self.transport.set_protocol(heir)
        heir.connection_made(self.transport)

    async def run_asgi(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
        if self.heir is None:
            self.transport.close()
