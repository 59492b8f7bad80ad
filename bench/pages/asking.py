"""Many who ask for the same page, each as soon as the last answer is whole."""

import asyncio
from time import perf_counter

from command.trouble import Trouble


class Asker(asyncio.Protocol):
    """One connection that is kept. `took` are the milliseconds of each answer."""

    def __init__(self, request: bytes, least: int) -> None:
        self.request, self.least = request, least
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
            if not head.startswith(b"HTTP/1.1 200"):
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


class Crowd:
    """Some askers on one server."""

    def __init__(
        self, port: int, path: str, people: int, *, cookie: str = "", small: bool = False, least: int = 1000
    ) -> None:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "User-Agent: Firefox"]
        if cookie:
            lines.append(f"Cookie: session={cookie}")
        if small:
            lines.append("Accept-Encoding: gzip")
        self.request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self.port, self.people, self.least = port, people, least
        self.askers: list[Asker] = []

    async def __aenter__(self) -> "Crowd":
        loop = asyncio.get_running_loop()
        for _ in range(self.people):
            _, asker = await loop.create_connection(
                lambda: Asker(self.request, self.least), "127.0.0.1", self.port
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
