"""What a screen hears of the streams it follows."""

import pytest

from chat import discussions
from chat.secrets import derived
from tests import cast


async def test_ben_sees_anas_reply_arrive(live_server, db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        assert screen.told["v"] == 1
        assert screen.told["hb"] == 25000
        [sub] = screen.told["subs"]
        assert (sub["s"], sub["head"], sub["state"]) == (thread.stream, 1, "live")
        post = await cast.write(db, ana, thread, "Smoke them gently.")
        event = await screen.next()
        assert (event["t"], event["s"], event["q"], event["k"]) == ("ev", thread.stream, 2, "post.added")
        async with live_server.client(ben) as api:
            assert event["d"] == (await api.get(f"/api/v1/posts/{post['id']}")).json()


async def test_a_page_hears_the_fragment_that_it_would_have_rendered(live_server, db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream, as_="html") as screen:
        await cast.write(db, ana, thread, "Smoke them *gently*.", parent=thread.post)
        d = (await screen.next("post.added"))["d"]
        assert (d["number"], d["parent"], d["rev"]) == (2, thread.post, 1)
        async with live_server.browser(ben) as page:
            assert d["html"] in (await page.get(f"/topics/{thread.id}")).text


@pytest.mark.parametrize("form", ["html", "json"])
async def test_all_readers_get_the_same_bytes(live_server, db, ana, ben, thread, visitor, form):
    heard = []
    async with (
        live_server.listening(ana, thread.stream, as_=form) as anas,
        live_server.listening(ben, thread.stream, as_=form) as bens,
        live_server.listening(visitor, thread.stream, as_=form) as visitors,
    ):
        await cast.write(db, ana, thread, "To all.")
        heard = [await screen.socket.recv(decode=False) for screen in (anas, bens, visitors)]
    assert heard[0] == heard[1] == heard[2]


async def test_a_visitor_follows_an_open_network(live_server, db, ana, visitor, thread):
    async with live_server.listening(visitor, thread.stream, f"n:{thread.network.id}") as screen:
        await cast.write(db, ana, thread, "For everybody.")
        heard = {(await screen.next())["k"] for _ in range(2)}
        assert heard == {"post.added", "topic.active"}
        await cast.start(db, ana, thread.network, "Another question")
        assert (await screen.next("topic.added"))["d"]["title"] == "Another question"


async def test_edits_and_removals_arrive_in_order(live_server, db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        post = await cast.write(db, ana, thread, "Smoke them.")
        async with db.transaction() as tx:
            await discussions.edit(tx, ana, post["id"], "Smoke them gently.")
        async with db.transaction() as tx:
            await discussions.remove(tx, ana, post["id"])
        heard = [await screen.next() for _ in range(3)]
        assert [(e["q"], e["k"]) for e in heard] == [
            (2, "post.added"),
            (3, "post.edited"),
            (4, "post.removed"),
        ]
        assert heard[2]["d"]["body"] is None
        assert heard[2]["d"]["removed_at"]


async def test_what_is_one_s_own_comes_by_one_s_own_stream(live_server, db, ben, ana, thread):
    async with live_server.listening(ben, f"m:{ben.id}") as screen:
        async with db.transaction() as tx:
            await discussions.mark_read(tx, ben, thread.id, 1)
        event = await screen.next("read.moved")
        assert event["d"] == {"topic": thread.id, "number": 1}
        circle = await cast.found(db, ana, "A circle", "confidential")
        await cast.let_in(db, circle, ben)
        assert (await screen.next("membership.began"))["d"] == {"network": circle.id}


async def test_how_far_one_has_read_comes_to_all_screens_by_beacon(live_server, db, ana, ben, thread):
    """Late and repeated news of it change nothing."""
    await cast.write(db, ana, thread, "One more.")
    await cast.write(db, ana, thread, "And one.")
    session = await cast.session(db, ben)
    async with live_server.listening(ben, f"m:{ben.id}") as screen, live_server.browser() as browser:
        browser.cookies.set("session", session)
        for number in (2, 1, 2, 3):
            sent = {"number": str(number), "csrf": derived(session, "csrf")}
            assert (await browser.post(f"/topics/{thread.id}/read", data=sent)).status_code == 204
        heard = [(await screen.next("read.moved"))["d"]["number"] for _ in range(2)]
        assert heard == [2, 3]
        await screen.silence(0.2)
        sent = {"number": "3", "csrf": derived(session, "csrf")}
        refused = await browser.post(
            f"/topics/{thread.id}/read",
            data=sent,
            headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        )
        assert refused.status_code == 403


async def test_streams_are_added_and_given_up(live_server, db, ana, ben, thread):
    async with live_server.listening(ben) as screen:
        assert screen.told["subs"] == []
        await screen.say(t="sub", i=7, s=thread.stream)
        told = await screen.next(t="ok")
        assert (told["i"], told["subs"][0]["s"]) == (7, thread.stream)
        await screen.say(t="sub", i=8, s=thread.stream)  # again: still each event once
        await screen.next(t="ok", i=8)
        await cast.write(db, ana, thread, "Heard.")
        await screen.next("post.added")
        await screen.silence(0.2)
        await screen.say(t="unsub", i=9, s=thread.stream)
        assert await screen.next(t="ok") == {"t": "ok", "i": 9, "subs": []}
        await cast.write(db, ana, thread, "Not heard.")
        await screen.silence(0.3)


async def test_unknown_keys_are_ignored(live_server, ben, thread):
    async with live_server.listening(ben, thread.stream, colour="blue") as screen:
        await screen.say(t="sub", i=1, s=thread.stream, colour="blue", nested={"a": [1]})
        assert (await screen.next(t="ok"))["i"] == 1


async def test_who_types_is_told_and_never_numbered(live_server, db, ana, ben, thread):
    async with (
        live_server.listening(ben, thread.stream) as bens,
        live_server.listening(ana, thread.stream) as anas,
    ):
        for _ in range(3):  # at most once in a while
            await anas.say(t="eph", s=thread.stream, k="typing")
        heard = await bens.next(t="eph")
        assert heard == {"t": "eph", "s": thread.stream, "k": "typing", "d": {"m": ana.id}}
        await bens.silence(0.2)
        await cast.write(db, ana, thread, "Done.")
        assert (await bens.next("post.added"))["q"] == 2


async def test_only_followers_type(live_server, ana, dev, secret_thread, visitor):
    async with (
        live_server.listening(ana, secret_thread.stream) as anas,
        live_server.listening(dev, secret_thread.stream) as devs,
        live_server.listening(visitor, secret_thread.stream) as visitors,
    ):
        for screen in (devs, visitors):
            await screen.say(t="eph", s=secret_thread.stream, k="typing")
        await anas.silence(0.3)
