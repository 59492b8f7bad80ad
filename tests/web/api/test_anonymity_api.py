"""Anonymous posts, and what hosts may ask about them, in JSON."""

import pytest

from tests import cast
from tests.web.api.test_people_api import is_problem

REASON = "A ward is named, and somebody is in danger there."


@pytest.fixture
async def circle(db, open_network):
    await cast.allow_anonymity(db, open_network)
    return open_network


async def test_a_post_without_a_name(live_server, db, ana, ben, circle, thread):
    sent = {"body": "We had one.", "anonymous": True}
    async with live_server.client(ben) as bens, live_server.client(ana) as anas:
        made = (await bens.post(f"/api/v1/topics/{thread.id}/posts", json=sent)).json()
        author = made["author"]
        assert author["name"].startswith("Anonymous ")
        assert {**author, "name": ""} == {
            "kind": "pseudonym", "id": None, "handle": None, "name": "", "organisation": "",
        }  # fmt: skip
        assert (await anas.get(f"/api/v1/posts/{made['id']}")).json() == made
        assert (await bens.get(f"/api/v1/topics/{thread.id}/posts")).json()["own"] == [made["id"]]
        assert (await anas.get(f"/api/v1/topics/{thread.id}/posts")).json()["own"] == []
        changed = (await bens.patch(f"/api/v1/posts/{made['id']}", json={"body": "We had two."})).json()
        assert (changed["body"], changed["author"]) == ("We had two.", author)
        is_problem(await anas.patch(f"/api/v1/posts/{made['id']}", json={"body": "No."}), 403)


async def test_a_topic_without_a_name(live_server, ben, circle):
    sent = {"title": "Beds", "body": "Where?", "anonymous": True}
    async with live_server.client(ben) as bens:
        made = (await bens.post(f"/api/v1/networks/{circle.slug}/topics", json=sent)).json()
        assert (made["author"]["kind"], made["author"]["handle"]) == ("pseudonym", None)


@pytest.mark.parametrize("anonymous", ["true", 1, "no", [True]])
async def test_what_is_not_understood_is_refused(anas, db, circle, thread, anonymous):
    sent = {"body": "We had one.", "anonymous": anonymous}
    is_problem(await anas.post(f"/api/v1/topics/{thread.id}/posts", json=sent), 422, "anonymous")
    assert await cast.value(db, "SELECT count(*) FROM post") == 1


async def test_a_network_says_whether_it_takes_them(anas, db, open_network):
    address = f"/api/v1/networks/{open_network.slug}"
    assert (await anas.get(address)).json()["anonymity_since"] is None
    await cast.allow_anonymity(db, open_network)
    assert (await anas.get(address)).json()["anonymity_since"]


async def test_two_hosts_learn_who_wrote_it(live_server, db, anas, ana, ben, circle, thread):
    hanna = await cast.join_the_hub(db, "Hanna Weber")
    await cast.let_in(db, circle, hanna, "host")
    post = (await cast.write(db, ben, thread, "It was on our ward.", anonymous=True))["id"]
    address = f"/api/v1/posts/{post}/unmaskings"
    asked = await anas.post(address, json={"reason": REASON})
    assert asked.status_code == 201
    assert (asked.json()["reason"], asked.json()["asked_by"], asked.json()["agreed_at"]) == (
        REASON,
        "ana-lima",
        None,
    )
    is_problem(await anas.post(address, json={"reason": ""}), 422, "reason")
    is_problem(await anas.post(f"{address}/reveal"), 403)
    async with live_server.client(hanna) as hannas, live_server.client(ben) as bens:
        (waiting,) = (await hannas.get(f"/api/v1/networks/{circle.slug}/unmaskings")).json()["unmaskings"]
        assert waiting == asked.json()
        is_problem(await bens.post(f"/api/v1/unmaskings/{waiting['id']}/agree"), 404)
        assert (await hannas.post(f"/api/v1/unmaskings/{waiting['id']}/agree")).status_code == 204
        is_problem(await hannas.post(f"/api/v1/unmaskings/{waiting['id']}/decline"), 409)
        (done,) = (await hannas.get(address)).json()["unmaskings"]
        assert done["agreed_by"] == "hanna-weber"
        for program in (anas, hannas):
            author = (await program.post(f"{address}/reveal")).json()["author"]
            assert (author["handle"], author["name"]) == ("ben-okafor", "Ben Okafor")
        is_problem(await bens.post(f"{address}/reveal"), 403)
