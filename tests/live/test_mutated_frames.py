"""Ten thousand mutated frames, and clients that break off, dawdle and push in: a running hub minds none of it."""

import asyncio
import base64
import gc
import json
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.frames import Close, Frame, Opcode

from chat.members import Viewer
from tests import cast
from tests.hubs import RunningHub
from tests.live.conftest import frame, rude_client
from web.live.conversation import Conversation
from web.live.line import Line
from web.live.protocol import LiveProtocol
from web.live.socket import LiveSocket

FRAMES, CLIENTS = 10_000, 5
KEY = base64.b64encode(b"0123456789abcdef").decode()
WORDS = [
    "hello",
    "sub",
    "unsub",
    "op",
    "eph",
    "pong",
    "t:1",
    "n:1",
    "d:1",
    "m:1",
    "post.add",
    "typing",
    "html",
    "json",
    "",
    "é\0\u2028",
    "x" * 3000,
]
NUMBERS = [0, 1, -1, 7, 2**31, 2**53, 2**53 + 1, -(2**63), 10**30, 1.5, -0.0, 1e308]


@pytest.fixture(autouse=True)
def _many_from_one_address(setting: Any) -> None:
    setting(HUB_LIVE_PER_ADDRESS="500", HUB_LIVE_PER_MEMBER="500")


# Bytes on a socket


class Raw:
    """A socket that has the handshake's bytes on it, and then any."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def frames(self) -> AsyncIterator[tuple[int, bytes]]:
        """The hub's frames, until it hangs up."""
        try:
            while True:
                head = await self.reader.readexactly(2)
                size = head[1]
                if size == 126:
                    size = int.from_bytes(await self.reader.readexactly(2))
                elif size == 127:
                    size = int.from_bytes(await self.reader.readexactly(8))
                yield head[0] & 15, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    async def next(self, opcode: int = Opcode.TEXT) -> bytes:
        async with asyncio.timeout(5):
            async for got, data in self.frames():
                if got == opcode:
                    return data
        raise AssertionError("the hub hung up")

    async def end(self) -> int | None:
        """The code it closes with; None without one."""
        code = None
        async with asyncio.timeout(5):
            async for opcode, data in self.frames():
                if opcode == Opcode.CLOSE:
                    code = int.from_bytes(data[:2])
        return code

    async def refused(self) -> bytes:
        """What it says before it hangs up."""
        async with asyncio.timeout(5):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""


@asynccontextmanager
async def raw(hub: RunningHub) -> AsyncIterator[Raw]:
    host, _, port = hub.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


def handshake(hub: RunningHub, token: str | None = None, more: str = "") -> bytes:
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    return (
        f"GET /live HTTP/1.1\r\nHost: {hub.url.removeprefix('http://')}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{bearer}{more}\r\n"
    ).encode()


@asynccontextmanager
async def opened(hub: RunningHub, token: str | None = None, *, hello: bool = True) -> AsyncIterator[Raw]:
    async with raw(hub) as client:
        await client.send(handshake(hub, token))
        assert b" 101 " in await client.reader.readuntil(b"\r\n\r\n")
        if hello:
            await client.send(frame('{"t":"hello","v":1}'))
            assert b'"ok"' in await client.next()
        yield client


# Mutations


def message(dice: random.Random, stream: str) -> dict[str, Any]:
    return dice.choice(
        [
            {"t": "sub", "i": 7, "s": stream, "e": "k3f9", "q": dice.choice((0, 1, 5))},
            {"t": "sub", "s": stream},
            {"t": "unsub", "i": 8, "s": stream},
            {"t": "op", "i": 9, "op": f"a{dice.random()}", "k": "post.add", "s": stream, "d": {"body": "Hi.", "parent": None}},
            {"t": "eph", "s": stream, "k": "typing"},
            {"t": "hello", "v": 1, "as": "json", "subs": [{"s": stream, "e": "k3f9", "q": 1}]},
            {"t": "pong"},
        ]
    )  # fmt: skip


def anything(dice: random.Random, depth: int = 0) -> Any:
    kinds = [None, True, dice.choice(NUMBERS), dice.choice(WORDS)]
    if depth < 10:
        kinds += [
            [anything(dice, depth + 3)] * dice.choice((1, 60)),
            {dice.choice(WORDS): anything(dice, depth + 1)},
        ]
    return dice.choice(kinds)


def mutated_json(dice: random.Random, said: dict[str, Any]) -> str:
    said = dict(said)
    for _ in range(dice.randint(0, 3)):
        key = dice.choice([*said, dice.choice(WORDS)])
        match dice.randrange(3):
            case 0:
                said.pop(key, None)
            case 1:
                said[key] = anything(dice)
            case 2:
                said[dice.choice(WORDS)] = said.pop(key, None)
    text = json.dumps(said, ensure_ascii=dice.random() < 0.5)
    match dice.randrange(6):
        case 0:
            text = text[: dice.randrange(len(text) + 1)]
        case 1:
            at = dice.randrange(len(text))
            text = (
                text[:at]
                + dice.choice(("{", "]", '"', "\\", "\\ud800", "\0", "9" * 40, "€", "[" * 500))
                + text[at:]
            )
    return text


def mutated_frame(dice: random.Random, text: str) -> bytes:
    """The text in a frame or in several, which may be broken: then the connection is over."""
    data = text.encode("utf-8", "surrogatepass")
    whole = Frame(Opcode.TEXT, data).serialize(mask=True)
    match dice.randrange(14):
        case 0:
            return Frame(Opcode.BINARY, data).serialize(mask=True)
        case 1 | 2:
            at, ping = dice.randrange(len(data) + 1), Frame(Opcode.PING, b"p" * dice.choice((0, 125)))
            return b"".join(
                part.serialize(mask=True)
                for part in (Frame(Opcode.TEXT, data[:at], fin=False), ping, Frame(Opcode.CONT, data[at:]))
            )
        case 3 if dice.random() < 0.3:
            at = dice.randrange(min(len(whole), 14))
            return whole[:at] + bytes((whole[at] ^ (1 << dice.randrange(8)),)) + whole[at + 1 :]
        case 4 if dice.random() < 0.3:
            return dice.choice(
                (
                    whole[: dice.randrange(len(whole))], dice.randbytes(dice.randrange(1, 40)),
                    Frame(Opcode.CLOSE, dice.randbytes(dice.randrange(4))).serialize(mask=True),
                    Frame(Opcode.TEXT, data).serialize(mask=False),
                    Frame(Opcode.TEXT, b"\xff" + data).serialize(mask=True), b"\x81\xff" + dice.randbytes(12),
                )
            )  # fmt: skip
    return whole


async def storm(hub: RunningHub, dice: random.Random, token: str, stream: str, frames: int) -> int:
    """Say so much on one connection after the other; how many those were."""
    said, connections = 0, 0
    while said < frames:
        async with opened(hub, token) as client:
            connections += 1
            hearing = asyncio.create_task(client.end())
            try:
                for count in range(dice.randint(20, 120)):
                    await client.send(mutated_frame(dice, mutated_json(dice, message(dice, stream))))
                    said += 1
                    if hearing.done() or said == frames:
                        break
                    if count % 10 == 0:
                        await asyncio.sleep(0)
                if dice.random() < 0.5 and client.writer.can_write_eof():
                    client.writer.write_eof()
                    await hearing
            except OSError:
                pass  # the hub had enough
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)
    return connections


def alive(kind: type) -> list[Any]:
    return [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]  # some are dead proxies


async def nobody_is_left(hub: RunningHub) -> None:
    """All are gone, and so is what was kept of them."""
    async with asyncio.timeout(10):
        # The loop of the heartbeats still has in its hand whom it saw last.
        while hub.house.hub.connections or any(s.seats for s in alive(LiveSocket)) or len(alive(Line)) > 1:
            await asyncio.sleep(0.02)
            gc.collect()


async def test_ten_thousand_mutated_frames(live_server: RunningHub, db, ana, ben, thread) -> None:
    hub, tokens, held = live_server, [await cast.bearer(db, ana), await cast.bearer(db, ben)], []
    for half in range(2):
        dice = [random.Random(f"{half}{n}") for n in range(CLIENTS)]
        connections = await asyncio.gather(
            *(storm(hub, d, tokens[n % 2], thread.stream, FRAMES // 2 // CLIENTS) for n, d in enumerate(dice))
        )
        assert sum(connections) > CLIENTS
        await nobody_is_left(hub)
        gc.collect()
        held.append(len(gc.get_objects()))
    assert held[1] < held[0] + 1500, f"the second half left {held[1] - held[0]} objects behind"
    async with hub.listening(ben, thread.stream) as screen:
        await cast.write(db, ana, thread, "Still here.")
        assert "Still here." in (await screen.next("post.added"))["d"]["html"]


# The handshake


def mutated_handshake(dice: random.Random, whole: bytes) -> bytes:
    lines = whole[:-4].split(b"\r\n")
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(1, len(lines))
        match dice.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                lines.insert(
                    at,
                    dice.choice(
                        (
                            b"X: " + dice.randbytes(9),
                            b"Y",
                            b": z",
                            b"Cookie: session=\xff; ;=",
                            b"Origin: null",
                        )
                    ),
                )
            case 3:
                name, _, value = lines[at].partition(b": ")
                lines[at] = (
                    name
                    + b": "
                    + dice.choice((b"", value[:-1], value * 2, value + b", x", b"\xc3\xa9", b"a" * 9000))
                )
            case 4:
                lines[0] = dice.choice(
                    (b"GET /live HTTP/1.0", b"POST /live HTTP/1.1", b"GET /live?q=\xff HTTP/1.1", b"GET //live/../live HTTP/1.1",
                     b"GET /%6cive HTTP/1.1", b"GET /live\x00 HTTP/1.1", b"HEAD /live HTTP/1.1", b"GET /elsewhere HTTP/1.1", b"GET")
                )  # fmt: skip
            case 5:
                lines[at:at] = [b"X-%d: y" % n for n in range(dice.choice((50, 150, 300)))]
            case 6:
                line = bytearray(lines[at] or b" ")
                line[dice.randrange(len(line))] ^= 1 << dice.randrange(8)
                lines[at] = bytes(line)
        if len(lines) < 2:
            break
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def test_mutated_handshakes(live_server: RunningHub, db, ben, thread) -> None:
    dice, token = random.Random(3), await cast.bearer(db, ben)
    good = handshake(live_server, token, f"Origin: {live_server.origin}\r\n")
    opened = 0
    for _ in range(400):
        async with raw(live_server) as client:
            data = mutated_handshake(dice, good)
            await client.send(data if dice.random() < 0.9 else data[: dice.randrange(len(data))])
            client.writer.write_eof()
            opened += b" 101 " in await client.refused()
    assert 0 < opened < 400
    await nobody_is_left(live_server)
    assert not [protocol for protocol in alive(LiveProtocol) if not protocol.transport.is_closing()]
    async with live_server.listening(ben, thread.stream):
        pass


@pytest.mark.parametrize("headers", [200, 1])
async def test_a_handshake_that_is_too_long_is_turned_down(live_server: RunningHub, headers: int) -> None:
    more = f"X: {'y' * (10_000 // headers)}\r\n" * headers
    async with raw(live_server) as client:
        await client.send(handshake(live_server, more=more))
        assert b" 101 " not in await client.refused()


EARLY = [frame('{"t":"hello"}'), b"\xff" * 40, frame("", Opcode.CLOSE), frame("there?", Opcode.PING)]


@pytest.mark.parametrize("early", EARLY, ids=["a message", "nonsense", "a close", "a ping"])
async def test_who_speaks_before_the_answer_is_cut_off(
    live_server: RunningHub, monkeypatch, early: bytes
) -> None:
    async def slowly(token: str) -> None:
        asked.set()
        await told.wait()

    asked, told = asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(live_server.house.desk, "by_api_token", slowly)
    async with raw(live_server) as client:
        await client.send(handshake(live_server, "token"))
        await asyncio.wait_for(asked.wait(), 30)
        await client.send(early)
        assert await client.refused() == b""
    told.set()


@pytest.mark.parametrize("early", EARLY, ids=["a message", "nonsense", "a close", "a ping"])
async def test_what_comes_in_one_with_the_handshake_is_not_heard(
    live_server: RunningHub, early: bytes
) -> None:
    async with raw(live_server) as client:
        await client.send(handshake(live_server) + early)
        assert b" 101 " in await client.reader.readuntil(b"\r\n\r\n")
        await client.send(frame('{"t":"hello"}'))
        assert b'"ok"' in await client.next()


async def test_who_leaves_during_the_handshake_leaves_no_seat_behind(
    live_server: RunningHub, db, ben, monkeypatch
) -> None:
    async def slowly(token: str) -> Viewer:
        asked.set()
        await told.wait()
        return ben

    asked, told = asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(live_server.house.desk, "by_api_token", slowly)
    async with raw(live_server) as client:
        await client.send(handshake(live_server, "token"))
        await asyncio.wait_for(asked.wait(), 30)
    await asyncio.sleep(0.05)  # the hub has seen it leave
    told.set()
    await asyncio.sleep(0)
    await nobody_is_left(live_server)


# Clients with manners of their own


async def test_a_message_may_come_byte_by_byte(live_server: RunningHub, db, ben, thread) -> None:
    async with opened(live_server, await cast.bearer(db, ben), hello=False) as client:
        client.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame('{"t":"hello","v":1,"subs":[]}') + frame("there?", Opcode.PING):
            await client.send(bytes((byte,)))
            await asyncio.sleep(0)
        assert b'"ok"' in await client.next()
        assert await client.next(Opcode.PONG) == b"there?"


async def test_a_ping_of_125_bytes_is_answered_and_one_of_126_is_none(live_server: RunningHub) -> None:
    async with opened(live_server) as client:
        await client.send(frame("p" * 125, Opcode.PING))
        assert await client.next(Opcode.PONG) == b"p" * 125
        await client.send(b"\x89\xfe" + (126).to_bytes(2) + bytes(4 + 126))
        assert await client.end() == 1002


async def test_fragments_over_the_limit_end_it(live_server: RunningHub) -> None:
    async with opened(live_server) as client:
        await client.send(Frame(Opcode.TEXT, b"x" * 40_000, fin=False).serialize(mask=True))
        await client.send(Frame(Opcode.CONT, b"x" * 25_537, fin=False).serialize(mask=True))
        assert await client.end() == 1009


async def test_a_client_says_goodbye(live_server: RunningHub) -> None:
    async with opened(live_server) as client:
        await client.send(Frame(Opcode.CLOSE, Close(3999, "tea").serialize()).serialize(mask=True))
        assert await client.next(Opcode.CLOSE) == Close(3999, "tea").serialize()
        assert await client.reader.read() == b""
    await nobody_is_left(live_server)


@pytest.mark.parametrize("answers", [True, False])
async def test_the_hub_says_goodbye(live_server: RunningHub, answers: bool) -> None:
    """And does not wait long for the other's."""
    async with opened(live_server) as client:
        next(iter(live_server.house.hub.connections)).close(1012)
        assert await client.next(Opcode.CLOSE) == Close(1012, "").serialize()
        await client.send(frame("one more thing"))
        if answers:
            await client.send(Frame(Opcode.CLOSE, Close(1012, "").serialize()).serialize(mask=True))
        assert await client.refused() == b""
    await nobody_is_left(live_server)


async def waiting_for_hello() -> Conversation:
    async with asyncio.timeout(5):
        while not (waiting := [line for line in alive(Conversation) if line.open]):
            await asyncio.sleep(0.01)
    return waiting[0]


async def test_a_hello_during_a_restart_does_not_stop_it(live_server: RunningHub, monkeypatch) -> None:
    monkeypatch.setattr("web.live.line.uniform", lambda least, most: 0.2)
    async with opened(live_server, hello=False) as client:
        (await waiting_for_hello()).shutdown()
        await client.send(frame('{"t":"hello"}'))
        assert b'"ok"' in await client.next()
        assert await client.end() == 1012


async def test_a_hello_in_the_moment_of_the_end_is_not_heard(live_server: RunningHub) -> None:
    async with opened(live_server, hello=False) as client:
        line, hello = await waiting_for_hello(), frame('{"t":"hello"}')
        line.get_buffer(-1)[: len(hello)] = hello
        line.buffer_updated(len(hello))
        line.close(1008)
        assert await client.end() == 1008  # within the second that a goodbye may take
        assert not live_server.house.hub.connections


async def test_who_will_say_nothing_more_is_gone(live_server: RunningHub) -> None:
    async with opened(live_server) as client:
        client.writer.write_eof()
        assert await client.refused() == b""
    await nobody_is_left(live_server)


@pytest.mark.parametrize("goodbye", [frame("", Opcode.CLOSE), b""], ids=["a close", "the end of the stream"])
async def test_who_leaves_without_reading_the_rest_is_not_waited_for(
    live_server: RunningHub, db, ben, goodbye: bytes
) -> None:
    """Less than what counts as not reading may lie in the transport, and would for ever."""
    async with rude_client(live_server, ben) as client:
        await client.say(t="hello")
        while not live_server.house.hub.connections:
            await asyncio.sleep(0.01)
        line = next(iter(live_server.house.hub.connections))
        held_open = line.connections  # the server's
        while line.transport.get_write_buffer_size() == 0:
            line.write(Frame(Opcode.TEXT, b"x" * 4000).serialize(mask=False))
            await asyncio.sleep(0.005)
        assert line.writable
        await client.send(goodbye)
        if not goodbye:
            client.sock.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(5):
            while line in held_open:
                await asyncio.sleep(0.02)
        del line
        await nobody_is_left(live_server)
