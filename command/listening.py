"""The listening sockets, bound once and handed to the web processes."""

import errno
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from command.trouble import Trouble

BACKLOG = 65535  # the kernel takes as many as it is set to (net.core.somaxconn)


@contextmanager
def sockets(
    host: str, port: int, processes: int = 1, *, patience: float = 0
) -> Iterator[list[socket.socket]]:
    """A socket for each process, that it may inherit: they stay open here, so whoever connects while one of
    them dies waits for the next. Patience is for a killed hub whose web processes are still going."""
    with ExitStack() as stack:
        first = stack.enter_context(_patiently(host, port, patience))
        listeners = [first] * processes
        if processes > 1 and sys.platform == "linux":
            # One socket for all is taken by whoever wakes first: of 2,000 who come at once one of two
            # processes got 670 and the other 1,330. With one each, the kernel deals them out evenly.
            # The first was bound without: so a port that anybody else has is still refused.
            first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            port = first.getsockname()[1]
            more = [stack.enter_context(_bound(host, port, shared=True)) for _ in range(processes - 1)]
            listeners = [first, *more]
        yield listeners


def _patiently(host: str, port: int, patience: float) -> socket.socket:
    deadline = time.monotonic() + patience
    while True:
        try:
            return _bound(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise Trouble(_sentence(error, host, port)) from None
            time.sleep(0.1)


def _bound(host: str, port: int, shared: bool = False) -> socket.socket:
    family, *_, address = socket.getaddrinfo(
        host or "0.0.0.0",  # noqa: S104
        port,
        type=socket.SOCK_STREAM,
        flags=socket.AI_PASSIVE,
    )[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6 and host == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # Accepted sockets inherit it; without it two small writes wait 40 ms for an acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.set_inheritable(True)
    except BaseException:
        listener.close()
        raise
    return listener


def _sentence(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is taken by another program. Choose another one, as --port {port + 1 if port < 65535 else 8000}."
        case errno.EACCES:
            return f"Port {port} is for root. Choose one from 1024 on, as --port 8000."
        case _:
            return f"The address {host}:{port} cannot be listened on: {error.strerror}. Choose another one with --host and --port."


def status(host: str, port: int, path: str) -> int:
    """The status of a GET, or 0 when nobody answers."""
    try:
        with socket.create_connection((reachable(host), port), timeout=2) as s:
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
            return int(s.recv(64).split(b" ")[1])
    except (OSError, IndexError, ValueError):
        return 0


def reachable(host: str) -> str:
    """Where something that listens on `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
