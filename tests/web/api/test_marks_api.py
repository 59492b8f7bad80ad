"""Reactions, earlier versions, answers, tags and polls of topics in JSON."""

from tests import cast
from tests.web.api.test_people_api import is_problem

POLL = {"question": "Which wedge?", "options": ["Soft", "Hard"]}


async def test_a_reaction_is_given_listed_and_taken_back(anas, bens, thread):
    address = f"/api/v1/posts/{thread.post}/reactions"
    for _ in range(2):
        assert (await bens.put(f"{address}/with_you")).json()["reactions"] == {"with_you": 1}
    told = (await bens.get(address)).json()
    assert (told["counts"], told["own"]) == ({"with_you": 1}, ["with_you"])
    assert [(r["kind"], r["author"]["handle"]) for r in told["reactions"]] == [("with_you", "ben-okafor")]
    assert (await anas.get(address)).json()["own"] == []
    page = (await bens.get(f"/api/v1/topics/{thread.id}/posts")).json()
    assert page["reacted"] == [{"post": thread.post, "kind": "with_you"}]
    assert (await bens.delete(f"{address}/with_you")).json()["reactions"] == {}
    is_problem(await bens.put(f"{address}/laugh"), 422, "kind")
    is_problem(await anas.put(f"{address}/thanks"), 403)


async def test_versions_are_read_and_taken_away(anas, bens, db, ben, thread):
    post = (await cast.write(db, ben, thread, "Mrs Bell fell."))["id"]
    await cast.mend(db, ben, post, "A patient fell.")
    address = f"/api/v1/posts/{post}/history"
    versions = (await bens.get(address)).json()["versions"]
    assert [(v["rev"], v["body"], v["current"]) for v in versions] == [
        (2, "A patient fell.", True), (1, "Mrs Bell fell.", False),
    ]  # fmt: skip
    is_problem(await bens.delete(f"{address}/1"), 403)
    assert (await anas.delete(f"{address}/1")).status_code == 204
    assert [v["body"] for v in (await bens.get(address)).json()["versions"]] == ["A patient fell.", None]
    is_problem(await bens.get(f"{address}?before=x"), 422, "before")


async def test_a_removed_post_comes_back(bens, anas, db, ben, thread):
    post = (await cast.write(db, ben, thread, "Words."))["id"]
    await bens.delete(f"/api/v1/posts/{post}")
    assert (await bens.get(f"/api/v1/posts/{post}")).json()["removed_by"] == "author"
    is_problem(await anas.post(f"/api/v1/posts/{post}/restore"), 403)
    assert (await bens.post(f"/api/v1/posts/{post}/restore")).json()["body"] == "Words."


async def test_answer_and_tags_of_a_topic(anas, bens, db, ben, thread, open_network):
    post = (await cast.write(db, ben, thread, "This."))["id"]
    address = f"/api/v1/topics/{thread.id}"
    assert (await anas.put(f"{address}/answer", json={"post": post})).json()["solved"] == 2
    assert (await bens.get(f"/api/v1/posts/{post}")).json()["answer"] is True
    other = await cast.start(db, ben, open_network, "Another")
    is_problem(await anas.put(f"/api/v1/topics/{other.id}/answer", json={"post": post}), 404)
    assert (await bens.get(address)).json()["solved"] == 2
    is_problem(await bens.delete(f"{address}/answer"), 403)
    assert (await anas.delete(f"{address}/answer")).status_code == 204
    assert (await anas.put(f"{address}/tags", json={"tags": ["Night Shift"]})).json()["tags"] == [
        "night-shift"
    ]
    slug = thread.network.slug
    assert (await bens.get(f"/api/v1/networks/{slug}/tags")).json() == {
        "tags": [{"tag": "night-shift", "topics": 1}]
    }
    listed = (await bens.get(f"/api/v1/networks/{slug}/topics?tag=night-shift")).json()["topics"]
    assert [t["id"] for t in listed] == [thread.id]


async def test_a_poll_from_start_to_end(anas, bens, open_network):
    made = await bens.post(
        f"/api/v1/networks/{open_network.slug}/topics",
        json={"title": "Wedges", "body": "Which?", "tags": "doors", "poll": POLL},
    )
    address = f"/api/v1/topics/{made.json()['id']}/poll"
    poll = (await anas.get(address)).json()
    assert (poll["options"], poll["turnout"], poll["counts"], poll["own"]) == (["Soft", "Hard"], 0, None, [])
    voted = (await anas.put(f"{address}/ballot", json={"choices": [2], "op": "v1"})).json()
    assert (voted["turnout"], voted["counts"], voted["own"]) == (1, [0, 1], [2])
    assert (await bens.get(address)).json()["counts"] is None
    is_problem(await anas.put(f"{address}/ballot", json={"choices": [3]}), 422, "choices")
    is_problem(await bens.delete(address), 409)
    assert (await bens.patch(address, json={"closed": True})).json()["counts"] == [0, 1]
    is_problem(await anas.put(f"{address}/ballot", json={"choices": [1]}), 409)
    for wrong, field in (
        ({"poll": 1}, "poll"),
        ({"poll": {"question": "?"}}, "options"),
        ({"tags": 1}, "tags"),
    ):
        body = {"title": "Wedges", "body": "Which?", **wrong}
        is_problem(await bens.post(f"/api/v1/networks/{open_network.slug}/topics", json=body), 422, field)
