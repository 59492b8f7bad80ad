"""A web process."""

import gc
import importlib.util
import signal
import socket

from chat import logs
from chat.config import settings
from command.listening import BACKLOG


def serve(fd: int) -> None:
    """Serve on an inherited listening socket until SIGTERM."""
    import uvicorn

    s = settings()
    logs.set_up(s)
    # uvicorn raises the signal again when it is done; being asked to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    config = uvicorn.Config(
        "web.app:create_app", factory=True, http="httptools", ws="web.live.protocol:LiveProtocol",
        loop="uvloop" if importlib.util.find_spec("uvloop") else "asyncio",
        ws_per_message_deflate=False, ws_max_size=65536, ws_ping_interval=None, timeout_graceful_shutdown=3,
        proxy_headers=True, forwarded_allow_ips=s.trusted_proxies, access_log=False, log_config=None, server_header=False,
        backlog=BACKLOG,
    )  # fmt: skip

    # What was loaded so far stays for good; the collector need not walk through it while members wait. And with
    # its usual patience of 700 objects it took a sixth of the time when ten thousand clients came back.
    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            gc.collect()
            gc.freeze()
            gc.set_threshold(10_000, 20, 20)

    # As a socket, not as `fd=`, which uvicorn would take for a Unix one: this keeps family and protocol.
    Server(config).run(sockets=[socket.socket(fileno=fd)])
