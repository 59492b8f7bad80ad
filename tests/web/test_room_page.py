"""The room as a page: in each state, for each reader, with and without its scripts."""

import re
from datetime import timedelta

import pytest

from chat import agenda, clock, dropins
from tests import cast
from tests.chat.agenda.test_agenda import do, hold, propose, seen
from tests.web.conftest import csrf_of
from web.rooms.video import embeddable

CALL = "https://meet.jit.si/tea-and-talk"


@pytest.fixture
async def room(db, ana, open_network) -> int:
    series = await cast.schedule(db, ana, open_network, place_url=CALL)
    return await hold(db, ana, series, timedelta())


async def post(browser, path, accept="text/html", **form):
    data = {"csrf": csrf_of(browser), **form}
    return await browser.post(path, data=data, headers={"accept": accept})


async def test_each_state_says_what_it_is(live_server, ben, db, ana, room):
    begun = clock.now()
    await propose(db, ana, room, "Falls")
    states = {
        timedelta(days=-2): "Opens",
        timedelta(minutes=-5): "You are early: welcome.",
        timedelta(minutes=1): "open now",
        timedelta(minutes=62): "There is time for last words.",
        timedelta(days=2): "Late questions and answers are welcome",
        timedelta(days=20): "What was said stays here.",
    }
    async with live_server.browser(ben) as browser:
        for after, words in states.items():
            clock.pretend(begun + after)
            page = (await browser.get(f"/drop-ins/{room}")).text
            assert words in page, after
            assert "Falls" in page
            assert (CALL in page) == (words == "open now")
            assert ("Propose a topic" in page) == (after < timedelta(hours=1))


@pytest.mark.parametrize("who", ["visitor", "dev", "in the lobby"])
async def test_where_to_meet_is_told_to_nobody_else(
    live_server, db, ana, ben, dev, visitor, room, open_network, who
):
    if who == "in the lobby":
        await do(db, dropins.send_to_lobby, ana, room, ben.handle)
    viewer = {"visitor": visitor, "dev": dev, "in the lobby": ben}[who]
    async with live_server.browser(viewer) as browser, live_server.client(viewer) as program:
        for path in (
            f"/drop-ins/{room}",
            f"/drop-ins/{room}?call=here",
            f"/networks/{open_network.slug}/drop-ins",
        ):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert "meet.jit.si" not in answer.text + str(answer.headers)
        for path in (
            f"/drop-ins/{room}",
            f"/networks/{open_network.slug}/drop-ins",
            f"/drop-ins/{room}/agenda",
        ):
            assert "meet.jit.si" not in (await program.get(f"/api/v1{path}")).text


async def test_a_call_is_embedded_when_it_is_asked_for(live_server, ben, room):
    async with live_server.browser(ben) as browser:
        page = await browser.get(f"/drop-ins/{room}")
        assert "<iframe" not in page.text
        assert "frame-src" not in page.headers["content-security-policy"]
        page = await browser.get(f"/drop-ins/{room}?call=here")
        assert f'<iframe src="{CALL}"' in page.text
        assert page.headers["content-security-policy"].endswith("; frame-src https://meet.jit.si")


@pytest.mark.parametrize(
    "url",
    [
        "https://zoom.us/j/1", "http://meet.jit.si/a", "https://meet.jit.si.evil.example/a", "https://meet.jit.si@evil.example/",
        "https://meet.jit.si:8443/a", "https://user:word@meet.jit.si/a", "https://[meet.jit.si", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_nothing_else_is_embedded(url):
    assert embeddable(url) is None


def test_an_installation_names_its_jitsi(setting):
    setting(HUB_JITSI_HOSTS="call.hospital.example, meet.jit.si")
    assert embeddable("https://call.hospital.example/x").origin == "https://call.hospital.example"
    setting(HUB_JITSI_HOSTS="none")
    assert embeddable(CALL) is None


async def test_a_refused_proposal_keeps_what_was_typed(live_server, ben, room):
    async with live_server.browser(ben) as browser:
        page = await post(browser, f"/drop-ins/{room}/agenda", title="x" * 150, note="A word <more>")
        assert page.status_code == 422
        assert "The topic can have 140 characters at most; this has 150." in page.text
        assert "x" * 150 in page.text
        assert "A word &lt;more&gt;" in page.text
        told = await post(browser, f"/drop-ins/{room}/agenda", "application/problem+json", title="")
        assert (told.status_code, told.json()["field"]) == (422, "title")


async def test_without_scripts_one_votes_and_takes_it_back(live_server, db, ana, ben, room):
    item = await propose(db, ana, room)
    async with live_server.browser(ben) as browser:
        for votes, value in ((1, ""), (1, "1"), (0, "1")):
            page = (await browser.get(f"/drop-ins/{room}")).text
            sent = re.search(rf'name="vote" value="(1?)" data-key="item-{item}"', page)[1]
            answer = await post(
                browser, f"/agenda/{item}/vote", vote=value if votes == 1 and not value else sent
            )
            assert answer.status_code == 303


async def test_the_hosts_bar_is_for_hosts(live_server, db, ana, ben, room):
    await do(db, dropins.mute, ana, room, ben.handle)
    async with live_server.browser(ben) as browser:
        page = (await browser.get(f"/drop-ins/{room}")).text
        assert "host-bar" not in page
        assert "A host has muted you in this talk." in page
        assert "Say something" not in page
        assert (await post(browser, f"/drop-ins/{room}/unmute", handle=ben.handle)).status_code == 403
    async with live_server.browser(ana) as browser:
        page = (await browser.get(f"/drop-ins/{room}")).text
        assert "Let speak" in page
        assert (await post(browser, f"/drop-ins/{room}/unmute", handle="Ben Okafor")).status_code == 303
        answer = await post(browser, f"/drop-ins/{room}/mute", handle="nobody-at-all")
        assert answer.status_code == 422
        assert "No member of this network is called that." in answer.text


async def test_the_api_does_all_of_it(live_server, db, ana, ben, room):
    async with live_server.client(ana) as host, live_server.client(ben) as member:
        at = f"/api/v1/drop-ins/{room}"
        made = await member.post(f"{at}/agenda", json={"title": "Falls", "note": "At night"})
        assert made.status_code == 201
        item = f"/api/v1/agenda/{made.json()['id']}"
        assert (await member.put(f"{item}/vote")).json()["votes"] == 1
        assert (await member.put(f"{item}/vote")).json()["votes"] == 1
        told = (await member.get(f"{at}/agenda")).json()
        assert told["voted"] == [made.json()["id"]]
        assert told["cursor"]["s"] == f"d:{room}"
        assert (await member.patch(item, json={"state": "taken"})).status_code == 403
        assert (await host.patch(item, json={"state": "taken", "minutes": 10})).json()["minutes"] == 10
        assert (await host.patch(item, json={"state": "gone"})).status_code == 422
        assert (await host.post(f"{at}/agenda/next", json={})).json() == {"current": made.json()["id"]}
        assert (await host.post(f"{at}/agenda/next", json={"after": made.json()["id"]})).json() == {
            "current": None
        }
        assert (await host.post(f"{at}/agenda/next", json={})).status_code == 409
        assert (await host.post(f"{at}/agenda/back", json={})).json() == {"current": made.json()["id"]}
        assert (await member.delete(item)).status_code == 409
        assert (await member.delete(f"{item}/vote")).status_code == 409
        assert (await host.put(f"{at}/muted/{ben.handle}")).status_code == 204
        assert (await host.put(f"{at}/lobby/{ben.handle}")).status_code == 204
        (apart,) = (await host.get(f"{at}/apart")).json()["people"]
        assert apart["handle"] == ben.handle
        assert apart["muted_at"]
        assert apart["in_lobby_since"]
        assert (await member.get(f"{at}/agenda")).json()["cursor"] is None
        assert (await member.get(f"{at}/apart")).status_code == 403
        assert (await host.delete(f"{at}/muted/{ben.handle}")).status_code == 204
        assert (await host.delete(f"{at}/lobby/{ben.handle}")).status_code == 204
        assert (await host.get(f"{at}/apart")).json() == {"people": []}


async def test_only_counts_are_ever_shown(live_server, db, ana, ben, carol, room):
    """Who voted stands in no answer, not even in a host's."""
    item = await propose(db, ana, room)
    await do(db, agenda.vote, carol, item)
    assert (await seen(db, room)).items[0].votes == 1
    async with live_server.browser(ana) as browser, live_server.client(ana) as program:
        page = (await browser.get(f"/drop-ins/{room}")).text
        told = (await program.get(f"/api/v1/drop-ins/{room}/agenda")).text
        assert carol.handle not in page + told
        assert "Carol" not in page + told
