"""Topics and posts in JSON."""

import pytest

from tests import cast
from tests.web.api.test_people_api import is_problem


async def test_a_topic_is_started_and_shown(anas, open_network):
    made = await anas.post(
        f"/api/v1/networks/{open_network.slug}/topics", json={"title": "Labels", "body": "Which?"}
    )
    assert made.status_code == 201
    topic = made.json()
    assert (topic["title"], topic["posts"], topic["network"]) == ("Labels", 1, open_network.slug)
    assert topic["stream"] == f"t:{topic['id']}"
    assert made.headers["location"] == f"/api/v1/topics/{topic['id']}"
    shown = (await anas.get(made.headers["location"])).json()
    assert shown == {name: value for name, value in topic.items() if name != "post"}
    listed = (await anas.get(f"/api/v1/networks/{open_network.slug}/topics")).json()["topics"]
    assert listed == [shown]


async def test_posts_come_in_the_order_they_were_written(anas, db, ben, thread):
    for n in range(2, 7):
        await cast.write(db, ben, thread, f"No. {n}")
    page = (await anas.get(f"/api/v1/topics/{thread.id}/posts?after=2&limit=3")).json()
    assert [p["number"] for p in page["posts"]] == [3, 4, 5]
    assert page["more"] is True
    page = (await anas.get(f"/api/v1/topics/{thread.id}/posts?after=5")).json()
    assert ([p["number"] for p in page["posts"]], page["more"]) == ([6], False)
    assert page["cursor"]["s"] == thread.stream
    assert page["cursor"]["q"] == (await cast.events(db, thread.stream))[-1][0]


async def test_a_post_is_written_answered_changed_and_removed(anas, thread):
    made = await anas.post(
        f"/api/v1/topics/{thread.id}/posts", json={"body": "We read it *aloud*.", "parent": thread.post}
    )
    assert made.status_code == 201
    post = made.json()
    assert (post["number"], post["parent"], post["rev"]) == (2, thread.post, 1)
    assert post["html"] == "<p>We read it <em>aloud</em>.</p>"
    address = made.headers["location"]
    assert (await anas.get(address)).json() == post
    changed = (await anas.patch(address, json={"body": "We sing it."})).json()
    assert (changed["body"], changed["rev"]) == ("We sing it.", 2)
    assert changed["edited_at"] is None, "it was mended at once"
    removed = await anas.delete(address)
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await anas.delete(address)).status_code == 204
    left = (await anas.get(address)).json()
    assert (left["body"], left["html"], left["number"]) == (None, None, 2)
    assert left["removed_at"]
    is_problem(await anas.patch(address, json={"body": "Back."}), 409)


async def test_only_its_author_changes_a_post(live_server, ben, carol, thread, db):
    bens = await cast.write(db, ben, thread, "We read it aloud.")
    async with live_server.client(carol) as carols:
        is_problem(await carols.patch(f"/api/v1/posts/{bens['id']}", json={"body": "We don’t."}), 403)
        is_problem(await carols.delete(f"/api/v1/posts/{bens['id']}"), 403)


async def test_a_retry_posts_once(anas, db, thread):
    sent = {"body": "Once.", "op": "a-random-name"}
    first, again = [
        (await anas.post(f"/api/v1/topics/{thread.id}/posts", json=sent)).json() for _ in range(2)
    ]
    assert first == again
    assert await cast.value(db, "SELECT post_count FROM topic") == 2


async def test_one_name_for_two_acts_is_two_acts(anas, open_network, thread):
    sent = {"title": "Labels", "body": "Which?", "op": "same"}
    reply = await anas.post(f"/api/v1/topics/{thread.id}/posts", json=sent)
    topic = await anas.post(f"/api/v1/networks/{open_network.slug}/topics", json=sent)
    assert (reply.status_code, topic.status_code) == (201, 201)
    assert topic.json()["title"] == "Labels"


async def test_reading_positions_are_kept(anas, db, ben, thread):
    await cast.write(db, ben, thread, "We read it aloud.")
    for number in (2, 1, 10**20, -5):
        assert (
            await anas.post(f"/api/v1/topics/{thread.id}/read", json={"number": number})
        ).status_code == 204
    assert await cast.value(db, "SELECT max(number) FROM reading") == 2
    is_problem(await anas.post(f"/api/v1/topics/{thread.id}/read", json={"number": "2"}), 422, "number")


async def test_searching_finds_what_one_may_read(anas, devs, thread, secret_thread):
    found = (await anas.get("/api/v1/search", params={"q": "zebra"})).json()["hits"]
    assert [(hit["topic"], hit["number"]) for hit in found] == [(secret_thread.id, 1)]
    assert "zebra" in found[0]["snippet"]
    assert (await devs.get("/api/v1/search", params={"q": "zebra"})).json() == {"hits": []}
    assert (await devs.get("/api/v1/search", params={"q": "checklist"})).json()["hits"]


@pytest.mark.parametrize("text", ["2026-11-27", "2026-11-27T12:00", "yesterday", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])  # fmt: skip
async def test_a_list_goes_on_before_a_time(anas, open_network, thread, text):
    address = f"/api/v1/networks/{open_network.slug}/topics"
    last = (await anas.get(address)).json()["topics"][-1]["last_post_at"]
    assert (await anas.get(f"{address}?before={last}")).json() == {"topics": []}
    is_problem(await anas.get(address, params={"before": text}), 422, "before")


async def test_too_many_posts_are_told_when_to_go_on(anas, thread):
    for _ in range(200):  # sixty at once, and one more for each second that this takes
        answer = await anas.post(f"/api/v1/topics/{thread.id}/posts", json={})
        if answer.status_code == 429:
            break
    assert is_problem(answer, 429)["detail"].startswith("That was too fast.")
    assert 0 < int(answer.headers["retry-after"]) <= 60
