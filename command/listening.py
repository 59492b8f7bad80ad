"""The listening socket, bound once and handed to every web process."""

import errno
import socket
import time

from command.trouble import Trouble

BACKLOG = 2048


def bind(host: str, port: int, *, patience: float = 0) -> socket.socket:
    """A listening socket that children may inherit. Patience is for a killed hub whose web processes are still going."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return _bound(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise Trouble(_sentence(error, host, port)) from None
            time.sleep(0.1)


def _bound(host: str, port: int) -> socket.socket:
    family, *_, address = socket.getaddrinfo(
        host or "0.0.0.0",  # noqa: S104
        port,
        type=socket.SOCK_STREAM,
        flags=socket.AI_PASSIVE,
    )[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
