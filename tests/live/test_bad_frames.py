"""Frames that make no sense get an `err` or a close with the right code; never a crash."""

import asyncio
import json

import pytest

from tests import cast
from tests.screens import connected

DEEP = '{"t":"sub","i":5,"s":"t:1","x":' + "[" * 8 + "]" * 8 + "}"
VERY_DEEP = '{"t":"sub","x":' + "[" * 30_000 + "]" * 30_000 + "}"


@pytest.mark.parametrize(
    ("sent", "code", "i"),
    [
        ("", "json", None), ("hello?", "json", None), ("[]", "json", None), ("null", "json", None), ('"hello"', "json", None),
        ('{"t":"sub"', "json", None), ('{"t":"sub","s":"\\ud800"}', "json", None), (VERY_DEEP, "json", None),
        (DEEP, "deep", 5), (b"\x00\x01", "text", None),
        ("{}", "message", None), ('{"t":"dance","i":3}', "message", 3), ('{"t":5}', "message", None), ('{"t":"sub"}', "message", None),
        ('{"t":"sub","i":4,"s":7}', "message", 4), ('{"t":"sub","s":"t:1","q":"1"}', "message", None), ('{"t":"sub","s":"t:1","q":1.5}', "message", None),
        ('{"t":"sub","s":"t:1","i":' + "9" * 30 + "}", "message", None), ('{"t":"sub","s":"t:1","q":' + "9" * 30 + "}", "message", None),
        ('{"t":"op","i":6,"k":"post.add","s":"t:1"}', "message", 6), ('{"t":"op","op":"x","k":"post.add","s":"t:1","d":[]}', "message", None),
        ('{"t":"hello","v":1}', "hello", None),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
async def test_a_bad_frame_gets_an_err_and_the_talk_goes_on(live_server, db, ana, ben, thread, sent, code, i):
    async with live_server.listening(ben, thread.stream) as screen:
        await screen.socket.send(sent)
        err = await screen.next()
        assert (err["t"], err["code"], err.get("i")) == ("err", code, i)
        await cast.write(db, ana, thread, "On we go.")
        assert (await screen.next())["q"] == 2


async def test_the_tenth_bad_frame_is_the_last(live_server, ben):
    async with live_server.listening(ben) as screen:
        for _ in range(9):
            await screen.socket.send("?")
            await screen.next(t="err")
        await screen.say(t="unsub", i=1, s="t:1")
        await screen.next(t="ok")
        await screen.socket.send(b"?")
        assert await screen.closed() == 1008


@pytest.mark.parametrize(
    "first",
    [
        "?", b"\x00", "{}", '{"t":"sub","s":"t:1"}', '{"t":"pong"}', '{"t":"op","op":"x","k":"post.add","s":"t:1"}', '{"t":"hello","v":2}',
        '{"t":"hello","as":"xml"}', '{"t":"hello","subs":"t:1"}', '{"t":"hello","subs":[{"e":"x"}]}', '{"t":"hello","x":' + "[" * 9 + "]" * 9 + "}",
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
async def test_before_a_good_hello_there_is_nothing(live_server, ben, db, first):
    async with connected(live_server.url, await cast.bearer(db, ben)) as screen:
        await screen.socket.send(first)
        assert await screen.closed() == 1008
        assert [m["t"] for m in screen.heard] == ["err"]


async def test_who_says_nothing_is_not_waited_for(live_server, monkeypatch):
    monkeypatch.setattr("web.live.conversation.HELLO_SECONDS", 0.2)
    async with connected(live_server.url) as screen:
        assert await screen.closed(within=2) == 1008


async def test_a_frame_may_have_64_kib(live_server, ben, thread):
    async with live_server.listening(ben) as screen:
        message = {"t": "unsub", "i": 1, "s": "t:1", "x": ""}
        room = 65536 - len(json.dumps(message))
        await screen.say(**{**message, "x": "x" * room})
        assert (await screen.next())["t"] == "ok"
        await screen.socket.send(json.dumps({**message, "x": "x" * (room + 1)}))
        assert await screen.closed() == 1009


async def test_pieces_of_a_message_count_together(live_server, ben):
    async with live_server.listening(ben) as screen:
        await screen.socket.send(["x" * 30_000] * 3)
        assert await screen.closed() == 1009


async def test_text_that_is_none_ends_it(live_server, ben):
    async with live_server.listening(ben) as screen:
        await screen.socket.send(b'{"t":"\xff"}', text=True)
        assert await screen.closed() == 1007


async def test_a_storm_of_nonsense_hurts_nobody_else(live_server, db, ana, ben, carol, thread):
    async def storm():
        async with connected(live_server.url, await cast.bearer(db, carol)) as screen:
            await screen.say(t="hello")
            for sent in ("?", b"?", "[", "{}") * 3:
                await screen.socket.send(sent)
            return await screen.closed()

    async with live_server.listening(ben, thread.stream) as bens:
        assert await asyncio.gather(*(storm() for _ in range(5))) == [1008] * 5
        await cast.write(db, ana, thread, "Calm.")
        assert (await bens.next())["q"] == 2
        assert len(live_server.house.hub.connections) == 1
