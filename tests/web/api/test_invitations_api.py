"""The invitations of a network in JSON."""

import pytest

from chat import networks
from tests import cast
from tests.web.api.test_people_api import is_problem


@pytest.fixture
def at(open_network):
    return f"/api/v1/networks/{open_network.slug}/invitations"


async def test_an_invitation_has_all_its_options(anas, at):
    made = await anas.post(
        at, json={"places": 3, "days": 7, "domain": "nhs.example", "role": "host", "word": "Come."}
    )
    assert made.status_code == 201
    offer = made.json()
    assert (offer["domain"], offer["word"], offer["role"], offer["places"]) == (
        "nhs.example",
        "Come.",
        "host",
        3,
    )
    (listed,) = (await anas.get(at)).json()["invitations"]
    assert listed["state"] == "waiting"
    assert listed["invited_by"] == {"handle": "ana-lima", "name": "Ana Lima"}
    assert "token" not in listed
    is_problem(await anas.post(at, json={"domain": "nhs"}), 422, "domain")
    is_problem(await anas.post(at, json={"word": ["no", "text"]}), 422, "word")


async def test_the_list_goes_on_before_one(anas, at, db, ana, open_network):
    offers = [await cast.invite(db, ana, open_network, email=f"guest-{n}@example.org") for n in range(5)]
    first = (await anas.get(at, params={"limit": 2})).json()
    assert [i["id"] for i in first["invitations"]] == [offers[4].id, offers[3].id]
    rest = (await anas.get(at, params={"limit": 10, "before": first["before"]})).json()
    assert [i["id"] for i in rest["invitations"]] == [offers[2].id, offers[1].id, offers[0].id]
    assert rest["before"] is None
    found = (await anas.get(at, params={"q": "guest-3", "state": "waiting"})).json()["invitations"]
    assert [i["email"] for i in found] == ["guest-3@example.org"]
    is_problem(await anas.get(at, params={"before": "x"}), 422, "before")


async def test_a_link_is_told_again_and_all_are_withdrawn(anas, devs, at, db, ana, open_network):
    offer = await cast.invite(db, ana, open_network)
    told = await anas.post(f"{at}/{offer.id}/link")
    assert told.status_code == 201
    assert told.json()["token"] != offer.token
    gone = await anas.delete(f"{at}/{offer.id}")
    assert (gone.status_code, gone.content) == (204, b"")
    is_problem(await devs.post(f"/api/v1/invitations/{told.json()['token']}/accept"), 409)
    is_problem(await anas.post(f"{at}/{offer.id}/link"), 409)
    is_problem(await anas.delete(f"{at}/{offer.id + 1}"), 404)


async def test_a_letter_is_sent_again_not_too_often(anas, at, db, ana, open_network):
    offer = await cast.invite(db, ana, open_network, email="erin@example.org")
    early = await anas.post(f"{at}/{offer.id}/resend")
    is_problem(early, 429)
    assert int(early.headers["retry-after"]) > 3000
    async with db.transaction() as tx:
        await tx.run("UPDATE invitation SET letter_asked_at = letter_asked_at - interval '2 hours'")
    assert (await anas.post(f"{at}/{offer.id}/resend")).status_code == 204


async def test_another_address_is_told_which(anas, live_server, at, db, ana, carol, open_network):
    offer = await cast.invite(db, ana, open_network, email="dev-patel@example.org")
    async with live_server.client(carol) as carols:
        said = is_problem(await carols.post(f"/api/v1/invitations/{offer.token}/accept"), 403)
    assert "d…@example.org" in said["detail"]
    assert "dev-patel" not in said["detail"]


async def test_a_list_is_checked_confirmed_and_followed(anas, at, db):
    made = await anas.post(
        f"{at}/many", json={"list": "erin@example.org\nben-okafor@example.org\nx", "word": "Come."}
    )
    assert made.status_code == 201
    batch = made.json()
    assert (batch["state"], batch["lines"], batch["counts"]["invite"]) == ("draft", 3, 1)
    here = made.headers["location"]
    assert (await anas.get(here)).json() == batch
    lines = (await anas.get(f"{here}/lines", params={"limit": 2})).json()
    assert [line["verdict"] for line in lines["lines"]] == ["invite", "member"]
    rest = (await anas.get(f"{here}/lines", params={"after": lines["after"]})).json()
    assert ([line["typed"] for line in rest["lines"]], rest["after"]) == (["x"], None)
    confirmed = (await anas.post(f"{here}/confirm")).json()
    assert confirmed["state"] == "running"
    assert (await anas.post(f"{here}/stop")).json()["state"] == "stopped"
    assert (await anas.post(f"{here}/go-on")).json()["state"] == "running"
    is_problem(await anas.delete(here), 409)
    async with db.transaction() as tx:
        await networks.invite_next(tx, batch["id"], 1, 0)
    assert (await anas.get(here)).json()["counts"]["invited"] == 1
    draft = (await anas.post(f"{at}/many", json={"list": "finn@example.org"})).headers["location"]
    assert (await anas.delete(draft)).status_code == 204
    is_problem(await anas.get(draft), 404)


@pytest.mark.parametrize("given", [{}, {"list": 5}, {"list": ""}, {"list": None}])
async def test_a_list_that_is_none(anas, at, given):
    is_problem(await anas.post(f"{at}/many", json=given), 422, "list")


async def test_a_long_list_may_be_sent(anas, at):
    long = "\n".join(f"guest-{n}-{'x' * 40}@example.org" for n in range(40_000))  # 2.4 MB
    made = await anas.post(f"{at}/many", json={"list": long})
    assert made.json()["lines"] == 40_000


async def test_others_are_refused(devs, http, at, live_server, db, ana, ben, open_network):
    offer = await cast.invite(db, ana, open_network)
    async with live_server.client(ben) as bens:
        for client, status in ((bens, 403), (devs, 403), (http, 401)):
            is_problem(await client.get(at), status)
            is_problem(await client.delete(f"{at}/{offer.id}"), status)
            is_problem(await client.post(f"{at}/many", json={"list": "x@example.org"}), status)
