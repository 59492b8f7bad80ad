"""/me, networks, invitations and members in JSON."""

import pytest

from tests import cast


def is_problem(answer, status, field=None):
    """RFC 9457: a JSON object that says what is wrong in a sentence."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["title"]
    assert " " in said["detail"]
    assert said.get("field") == field
    return said


async def test_ana_sees_herself(anas, ana):
    me = (await anas.get("/api/v1/me")).json()
    assert me == {
        "id": ana.id, "handle": "ana-lima", "name": "Ana Lima", "email": "ana-lima@example.org",
        "organisation": "Hospital de São João", "role": "Patient safety manager", "country": "PT",
        "verified": True, "admin": False,
        "hides": [], "zone": "", "language": "en",
        "reminders": ["day.mail", "day.page", "soon.mail", "soon.page", "live.mail", "live.page"],
        "view": "threads", "order": "oldest",
        "on_writing": "tracking",
    }  # fmt: skip


@pytest.mark.parametrize("token", ["wrong", "é", "a" * 5000, "'; DROP TABLE member; --"])
async def test_a_wrong_token_is_refused_even_where_anybody_may_read(http, token, open_network):
    for path in (
        "/api/v1/me",
        "/api/v1/networks",
        f"/api/v1/networks/{open_network.slug}",
        "/api/v1/search?q=x",
    ):
        answer = await http.get(path, headers={"Authorization": f"Bearer {token}".encode()})
        assert is_problem(answer, 401)["detail"] == "This token is not valid."


async def test_a_revoked_token_is_refused(anas, db):
    async with db.transaction() as tx:
        await tx.run("UPDATE api_token SET revoked_at = now()")
    is_problem(await anas.get("/api/v1/me"), 401)


async def test_a_visitor_reads_what_is_open_and_is_nobody(http, open_network, thread):
    is_problem(await http.get("/api/v1/me"), 401)
    assert [n["slug"] for n in (await http.get("/api/v1/networks")).json()["networks"]] == [open_network.slug]
    assert (await http.get(f"/api/v1/topics/{thread.id}/posts")).status_code == 200
    is_problem(await http.post(f"/api/v1/topics/{thread.id}/posts", json={"body": "Hi"}), 401)
    is_problem(await http.get(f"/api/v1/networks/{open_network.slug}/members"), 401)


async def test_founding_answers_with_the_network(anas):
    answer = await anas.post("/api/v1/networks", json={"name": "Safer surgery", "access": "private"})
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/networks/safer-surgery"
    made = answer.json()
    assert (made["slug"], made["access"], made["role"], made["members"]) == (
        "safer-surgery",
        "private",
        "owner",
        1,
    )
    assert (await anas.get(answer.headers["location"])).json() == made


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "Safer surgery"}, "access"),
        ({"name": "Safer surgery", "access": "public"}, "access"),
        ({"name": ["Safer surgery"], "access": "open"}, "name"),
        ({"name": "x" * 81, "access": "open"}, "name"),
        ({"name": "Falls and frailty", "access": "open"}, "name"),
        ({"name": "Safer surgery", "slug": "new", "access": "open"}, "slug"),
        ({"name": "Safer surgery", "slug": "circle-x1a2b3c", "access": "open"}, "slug"),
        ({"name": "Safer surgery", "access": "open", "summary": "x" * 1025}, "summary"),
    ],
)
async def test_a_wrong_field_of_a_network_is_named(anas, open_network, body, field):
    is_problem(await anas.post("/api/v1/networks", json=body), 422, field)


async def test_nobody_learns_of_a_secret_address_by_asking_for_it(devs, confidential_network):
    """Whoever was removed knows it, and may try whether it is still taken."""
    wanted = {"name": "Mine", "access": "open"}
    taken = await devs.post("/api/v1/networks", json={**wanted, "slug": confidential_network.slug})
    free = await devs.post("/api/v1/networks", json={**wanted, "slug": "some-other-x000000"})
    assert taken.status_code == 422
    assert taken.content == free.content


async def test_networks_are_listed_by_name_and_go_on_after_one(db, anas, ana):
    for name in ("Beta", "Alpha", "Gamma"):
        await cast.found(db, ana, name)
    found = (await anas.get("/api/v1/networks?after=Alpha")).json()["networks"]
    assert [n["name"] for n in found] == ["Beta", "Gamma"]


async def test_dev_joins_an_open_network_and_no_other(devs, db, ana, open_network):
    joined = (await devs.post(f"/api/v1/networks/{open_network.slug}/join")).json()
    assert (joined["role"], joined["members"]) == ("member", 4)
    private = await cast.found(db, ana, "Private matters", "private")
    is_problem(await devs.post(f"/api/v1/networks/{private.slug}/join"), 403)


async def test_an_invitation_is_told_once_and_brings_in(anas, devs, confidential_network):
    made = await anas.post(f"/api/v1/networks/{confidential_network.slug}/invitations", json={"places": 2})
    assert made.status_code == 201
    offer = made.json()
    assert offer["url"].endswith("/i/" + offer["token"])
    assert (offer["places"], offer["role"], offer["email"]) == (2, "member", None)
    accepted = await devs.post(f"/api/v1/invitations/{offer['token']}/accept")
    assert (accepted.status_code, accepted.json()["slug"]) == (200, confidential_network.slug)


async def test_the_last_place_goes_to_one(anas, devs, db, live_server, confidential_network):
    made = await anas.post(f"/api/v1/networks/{confidential_network.slug}/invitations", json={})
    address = f"/api/v1/invitations/{made.json()['token']}/accept"
    assert (await devs.post(address)).status_code == 200
    async with live_server.client(await cast.join_the_hub(db, "Erin Walsh")) as erins:
        is_problem(await erins.post(address), 409)


@pytest.mark.parametrize("token", ["wrong", "%00", "x" * 2000, "é"])
async def test_a_wrong_invitation_is_no_invitation(devs, token):
    is_problem(await devs.post(f"/api/v1/invitations/{token}/accept"), 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"email": "nobody"}, "email"), ({"places": 0}, "places"), ({"places": "x"}, "places"), ({"days": 91}, "days"), ({"role": "owner"}, "role")],
)  # fmt: skip
async def test_a_wrong_field_of_an_invitation_is_named(anas, open_network, body, field):
    is_problem(await anas.post(f"/api/v1/networks/{open_network.slug}/invitations", json=body), 422, field)


async def test_only_hosts_invite_and_remove(devs, live_server, db, ben, open_network):
    path = f"/api/v1/networks/{open_network.slug}"
    async with live_server.client(ben) as bens:
        is_problem(await bens.post(f"{path}/invitations", json={}), 403)
        is_problem(await bens.delete(f"{path}/members/carol-nguyen"), 403)
    is_problem(await devs.delete(f"{path}/members/carol-nguyen"), 403)


async def test_a_removed_member_is_out_at_once(anas, live_server, ben, confidential_network, secret_thread):
    async with live_server.client(ben) as bens:
        assert (await bens.get(f"/api/v1/topics/{secret_thread.id}")).status_code == 200
        removed = await anas.delete(f"/api/v1/networks/{confidential_network.slug}/members/ben-okafor")
        assert (removed.status_code, removed.content) == (204, b"")
        is_problem(await bens.get(f"/api/v1/topics/{secret_thread.id}"), 404)
    is_problem(await anas.delete(f"/api/v1/networks/{confidential_network.slug}/members/ben-okafor"), 404)


async def test_who_was_removed_finds_the_old_invitation_to_be_none(
    anas, live_server, db, ana, dev, confidential_network
):
    offer = await cast.invite(db, ana, confidential_network, places=5)
    async with live_server.browser(dev) as devs:
        assert confidential_network.name in (await devs.get(f"/i/{offer.token}")).text
        await cast.accept(db, dev, offer)
        await cast.remove(db, ana, confidential_network, dev)
        answer = await devs.get(f"/i/{offer.token}")
        assert answer.status_code == 404
        assert confidential_network.name not in answer.text


async def test_the_people_of_a_network(anas, open_network):
    path = f"/api/v1/networks/{open_network.slug}/members"
    everybody = (await anas.get(path)).json()
    assert everybody["total"] == 3
    assert [(p["handle"], p["role"]) for p in everybody["members"]] == [
        ("ana-lima", "owner"), ("ben-okafor", "member"), ("carol-nguyen", "member"),
    ]  # fmt: skip
    assert not [p for p in everybody["members"] if "email" in p]
    found = (await anas.get(path, params={"q": "leeds"})).json()["members"]
    assert [p["handle"] for p in found] == ["ben-okafor"]
    assert (await anas.get(f"{path}/ben-okafor")).json()["name"] == "Ben Okafor"
    is_problem(await anas.get(f"{path}/dev-patel"), 404)
    is_problem(await anas.get(path, params={"limit": "many"}), 422, "limit")
