"""Writing by the socket: the same verbs, told what came of them."""

import asyncio

import pytest

from tests import cast
from tests.hubs import running


async def add(screen, stream, op="first", i=1, **d):
    await screen.say(t="op", i=i, op=op, k="post.add", s=stream, d=d)


async def test_a_post_is_added_and_heard_under_the_number_that_was_told(live_server, db, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        await add(screen, thread.stream, i=9, body="By the socket.", parent=thread.post)
        answers = {message["t"]: message for message in [await screen.next(), await screen.next()]}
        assert answers["res"]["d"]["number"] == 2
        assert (answers["res"]["i"], answers["res"]["q"], answers["res"]["s"]) == (9, 2, thread.stream)
        assert answers["ev"]["q"] == 2
        assert answers["ev"]["d"]["id"] == answers["res"]["d"]["id"]
        assert answers["ev"]["d"]["parent"] == thread.post


async def test_a_retry_posts_once_on_whatever_socket(live_server, db, ben, thread):
    async with live_server.listening(ben) as one, live_server.listening(ben) as two:
        await add(one, thread.stream, body="Once.")
        first = await one.next(t="res")
        one.socket.transport.abort()
        await add(two, thread.stream, body="Once.")
        assert await two.next(t="res") == first
    assert await cast.value(db, "SELECT count(*) FROM post") == 2


async def test_ten_tries_at_once_post_once(live_server, db, ben, thread):
    async def attempt():
        async with live_server.listening(ben) as screen:
            await add(screen, thread.stream, body="Once.")
            return (await screen.next(t="res"))["d"]

    results = await asyncio.gather(*(attempt() for _ in range(8)))
    assert results == results[:1] * 8
    assert await cast.value(db, "SELECT count(*) FROM post") == 2


@pytest.mark.parametrize(
    ("d", "text"),
    [
        ({}, "The text can’t be empty."), ({"body": "  "}, "The text can’t be empty."), ({"body": "\u0000"}, "The text can’t be empty."),
        ({"body": 5}, "The text must be text."), ({"body": "x", "parent": 1}, "not in this topic"),
        ({"body": "x", "parent": "9" * 5000}, "not in this topic"), ({"body": "x", "parent": [1]}, "not in this topic"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
async def test_a_body_that_is_wrong_is_told(live_server, db, ben, thread, d, text):
    async with live_server.listening(ben) as screen:
        await add(screen, thread.stream, **d)
        err = await screen.next(t="err")
        assert (err["i"], err["code"]) == (1, "invalid")
        assert text in err["text"]
    assert await cast.value(db, "SELECT count(*) FROM post") == 1


async def test_a_post_as_long_as_a_frame_is_taken(live_server, ben, thread):
    async with live_server.listening(ben) as screen:
        await add(screen, thread.stream, body="x" * 65_000)
        assert (await screen.next(t="res"))["d"]["number"] == 2


async def test_what_one_may_not_is_told_like_what_is_not_there(
    live_server, db, dev, visitor, secret_thread, thread
):
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with (
        live_server.listening(dev) as devs,
        live_server.listening(erin) as erins,
        live_server.listening(visitor) as visitors,
    ):
        for stream in (
            secret_thread.stream,
            "t:999999",
            "t:" + "9" * 30,
            "t:0",
            "t:007",
            "n:1",
            "sys",
            "",
            f"t:{thread.id} ",
        ):
            await add(devs, stream, body="Let me in.")
            err = await devs.next(t="err")
            assert (err["code"], err["text"]) == (
                "notfound",
                "There is nothing here, or it is not yours to see.",
            )
        await add(erins, thread.stream, body="Not yet.")
        assert (await erins.next(t="err"))["code"] == "forbidden"
        await add(visitors, thread.stream, body="Me too.")
        assert (await visitors.next(t="err"))["code"] == "signinfirst"
    assert await cast.value(db, "SELECT count(*) FROM post") == 2


async def test_an_unknown_op_is_invalid(live_server, ben, thread):
    async with live_server.listening(ben) as screen:
        await screen.say(t="op", i=1, op="x", k="post.burn", s=thread.stream, d={})
        assert (await screen.next(t="err"))["code"] == "invalid"
        await add(screen, thread.stream, op="no spaces", body="x")
        assert (await screen.next(t="err"))["code"] == "invalid"


async def test_who_was_removed_writes_no_more(live_server, db, ana, ben, confidential_network, secret_thread):
    async with live_server.listening(ben) as screen:
        await add(screen, secret_thread.stream, body="Once.")
        await screen.next(t="res")
        await cast.remove(db, ana, confidential_network, ben)
        for op in ("first", "second"):  # not even what was answered before
            await add(screen, secret_thread.stream, op=op, body="Once.")
            assert (await screen.next(t="err"))["code"] == "notfound"


async def test_too_many_ops_are_told_when_to_go_on(setting, db, ben, thread):
    async with running(setting(HUB_LIVE_OPS="3"), db) as hub, hub.listening(ben) as screen:
        for n in range(4):
            await add(screen, thread.stream, op=f"op-{n}", i=n, body=f"No. {n}")
        for _ in range(3):
            await screen.next(t="res")
        err = await screen.next(t="err")
        assert (err["i"], err["code"]) == (3, "rate")
        assert 0 < err["retry"] <= 10_000
    assert await cast.value(db, "SELECT count(*) FROM post") == 4


async def test_too_many_posts_are_too_many_by_any_way(setting, db, ben, thread, monkeypatch):
    monkeypatch.setattr("chat.limits.POSTS", (2, 60))
    async with running(setting(), db) as hub, hub.listening(ben) as screen:
        for n in range(3):
            await add(screen, thread.stream, op=f"op-{n}", i=n, body=f"No. {n}")
        err = await screen.next(t="err")
        assert (err["code"], err["retry"] >= 1000) == ("rate", True)


async def test_dev_writes_in_an_open_network_and_so_joins_it(live_server, db, dev, thread):
    async with live_server.listening(dev, f"m:{dev.id}") as screen:
        await add(screen, thread.stream, body="May I?")
        heard = [await screen.next(), await screen.next()]
        assert {m["t"] for m in heard} == {"res", "ev"}
        assert (await cast.seen_by(db, dev, thread.network)).role == "member"
