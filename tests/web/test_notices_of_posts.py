"""Notices of posts, following and bookmarks as pages, by the API and live."""

import html
import re

from chat import discussions, jobs
from chat.members.notifying import Part, gather
from tests import cast
from tests.web.conftest import csrf_of
from workers.jobs import kinds

WORDS = {
    "post.mentioned": "Ben Okafor named you in “Who checks the checklist?”",
    "post.answered": "Ben Okafor answered you in “Who checks the checklist?”",
    "post.quoted": "Ben Okafor quoted you in “Who checks the checklist?”",
    "topic.posted": "Ben Okafor wrote in “Who checks the checklist?”",
    "topic.started": "Ben Okafor started “Who checks the checklist?” in Falls and frailty",
    "bookmark.due": "You wanted to come back to what Ben Okafor wrote in “Who checks the checklist?”",
}


def sentences(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page.text)))


async def test_each_kind_has_its_words(live_server, db, anas_browser, ana, ben, carol, open_network, thread):
    said = await cast.write(db, ben, thread, "A sticker.")
    async with db.transaction() as tx:
        await gather(tx, open_network.id, [Part(ana.id, kind, thread.id, [said["id"]]) for kind in WORDS])
        for member in (ben, carol):
            await tx.run(
                "INSERT INTO reaction (post_id, member_id, kind) VALUES (:post, :me, 'thanks')",
                post=thread.post,
                me=member.id,
            )
        await gather(tx, open_network.id, [Part(ana.id, "post.reacted", thread.post, [ben.id, carol.id])])
    page = sentences(await anas_browser.get("/notices"))
    for words in (*WORDS.values(), "Carol Nguyen and 1 other reacted to what you wrote in “Who checks"):
        assert words in page


async def test_it_leads_to_the_first_post_and_all_at_once_can_be_undone(
    live_server, db, redis, anas_browser, ana, ben, carol, thread
):
    for member in (ben, carol):
        await cast.write(db, member, thread, "We do.")
    await jobs.work_all(db, kinds(db, redis))
    csrf = {"csrf": csrf_of(anas_browser)}
    page = await anas_browser.get("/notices")
    assert "Carol Nguyen and 1 other answered you in" in sentences(page)
    read = await anas_browser.post(
        "/notices/read", data={**csrf, "newest": re.search(r'name="newest" value="(\d+)"', page.text)[1]}
    )
    page = await anas_browser.get(read.headers["location"])
    assert 'class="fresh"' not in page.text
    at = html.unescape(re.search(r'name="at" value="([^"]+)"', page.text)[1])
    await anas_browser.post("/notices/undo", data={**csrf, "at": at})
    page = await anas_browser.get("/notices")
    notice = re.search(r'<li id="n(\d+)" class="fresh"', page.text)[1]
    opened = await anas_browser.post(f"/notices/{notice}/open", data=csrf)
    assert opened.headers["location"] == f"/topics/{thread.id}?post=2#p2"
    assert (await anas_browser.post("/notices/undo", data={**csrf, "at": "noon"})).status_code == 422


async def test_a_notice_counts_up_live_and_is_read_by_opening_the_topic(
    live_server, db, redis, anas_browser, anas, ana, ben, carol, thread
):
    work = kinds(db, redis)
    async with (
        live_server.listening(ana, f"m:{ana.id}") as screen,
        live_server.listening(ana, f"m:{ana.id}", as_="html") as page,
    ):
        await cast.write(db, ben, thread, "We do.")
        await jobs.work_all(db, work)
        first = (await screen.next("notice.added"))["d"]
        assert (first["unread"], first["notice"]["topic"], first["notice"]["others"]) == (1, thread.id, 0)
        assert (await page.next("notice.added"))["d"]["topic"] == str(thread.id)
        async with db.transaction() as tx:
            await tx.run("UPDATE topic SET told_at = NULL")
        await cast.write(db, carol, thread, "So do we.")
        await jobs.work_all(db, work)
        again = (await screen.next("notice.added"))["d"]
        assert (again["id"], again["unread"], again["notice"]["others"]) == (first["id"], 1, 1)
        done = await anas_browser.post(
            f"/topics/{thread.id}/notices/read", data={"csrf": csrf_of(anas_browser)}
        )
        assert done.status_code == 204
        assert (await screen.next("notice.read"))["d"]["unread"] == 0
    done = (await anas.post("/api/v1/notices/read", json={})).json()
    assert (await anas.post("/api/v1/notices/undo", json=done)).status_code == 204
    assert (await anas.post("/api/v1/notices/undo", json={})).status_code == 422


async def test_following_by_page_and_api(live_server, db, anas_browser, anas, ana, open_network, thread):
    csrf = {"csrf": csrf_of(anas_browser)}
    assert (
        "<span>You follow this</span>" in (await anas_browser.get(f"/topics/{thread.id}")).text
    )  # she wrote in it
    done = await anas_browser.post(
        f"/topics/{thread.id}/following", data={**csrf, "level": "muted", "for": "week"}
    )
    assert done.headers["location"] == f"/topics/{thread.id}"
    page = (await anas_browser.get(f"/topics/{thread.id}")).text
    assert "<span>Muted until <time" in page
    told = (await anas.get(f"/api/v1/topics/{thread.id}/following")).json()
    assert told["level"] == "muted"
    assert told["until"]
    told = await anas.put(f"/api/v1/topics/{thread.id}/following", json={"level": "watching"})
    assert told.json() == {"level": "watching", "until": None}
    assert (await anas.put(f"/api/v1/topics/{thread.id}/following", json={})).status_code == 422
    path = f"/networks/{open_network.slug}/preferences"
    await anas_browser.post(path, data={**csrf, "listed": "1", "told": "all"})
    assert re.search(r'value="all" checked', (await anas_browser.get(path)).text)
    assert (await anas.get(f"/api/v1{path}")).json()["told"] == "all"
    await anas_browser.post("/settings/notices", data={**csrf, "on_writing": "watching"})
    assert (await anas.get("/api/v1/me")).json()["on_writing"] == "watching"
    assert (await anas.patch("/api/v1/me", json={"on_writing": "never"})).status_code == 422


async def test_bookmarks_by_page_and_api(live_server, db, anas_browser, anas, ana, ben, thread):
    csrf = {"csrf": csrf_of(anas_browser)}
    said = (await cast.write(db, ben, thread, "A <b>sticker</b>, *always*."))["id"]
    page = (await anas_browser.get(f"/topics/{thread.id}")).text
    assert f'<button class="act give" form="acts" formaction="/posts/{said}/bookmark">' in page
    touched = await anas_browser.post(f"/posts/{said}/bookmark", data=csrf)
    assert touched.headers["location"] == f"/topics/{thread.id}?post=2#p2"
    assert f'[data-key="bookmark-{said}"]' in (await anas_browser.get(f"/topics/{thread.id}")).text
    wrong = await anas_browser.post(
        f"/posts/{said}/bookmark", data={**csrf, "note": "For Jo", "remind": "date", "on": "2020-01-01"}
    )
    assert wrong.status_code == 422
    assert 'value="For Jo"' in wrong.text
    noted = {**csrf, "note": "For Jo", "remind": "tomorrow", "back": "/bookmarks"}
    assert (await anas_browser.post(f"/posts/{said}/bookmark", data=noted)).headers[
        "location"
    ] == "/bookmarks"
    page = sentences(await anas_browser.get("/bookmarks"))
    assert "For Jo" in page
    assert "sticker" in page
    (kept,) = (await anas.get("/api/v1/bookmarks")).json()["bookmarks"]
    assert (kept["note"], kept["post"]["id"], kept["reminded_at"]) == ("For Jo", said, None)
    told = (await anas.put(f"/api/v1/posts/{said}/bookmark", json={"remind": "never"})).json()
    assert (told["note"], told["remind_at"]) == ("For Jo", None)
    await anas_browser.post(f"/posts/{said}/bookmark/remove", data=csrf)
    assert "You keep nothing yet" in (await anas_browser.get("/bookmarks")).text
    assert (await anas.delete(f"/api/v1/posts/{said}/bookmark")).status_code == 204


async def test_reacting_and_changing_a_post_leave_jobs_that_tell(db, redis, ana, ben, thread):
    said = await cast.write(db, ben, thread, "Hello.")
    async with db.transaction() as tx:
        await discussions.react(tx, ben, thread.post, "thanks")
        await discussions.react(tx, ben, thread.post, "helpful")
    async with db.transaction() as tx:
        await discussions.edit(tx, ben, said["id"], "Hello, @ana-lima.")
    left = {row.kind for row in await cast.rows(db, "SELECT kind FROM job WHERE done_at IS NULL")}
    assert left == {"tell_posts", "tell_reaction", "tell_named"}
    await jobs.work_all(db, kinds(db, redis))
    assert await cast.value(db, "SELECT parts FROM notice WHERE kind = 'post.reacted'") == [ben.id]
