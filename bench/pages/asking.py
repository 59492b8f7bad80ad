"""Many who ask for the same, each as soon as the last answer is whole."""

import asyncio
from functools import partial
from time import perf_counter

from command.trouble import Trouble


class Asker(asyncio.Protocol):
    """One connection that is kept. `took` are the milliseconds of each answer."""

    def __init__(self, request: bytes, least: int, status: int) -> None:
        self.request, self.least, self.status = request, least, f"HTTP/1.1 {status}".encode()
        self.took: list[float] = []
        self.bytes = 0  # of the last answer, its head included
        self.until = 0.0
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def begin(self, until: float) -> None:
        self.until, self.took = until, []
        self.over = asyncio.get_running_loop().create_future()
        self._ask()

    def _ask(self) -> None:
        self.began, self.heard, self.wanted = perf_counter(), b"", 0
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.heard += data
        if not self.wanted:
            head, end, _ = self.heard.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(self.status):
                return self._fail(head.partition(b"\r\n")[0].decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            self.wanted = len(head) + 4 + int(length.partition(b":")[2])
        if len(self.heard) < self.wanted:
            return
        if self.wanted < self.least:
            return self._fail(f"a page of {self.wanted} bytes")
        now = perf_counter()
        self.took.append((now - self.began) * 1000)
        self.bytes = self.wanted
        if now < self.until:
            self._ask()
        elif not self.over.done():
            self.over.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("the connection ended")

    def _fail(self, why: str) -> None:
        if not self.over.done():
            self.over.set_exception(Trouble(f"The page was not answered: {why}."))


def page(path: str, *, cookie: str = "", small: bool = False) -> bytes:
    """The request for a page, as a browser sends it."""
    headers = {"User-Agent": "Firefox", "Accept-Encoding": "gzip" if small else ""}
    return _request(f"GET {path}", {**headers, "Cookie": f"session={cookie}" if cookie else ""})


def post(path: str, token: str, body: bytes) -> bytes:
    """A client of the API that posts JSON."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return _request(f"POST {path}", headers, body)


def _request(what: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{what} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Crowd:
    """Some askers on one server, each with a request of its own."""

    def __init__(self, port: int, requests: list[bytes], *, least: int = 0, status: int = 200) -> None:
        self.port, self.requests, self.least, self.status = port, requests, least, status
        self.askers: list[Asker] = []

    async def __aenter__(self) -> "Crowd":
        loop = asyncio.get_running_loop()
        for request in self.requests:
            _, asker = await loop.create_connection(
                partial(Asker, request, self.least, self.status), "127.0.0.1", self.port
            )
            self.askers.append(asker)
        return self

    async def __aexit__(self, *_: object) -> None:
        for asker in self.askers:
            if not asker.over.done():
                asker.over.cancel()
            asker.transport.close()

    async def ask(self, seconds: float) -> list[float]:
        """Milliseconds of each answer that came in this time."""
        until = perf_counter() + seconds
        for asker in self.askers:
            asker.begin(until)
        async with asyncio.timeout(seconds + 60):
            await asyncio.gather(*(asker.over for asker in self.askers))
        return [ms for asker in self.askers for ms in asker.took]
