"""After whatever died in between: nothing is missing, nothing comes twice."""

import asyncio
import html
import json
import re

import pytest

from chat import discussions
from chat.config import settings
from tests import cast
from tests.hubs import running
from tests.screens import cursor


async def catch_up(screen, until: int) -> list[int]:
    """The numbers of the posts that come, up to this one."""
    numbers = []
    while not numbers or numbers[-1] < until:
        numbers.append((await screen.next("post.added"))["d"]["number"])
    return numbers


async def test_nothing_is_missing_after_a_dropped_connection(live_server, db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        await cast.write(db, ana, thread, "Heard.")
        seen = await screen.next("post.added")
        epoch = screen.told["subs"][0]["e"]
        screen.socket.transport.abort()
    for n in range(5):
        await cast.write(db, ana, thread, f"While he was away: {n}")
    async with live_server.listening(ben, cursor(thread.stream, epoch, seen["q"])) as screen:
        assert screen.told["subs"][0]["state"] == "catchup"
        await cast.write(db, ana, thread, "And now.")
        assert await catch_up(screen, 8) == [3, 4, 5, 6, 7, 8]
        await screen.silence(0.2)


async def test_another_process_resumes_what_the_first_served(live_server, db, ana, ben, thread):
    async with running(settings(), db) as second:
        async with live_server.listening(ben, thread.stream) as screen:
            await cast.write(db, ana, thread, "By the first.")
            seen = await screen.next("post.added")
        await cast.write(db, ana, thread, "By nobody.")
        async with second.listening(
            ben, cursor(thread.stream, screen.told["subs"][0]["e"], seen["q"])
        ) as other:
            await cast.write(db, ana, thread, "By the second.")
            assert await catch_up(other, 4) == [3, 4]


async def test_two_processes_bring_the_same(live_server, db, ana, ben, thread):
    async with (
        running(settings(), db) as second,
        live_server.listening(ben, thread.stream) as one,
        second.listening(ana, thread.stream) as two,
        live_server.client(ana) as api,
    ):
        for n in range(3):
            await api.post(f"/api/v1/topics/{thread.id}/posts", json={"body": f"No. {n}"})
        for _ in range(3):
            assert await one.next("post.added") == await two.next("post.added")


async def test_many_reconnects_while_others_write(live_server, db, ana, ben, thread):
    """Each time from the last event heard, on whichever process answers."""

    async def write_on():
        for n in range(60):
            await cast.write(db, ana, thread, f"No. {n}")

    async with running(settings(), db) as second:
        writing = asyncio.create_task(write_on())
        seen, epoch, heard = 1, None, []
        while len(heard) < 60:
            hub = (live_server, second)[len(heard) % 2]
            async with hub.listening(ben, cursor(thread.stream, epoch, seen)) as screen:
                epoch = screen.told["subs"][0]["e"]
                for _ in range(min(7, 60 - len(heard))):
                    event = await screen.next("post.added")
                    heard.append(event["d"]["number"])
                    seen = event["q"]
                screen.socket.transport.abort()
        await writing
    assert heard == list(range(2, 62))


async def test_what_is_older_than_the_ring_comes_from_the_log(live_server, db, ana, ben, thread):
    async with live_server.listening(ana, thread.stream) as anas:
        async with db.transaction() as tx:
            for n in range(400):
                await discussions.reply(tx, ana, thread.id, f"No. {n}")
        assert await catch_up(anas, 401) == list(range(2, 402))
        async with live_server.listening(ben, cursor(thread.stream, None, 1)) as bens:
            assert await catch_up(bens, 401) == list(range(2, 402))


async def test_a_resumed_form_is_rendered_when_it_is_first_asked_for(live_server, db, ana, ben, thread):
    async with live_server.listening(ana, thread.stream, as_="json") as anas:
        await cast.write(db, ana, thread, "Rendered for programs.")
        await anas.next("post.added")
        async with live_server.listening(ben, cursor(thread.stream, None, 1), as_="html") as bens:
            assert "<article" in (await bens.next("post.added"))["d"]["html"]


@pytest.mark.parametrize("form", ["html", "json"])
async def test_the_birth_of_a_removed_post_shows_the_mark_and_never_the_text(
    live_server, db, ana, ben, thread, form
):
    post = await cast.write(db, ana, thread, "A patient’s name.")
    async with db.transaction() as tx:
        await discussions.remove(tx, ana, post["id"])
    async with live_server.listening(ben, cursor(thread.stream, None, 1), as_=form) as screen:
        born = await screen.next("post.added")
        removed = await screen.next("post.removed")
        assert "patient" not in str(born) + str(removed)
        assert born["d"]["number"] == 2
        assert "removed" in str(born["d"])


async def test_the_cursor_of_the_api_closes_the_race(live_server, db, ana, ben, thread):
    """A post committed between the snapshot and the subscription comes by catching up, and none comes twice."""
    async with live_server.client(ben) as api:
        for n in range(2, 8):
            page = (await api.get(f"/api/v1/topics/{thread.id}/posts")).json()
            shown = [p["number"] for p in page["posts"]]
            await cast.write(db, ana, thread, "In between.")
            async with live_server.listening(ben, page["cursor"]) as screen:
                await cast.write(db, ana, thread, "Afterwards.")
                after = await catch_up(screen, len(shown) + 2)
            assert shown + after == list(range(1, 2 * n))


async def test_the_cursors_of_a_page_close_the_race(live_server, db, ana, ben, thread):
    async with live_server.browser(ben) as page:
        text = (await page.get(f"/topics/{thread.id}")).text
    cursors = json.loads(html.unescape(re.search(r"data-live='([^']*)'", text)[1]))
    assert {c["s"] for c in cursors} == {thread.stream, f"n:{thread.network.id}", f"m:{ben.id}"}
    await cast.write(db, ana, thread, "In between.")
    async with live_server.listening(ben, *cursors, as_="html") as screen:
        missed = {m["k"]: m["d"] for m in [await screen.next(t="ev"), await screen.next(t="ev")]}
        assert "In between." in missed["post.added"]["html"]  # between two streams there is no order
        assert missed["topic.active"]["posts"] == 2
        await screen.silence(0.2)


async def test_a_transaction_that_rolls_back_leaves_no_gap(live_server, db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        with pytest.raises(ZeroDivisionError):
            async with db.transaction() as tx:
                await discussions.reply(tx, ana, thread.id, "Never.")
                await tx.number_events()
                raise ZeroDivisionError
        await cast.write(db, ana, thread, "Really.")
        event = await screen.next()
        assert (event["q"], event["d"]["number"], event["d"]["body"]) == (2, 2, "Really.")


async def test_what_is_kept_shows_nobody_as_they_were_before_they_hid_it(live_server, db, ana, ben, thread):
    async with live_server.listening(ana, thread.stream) as screen:
        await cast.write(db, ben, thread, "One.")
        assert ben.organisation in str(await screen.next("post.added"))
        epoch = screen.told["subs"][0]["e"]
    async with live_server.client(ben) as client:
        assert (await client.patch("/api/v1/me", json={"hides": ["organisation"]})).status_code == 200
    await live_server.house.hub.sweep()
    async with live_server.listening(ana, cursor(thread.stream, epoch, 1)) as screen:
        await screen.next("post.added")
    assert ben.organisation not in str(screen.heard)
