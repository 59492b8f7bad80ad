"""Between the processes and Valkey: drops, doubles, delays and reorders what is published, or cuts the line."""

import asyncio
from contextlib import suppress
from random import Random

# In RESP3, which the bus speaks, and in RESP2.
MESSAGES = (b">3\r\n$7\r\nmessage\r\n", b"*3\r\n$7\r\nmessage\r\n")


class Proxy:
    """`address` is what the processes get as REDIS_URL. Each chance is that of one delivery to one process."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.upstream, self.rng = upstream, Random(seed)
        self.drop = self.double = self.delay = 0.0
        self.longest_delay = 0.3
        self.dropped = self.doubled = self.delayed = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"

    async def stop(self) -> None:
        self._server.close()
        self.flow()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def flow(self) -> None:
        self._flowing.set()

    def hang(self) -> None:
        """Whatever is sent from now on waits until `flow`, in both directions."""
        self._flowing.clear()

    def cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(task := asyncio.current_task())  # type: ignore[arg-type]
        self._open.add(writer)
        up_writer = None
        try:
            up_reader, up_writer = await asyncio.open_unix_connection(self.upstream)
            self._open.add(up_writer)
            asking = asyncio.create_task(self._pass_on(reader, up_writer))
            answering = asyncio.create_task(self._answer(up_reader, writer))
            try:
                await asyncio.wait((asking, answering), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for half in (asking, answering):
                    half.cancel()
                await asyncio.gather(asking, answering, return_exceptions=True)
        except OSError:
            pass  # Valkey is down, and so is the line to it
        finally:
            for w in (writer, up_writer):
                if w is not None:
                    self._open.discard(w)
                    w.transport.abort()
            self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = bytearray()
        while data := await reader.read(1 << 16):
            await self._flowing.wait()
            buffer += data
            while (end := end_of_reply(buffer, 0)) is not None:
                reply = bytes(buffer[:end])
                del buffer[:end]
                if reply.startswith(MESSAGES):
                    self._publish(reply, writer)
                else:
                    writer.write(reply)
            with suppress(OSError):
                await writer.drain()

    def _publish(self, message: bytes, writer: asyncio.StreamWriter) -> None:
        if self.rng.random() < self.drop:
            self.dropped += 1
            return
        times = 1
        if self.rng.random() < self.double:
            self.doubled += 1
            times = 2
        for _ in range(times):
            if self.rng.random() < self.delay:
                self.delayed += 1
                wait = self.rng.uniform(0, self.longest_delay)
                asyncio.get_running_loop().call_later(wait, _write, writer, message)
            else:
                writer.write(message)


def _write(writer: asyncio.StreamWriter, message: bytes) -> None:
    if not writer.transport.is_closing():
        writer.write(message)


def end_of_reply(buffer: bytearray, at: int) -> int | None:
    """Where the RESP2 reply that begins at `at` ends; None while it is not all there."""
    line = buffer.find(b"\r\n", at)
    if line < 0:
        return None
    kind, after = buffer[at : at + 1], line + 2
    if kind in (b"+", b"-", b":"):
        return after
    size = int(buffer[at + 1 : line])
    if kind == b"$":
        end = after if size < 0 else after + size + 2
        return end if len(buffer) >= end else None
    for _ in range(size):
        part = end_of_reply(buffer, after)
        if part is None:
            return None
        after = part
    return after
