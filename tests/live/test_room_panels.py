"""Questions, hands, polls and links on screens: in step, resumed, and with nobody's secrets in the bytes."""

import asyncio
import json

import pytest

from chat import dropins, rooms
from chat.clock import now
from tests import cast
from tests.screens import cursor
from web.live.hands import Hands

POLL = {"question": "When?", "options": ["Monday", "Friday"]}


@pytest.fixture
async def room(db, ana, open_network) -> int:
    await cast.allow_anonymity(db, open_network)
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        return await dropins.hold(tx, ana, series, now())


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def op(screen, room, kind, name="one", **d):
    await screen.say(t="op", i=1, op=name, k=kind, s=f"d:{room}", d=d)


async def done(screen):
    while True:
        message = await screen.next()
        if message["t"] in ("res", "err"):
            return message


def said(*screens) -> str:
    return " ".join(json.dumps(message, ensure_ascii=False) for screen in screens for message in screen.heard)


async def test_two_screens_stay_in_step(live_server, db, ana, ben, carol, room):
    stream = f"d:{room}"
    async with (
        live_server.listening(ana, stream) as anas,
        live_server.listening(carol, stream, as_="html") as carols,
        live_server.listening(ben, stream) as bens,
    ):
        await op(bens, room, "question.add", question="What about bank holidays?")
        question = (await done(bens))["d"]["id"]
        added = await anas.next("question.added")
        assert (added["d"]["question"], added["d"]["author"]["handle"]) == (
            "What about bank holidays?",
            "ben-okafor",
        )
        html = (await carols.next("question.added"))["d"]["html"]
        assert f'id="question-{question}"' in html
        await op(carols, room, "question.vote", question=question)
        assert (await done(carols))["d"] == {}
        for screen, expected in (
            (anas, {"id": question, "votes": 1}),
            (carols, {"set": {f"v{question}": 1}}),
        ):
            event = next((m for m in screen.heard if m.get("k") == "votes.changed"), None)
            event = event or await screen.next("votes.changed")
            assert event["d"] == expected
        assert len(json.dumps(event["d"], separators=(",", ":"))) < 40
        await op(bens, room, "hand.raise")
        await done(bens)
        assert (await anas.next("hand.raised"))["d"]["member"]["name"] == "Ben Okafor"
        await op(bens, room, "hand.lower", name="two")
        await done(bens)
        assert (await anas.next("hand.lowered"))["d"]["gone"] is True
        await op(bens, room, "link.add", url="https://example.org/", title="A guide")
        await done(bens)
        assert (await anas.next("link.added"))["d"]["host"] == "example.org"


async def test_votes_survive_a_lost_connection(live_server, db, ana, ben, carol, room):
    stream = f"d:{room}"
    question = (await do(db, rooms.ask, ana, room, "Who checks?"))["id"]
    async with live_server.listening(ben, stream) as screen:
        sub = screen.told["subs"][0]
        await op(screen, room, "question.vote", question=question)
        screen.socket.transport.abort()
    async with live_server.listening(ben, cursor(stream, sub["e"], sub["head"])) as again:
        await op(
            again, room, "question.vote", question=question
        )  # the same op: perhaps it was done, perhaps not
        assert (await done(again))["t"] == "res"
        await do(db, rooms.vote, carol, question)
        while (await again.next("votes.changed"))["d"]["votes"] != 2:
            pass
    assert await cast.value(db, "SELECT votes FROM question WHERE id = :id", id=question) == 2


async def test_an_old_op_does_not_vote_again(live_server, db, ana, ben, room):
    question = (await do(db, rooms.ask, ana, room, "Who checks?"))["id"]
    async with live_server.listening(ben, f"d:{room}") as screen:
        for name, on in (("yes", True), ("no", False), ("yes", True)):
            await op(screen, room, "question.vote", name=name, question=question, on=on)
            assert (await done(screen))["t"] == "res"
    assert await cast.value(db, "SELECT votes FROM question WHERE id = :id", id=question) == 0


@pytest.mark.parametrize(
    ("kind", "d", "code"),
    [
        ("question.add", {"question": ""}, "invalid"), ("question.add", {"question": "x", "anonymous": 7}, "invalid"),
        ("question.vote", {}, "notfound"), ("question.vote", {"question": True}, "notfound"), ("question.vote", {"question": 10**30}, "notfound"),
        ("poll.vote", {"poll": 5, "choices": [1]}, "notfound"), ("link.add", {"url": "http://example.org"}, "invalid"),
        ("post.add", {"body": "x"}, "notfound"), ("room.burn", {}, "invalid"),
    ],
    ids=str,
)  # fmt: skip
async def test_an_op_that_makes_no_sense_is_told(live_server, ben, room, kind, d, code):
    async with live_server.listening(ben) as screen:
        await op(screen, room, kind, **d)
        assert (await done(screen))["code"] == code


async def test_an_op_about_another_room_undoes_itself(live_server, db, ana, ben, room, open_network):
    series = await cast.schedule(db, ana, open_network, title="Another")
    other = await do(db, dropins.hold, ana, series, now())
    question = (await do(db, rooms.ask, ana, other, "Over there?"))["id"]
    async with live_server.listening(ben) as screen:
        await op(screen, room, "question.vote", question=question)
        assert (await done(screen))["code"] == "notfound"
    assert await cast.value(db, "SELECT votes FROM question WHERE id = :id", id=question) == 0


async def test_nobody_is_told_who_asked_without_a_name(live_server, db, ana, ben, carol, room):
    """Ben asks; hosts and members, pages and programs get every byte that there is, and none is his."""
    stream = f"d:{room}"
    async with (
        live_server.listening(ana, stream, f"m:{ana.id}") as host,
        live_server.listening(carol, stream, f"m:{carol.id}", as_="html") as page,
        live_server.client(ana) as hosts,
        live_server.client(carol) as members,
    ):
        question = (await do(db, rooms.ask, ben, room, "Who is it?", anonymous=True))["id"]
        await do(db, rooms.vote, carol, question)
        await do(db, rooms.pin, ana, question)
        await do(db, rooms.answer, ana, question, "Nobody knows.")
        for screen in (host, page):
            await screen.next("question.answered")
        answers = [await client.get(f"/api/v1/drop-ins/{room}/room") for client in (hosts, members)]
        audit = await hosts.get("/api/v1/networks/falls-and-frailty/audit")
    heard = said(host, page) + "".join(answer.text for answer in answers)
    assert "Who is it?" in heard
    for trace in (ben.handle, ben.name, f'"id":{ben.id}', f'"id": {ben.id}', f"/{ben.id}"):
        assert trace not in heard
        assert trace == ben.handle or str(question) not in audit.text.partition(trace)[2][:200]
    assert [answer.json()["own"]["questions"] for answer in answers] == [[], []]


async def test_only_the_asker_hears_that_it_is_theirs(live_server, db, ana, ben, room):
    async with (
        live_server.listening(ben, f"m:{ben.id}") as bens,
        live_server.listening(ana, f"m:{ana.id}") as anas,
    ):
        question = (await do(db, rooms.ask, ben, room, "Who is it?", anonymous=True))["id"]
        assert (await bens.next("mine.question"))["d"] == {"key": f"question-{question}", "on": True}
        await anas.silence(0.2)


@pytest.mark.parametrize("shown", ["voted", "closed"])
async def test_numbers_that_are_not_due_are_in_no_bytes(live_server, db, ana, ben, carol, room, shown):
    """Three of three choose Friday; who has not voted can't tell from any byte."""
    stream = f"d:{room}"
    poll = (await do(db, rooms.start_poll, ana, room, {**POLL, "shown": shown}))["id"]
    async with (
        live_server.listening(carol, stream, f"m:{carol.id}") as json_screen,
        live_server.listening(carol, stream, f"m:{carol.id}", as_="html") as page,
        live_server.listening(ben, f"m:{ben.id}") as bens,
        live_server.client(carol) as client,
    ):
        await do(db, rooms.choose, ben, poll, [2])
        told = await json_screen.next("tally.changed")
        assert told["d"] == {"id": poll, "turnout": 1, "counts": None}
        assert (await page.next("tally.changed"))["d"] == {"set": {f"t{poll}": 1}}
        answer = (await client.get(f"/api/v1/drop-ins/{room}/room")).json()
        assert answer["polls"][0]["counts"] is None
        assert answer["own"]["ballots"] == []
        await bens.next("mine.ballot")
        if shown == "voted":
            assert (await bens.next("mine.tally"))["d"] == {"id": poll, "turnout": 1, "counts": [0, 1]}
        else:
            await bens.silence(0.2)
        assert ben.handle not in said(json_screen, page)
        await do(db, rooms.close_poll, ana, poll)
        assert (await json_screen.next("poll.closed"))["d"]["counts"] == [0, 1]


async def test_who_has_gone_for_good_has_no_hand_up(live_server, db, ana, ben, carol, room, monkeypatch):
    stream = f"d:{room}"
    async with live_server.listening(ana, stream) as anas:
        for member in (ben, carol):
            async with live_server.listening(member, stream) as screen:
                await op(screen, room, "hand.raise")
                await done(screen)
        monkeypatch.setattr("web.live.hands.AWAY_FOR", 0.3)
        hands = Hands(live_server.house.db, live_server.house.rooms.presence)
        async with live_server.listening(carol, stream):  # she is back
            async with asyncio.timeout(5):
                while await cast.value(db, "SELECT count(*) FROM hand WHERE lowered_at IS NULL") == 2:
                    await hands.look()
                    await asyncio.sleep(0.05)
            await hands.look()
            assert (await anas.next("hand.lowered"))["d"]["gone"] is True
        assert await cast.value(db, "SELECT member_id FROM hand WHERE lowered_at IS NULL") == carol.id


async def test_without_redis_nobody_is_taken_for_gone(live_server, db, ana, ben, room, monkeypatch):
    await do(db, rooms.raise_hand, ben, room)
    monkeypatch.setattr("web.live.hands.AWAY_FOR", 0)
    async with live_server.listening(ana, f"d:{room}") as anas:
        await anas.next("presence")
        hands = Hands(live_server.house.db, live_server.house.rooms.presence)
        monkeypatch.setattr(live_server.house.bus, "up", False)
        await hands.look()
        assert await cast.value(db, "SELECT count(*) FROM hand WHERE lowered_at IS NULL") == 1
        monkeypatch.setattr(live_server.house.bus, "up", True)
        await hands.look()
        assert await cast.value(db, "SELECT count(*) FROM hand WHERE lowered_at IS NULL") == 0
