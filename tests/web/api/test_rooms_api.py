"""What a room holds, in JSON."""

import pytest

from chat import dropins
from chat.clock import now
from tests import cast
from tests.web.api.test_people_api import is_problem

POLL = {"question": "When?", "options": ["Monday", "Friday"], "shown": "voted"}


@pytest.fixture
async def room(db, ana, open_network) -> str:
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        return f"/api/v1/drop-ins/{await dropins.hold(tx, ana, series, now())}"


async def test_a_question_and_what_becomes_of_it(live_server, ana, ben, carol, room):
    async with (
        live_server.client(ana) as anas,
        live_server.client(ben) as bens,
        live_server.client(carol) as carols,
    ):
        asked = await bens.post(f"{room}/questions", json={"question": "Who pays?", "op": "one"})
        again = await bens.post(f"{room}/questions", json={"question": "Who pays?", "op": "one"})
        assert (asked.status_code, again.json()) == (201, asked.json())
        question = asked.json()
        path = f"/api/v1/questions/{question['id']}"
        assert (question["question"], question["state"], question["author"]["handle"]) == (
            "Who pays?", "open", "ben-okafor",
        )  # fmt: skip
        for _ in range(2):
            voted = await carols.put(f"{path}/vote")
            assert (voted.status_code, voted.json()["votes"]) == (200, 1)
        assert (await carols.get(f"{room}/room")).json()["own"]["votes"] == [question["id"]]
        assert (await carols.delete(f"{path}/vote")).json()["votes"] == 0
        is_problem(await bens.put(f"{path}/vote"), 403)
        is_problem(await carols.patch(path, json={"state": "pinned"}), 403)
        for sent, state in (
            ({"state": "pinned"}, "pinned"), ({"state": "open"}, "open"), ({"state": "declined", "reason": "No."}, "declined"),
            ({"state": "open"}, "open"), ({"state": "deferred"}, "deferred"), ({"state": "open"}, "open"),
            ({"state": "answered", "answer": "*All* of us."}, "answered"),
        ):  # fmt: skip
            changed = await anas.patch(path, json=sent)
            assert (changed.status_code, changed.json()["state"]) == (200, state)
        assert "<em>All</em>" in changed.json()["answer_html"]
        assert changed.json()["settled_by"]["handle"] == "ana-lima"
        is_problem(await anas.patch(path, json={"state": "declined"}), 422, "reason")
        is_problem(await anas.patch(path, json={"state": "declined", "reason": "Late."}), 409)
        is_problem(await anas.patch(path, json={"state": "gone"}), 422, "state")
        is_problem(await bens.delete(path), 409)
        assert (await anas.delete(path)).status_code == 204
        assert (await bens.get(f"{room}/room")).json()["questions"] == []


async def test_hands(live_server, ana, ben, carol, room):
    async with (
        live_server.client(ana) as anas,
        live_server.client(ben) as bens,
        live_server.client(carol) as carols,
    ):
        await bens.put(f"{room}/hand")
        hands = (await carols.put(f"{room}/hand")).json()["hands"]
        assert [hand["member"]["handle"] for hand in hands] == ["ben-okafor", "carol-nguyen"]
        assert (await bens.get(f"{room}/room")).json()["own"]["hand"] is True
        called = (await anas.post(f"{room}/hands/next")).json()["hands"]
        assert [bool(hand["called_at"]) for hand in called] == [True, False]
        await anas.post(f"/api/v1/hands/{hands[1]['id']}/call")
        left = (await bens.get(f"{room}/room")).json()["hands"]
        assert [hand["member"]["handle"] for hand in left] == ["carol-nguyen"]
        assert (await anas.delete(f"/api/v1/hands/{hands[1]['id']}")).json()["hands"] == []
        await carols.delete(f"{room}/hand")
        is_problem(await bens.post(f"{room}/hands/next"), 403)


async def test_a_poll(live_server, ana, ben, carol, room):
    async with (
        live_server.client(ana) as anas,
        live_server.client(ben) as bens,
        live_server.client(carol) as carols,
    ):
        is_problem(
            await anas.post(f"{room}/polls", json={"question": "When?", "options": "Now"}), 422, "options"
        )
        made = await anas.post(f"{room}/polls", json=POLL)
        path = f"/api/v1/polls/{made.json()['id']}"
        assert (made.status_code, made.json()["counts"], made.json()["ballot"]) == (201, None, None)
        voted = (await bens.put(f"{path}/ballot", json={"choices": [2]})).json()
        assert voted["ballot"] == {"poll": made.json()["id"], "choices": [2], "counts": [0, 1]}
        assert (await carols.get(f"{room}/room")).json()["polls"][0]["counts"] is None
        is_problem(await bens.put(f"{path}/ballot", json={"choices": [1, 2]}), 422, "choices")
        is_problem(await anas.delete(path), 409)
        is_problem(await anas.patch(path, json={"closed": "yes"}), 422, "closed")
        assert (await anas.patch(path, json={"closed": True})).json()["counts"] == [0, 1]
        is_problem(await carols.put(f"{path}/ballot", json={"choices": [1]}), 409)
        assert (await anas.patch(path, json={"closed": False})).json()["counts"] is None
        other = (await anas.post(f"{room}/polls", json=POLL)).json()["id"]
        assert (await anas.delete(f"/api/v1/polls/{other}")).status_code == 204


async def test_links(live_server, ben, carol, room):
    async with live_server.client(ben) as bens, live_server.client(carol) as carols:
        made = await bens.post(f"{room}/links", json={"url": "https://example.org/a", "title": "A"})
        again = await carols.post(f"{room}/links", json={"url": "https://example.org/a"})
        assert (made.status_code, again.json()) == (201, made.json())
        is_problem(await carols.post(f"{room}/links", json={"url": "http://example.org"}), 422, "url")
        is_problem(await carols.delete(f"/api/v1/links/{made.json()['id']}"), 403)
        assert (await bens.delete(f"/api/v1/links/{made.json()['id']}")).status_code == 204


async def test_a_client_goes_on_from_the_rooms_cursor(live_server, db, ana, ben, carol, room):
    async with live_server.client(ben) as bens:
        cursor = (await bens.get(f"{room}/room")).json()["cursor"]
        await bens.post(f"{room}/questions", json={"question": "Since then?"})
        async with live_server.listening(carol, cursor) as screen:
            assert (await screen.next("question.added"))["d"]["question"] == "Since then?"


async def test_outsiders_are_told_to_join(live_server, dev, visitor, room):
    async with live_server.client(dev) as devs, live_server.client(visitor) as visitors:
        is_problem(await devs.get(f"{room}/room"), 403)
        is_problem(await visitors.get(f"{room}/room"), 403)
        is_problem(await devs.post(f"{room}/questions", json={"question": "Me?"}), 403)
        is_problem(await visitors.put(f"{room}/hand"), 401)


async def test_too_many_at_once_are_too_many(live_server, setting, ben, ana, room, monkeypatch):
    monkeypatch.setattr("web.api.rooms.ROOM", (2, 60))
    async with live_server.client(ben) as bens:
        for _ in range(2):
            await bens.put(f"{room}/hand")
        is_problem(await bens.put(f"{room}/hand"), 429)
