"""What lies between a hub and the rest, in memory: a clock that stands still, gates, Redis, and the wires to clients.

Whatever the hub awaits passes a gate, which a test may hold shut, so that anything can happen meanwhile.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from chat.events import CONTROL, Event

# Before the answer is found, and when it has been found and not arrived.
GATES = (
    "log", "log answers", "opening answers", "admit", "admit answers", "ask", "ask answers", "draw", "drawn",
    "rights", "rights answers", "bus",
)  # fmt: skip


class Loop(asyncio.SelectorEventLoop):
    """It turns when it is told to, and its time is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__()
        self.accidents: list[Any] = []
        self.set_exception_handler(lambda _, context: self.accidents.append(context))

    def time(self) -> float:
        return self.now

    def turn(self) -> None:
        self.call_soon(self.stop)
        self.run_forever()

    def do(self, act: Callable[..., Any], *args: Any) -> Any:
        """Have the loop call this now."""
        done: list[Any] = []
        self.call_soon(lambda: done.append(act(*args)))
        self.turn()
        if not done:
            raise AssertionError(self.accidents)
        return done[0]

    def settle(self) -> None:
        """Turn until nothing is left to do at this time."""
        for _ in range(5000):
            if not self._ready:
                return
            self.turn()
        raise AssertionError("it never comes to rest")

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.turn()  # what is due


class Numbered:
    """Sets of these have an order, so that the same steps lead to the same end."""

    __slots__ = ()
    last = 0
    number: int

    def __new__(cls, *args: Any) -> Any:
        one = super().__new__(cls)
        Numbered.last += 1
        one.number = Numbered.last
        return one

    def __hash__(self) -> int:
        return self.number


class Gates:
    def __init__(self) -> None:
        self._shut: dict[str, asyncio.Event] = {}

    def shut(self, name: str) -> None:
        self._shut.setdefault(name, asyncio.Event())

    def open(self, name: str) -> None:
        if gate := self._shut.pop(name, None):
            gate.set()

    @property
    def all_open(self) -> bool:
        return not self._shut

    async def through(self, name: str) -> None:
        await asyncio.sleep(0)
        while gate := self._shut.get(name):
            await gate.wait()


class Bus:
    """Redis: it carries what is published, when and as often as a test likes, or loses it."""

    def __init__(self, gates: Gates) -> None:
        self.gates = gates
        self.up = False
        self.followed: set[str] = set()
        self.on_the_way: list[Event] = []

    async def follow(self, *streams: str) -> None:
        self.followed |= set(streams)
        await self.gates.through("bus")

    async def unfollow(self, *streams: str) -> None:
        self.followed -= set(streams)
        await self.gates.through("bus")

    async def listen(self, heard: Callable, said: Callable, reconnected: Callable) -> None:
        self._heard, self._said, self._reconnected = heard, said, reconnected
        self.come_back()
        await asyncio.Event().wait()

    def come_back(self) -> None:
        self.up = True
        self._reconnected()

    def carry(self, event: Event) -> None:
        if self.up and (event.stream == CONTROL or event.stream in self.followed):
            self._heard(event)

    def carry_words(self, stream: str, words: dict) -> None:
        if self.up and stream in self.followed:
            self._said(stream, words)


class Wire(asyncio.Transport):
    """What lies between the hub and a client. When it holds too much it asks the hub to wait, as a transport does."""

    FULL, LOW = 1500, 500

    def __init__(self, loop: Loop, sent: Callable[[bytes], None]) -> None:
        super().__init__({"socket": self})
        self.loop = loop
        self.sent = sent  # is told of everything the hub writes
        self.protocol: Any = None
        self.ahead: list[bytes] = []  # what the client has not read
        self.size = 0
        self.paused = self.closing = self.cut = False
        self.reading = True
        self.to_hear: list[bytes] = []  # what the hub has not read

    # The hub's side

    def setsockopt(self, *option: Any) -> None: ...

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def write(self, data: bytes) -> None:
        if self.closing:
            return
        self.sent(data)
        self.ahead.append(data)
        self.size += len(data)
        if self.size > self.FULL:
            self.fill()

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True
        self.loop.call_soon(self._bring)

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True
        if not self.paused:  # else when it has drained
            self.loop.call_soon(self.close_at_once)

    def abort(self) -> None:
        self.ahead.clear()
        self.close_at_once()

    def close_at_once(self) -> None:
        if not self.cut:
            self.closing = self.cut = True
            self.loop.call_soon(self.protocol.connection_lost, None)

    def _bring(self) -> None:
        while self.reading and self.to_hear and not self.closing:
            data = self.to_hear.pop(0)
            self.protocol.get_buffer(-1)[: len(data)] = data
            self.protocol.buffer_updated(len(data))

    # The client's side

    def open_for(self, protocol: Any) -> None:
        self.protocol = protocol
        protocol.connections = set()
        protocol.connection_made(self)

    def say(self, data: bytes) -> None:
        self.to_hear.append(data)
        self.loop.call_soon(self._bring)

    def fill(self) -> None:
        """It takes no more."""
        if not self.paused and not self.closing:
            self.paused = True
            self.protocol.pause_writing()

    def read(self, writes: int) -> bytes:
        """What the hub wrote, so many writes of it."""
        data = b"".join(self.ahead[:writes])
        del self.ahead[:writes]
        self.size -= len(data)
        if self.paused and self.size <= self.LOW:
            self.paused = False
            if self.closing:
                self.close_at_once()
            else:
                self.protocol.resume_writing()
        return data
