"""Roles, leaving, bans and the audit log in JSON."""

import pytest

from chat import networks
from tests import cast
from tests.web.api.test_people_api import is_problem


@pytest.fixture
def members(open_network) -> str:
    return f"/api/v1/networks/{open_network.slug}/members"


async def test_an_owner_changes_roles(anas, ben, members):
    assert (await anas.patch(f"{members}/{ben.handle}", json={"role": "host"})).status_code == 204
    assert (await anas.get(f"{members}/{ben.handle}")).json()["role"] == "host"
    is_problem(await anas.patch(f"{members}/{ben.handle}", json={"role": "king"}), 422, "role")
    is_problem(await anas.patch(f"{members}/{ben.handle}", json={}), 422, "role")
    is_problem(await anas.patch(f"{members}/ana-lima", json={"role": "host"}), 409)
    is_problem(await anas.patch(f"{members}/dev-patel", json={"role": "host"}), 404)


async def test_an_owner_hands_over_and_leaves(anas, db, ana, ben, members, open_network):
    leave = f"/api/v1/networks/{open_network.slug}/leave"
    is_problem(await anas.post(leave), 409)
    assert (await anas.post(f"{members}/{ben.handle}/transfer")).status_code == 204
    assert (await anas.get(f"{members}/ana-lima")).json()["role"] == "host"
    is_problem(await anas.post(leave, json={"former": "yes"}), 422, "former")
    assert (await anas.post(leave, json={"former": True})).status_code == 204
    assert await cast.value(db, "SELECT former_at FROM membership WHERE member_id = :id", id=ana.id)


async def test_a_host_removes_as_a_former_member(anas, db, ben, members):
    removed = await anas.request("DELETE", f"{members}/{ben.handle}", json={"former": True})
    assert removed.status_code == 204
    assert await cast.value(db, "SELECT former_at FROM membership WHERE member_id = :id", id=ben.id)


async def test_bans_come_and_go(anas, ben, open_network):
    bans = f"/api/v1/networks/{open_network.slug}/bans"
    assert (await anas.put(f"{bans}/{ben.handle}")).status_code == 204
    [banned] = (await anas.get(bans)).json()["bans"]
    assert (banned["handle"], banned["by"]) == ("ben-okafor", "Ana Lima")
    assert (await anas.delete(f"{bans}/{ben.handle}")).status_code == 204
    assert (await anas.get(bans)).json() == {"bans": []}


async def test_the_audit_log(anas, devs, db, ana, ben, open_network):
    await cast.change_role(db, ana, open_network, ben, "host")
    path = f"/api/v1/networks/{open_network.slug}/audit"
    newest = (await anas.get(path, params={"limit": 1})).json()
    [entry] = newest["entries"]
    assert newest["more"] is True
    assert (entry["action"], entry["actor"], entry["subject"]) == (
        "role.changed", {"handle": "ana-lima", "name": "Ana Lima"}, {"handle": "ben-okafor", "name": "Ben Okafor"},
    )  # fmt: skip
    assert (entry["details"], entry["ended"]) == ({"before": "member", "after": "host"}, [])
    rest = (await anas.get(path, params={"before": entry["id"]})).json()
    assert rest["more"] is False
    assert rest["entries"][-1]["action"] == "network.founded"
    assert (await anas.get(path, params={"person": "ben", "kind": "role.changed"})).json()["entries"] == [
        entry
    ]
    is_problem(await anas.get(path, params={"before": "x"}), 422, "before")
    is_problem(await devs.get(path), 403)


async def test_without_end_nobody_is_told_of_a_new_role(anas, members, ben, live_server, monkeypatch):
    called = 0
    change_role = networks.change_role

    async def counted(*about, **more):
        nonlocal called
        called += 1
        return await change_role(*about, **more)

    monkeypatch.setattr(networks, "change_role", counted)
    answers = [
        (await anas.patch(f"{members}/{ben.handle}", json={"role": ("host", "member")[n % 2]})).status_code
        for n in range(210)
    ]
    assert answers[:200] == [204] * 200
    assert 429 in answers[200:]
    assert called < 210
