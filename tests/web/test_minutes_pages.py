"""Minutes as pages and by the API."""

import re

import pytest

from chat import discussions, minutes
from tests import cast
from tests.chat.minutes.conftest import Held, fill, hold
from tests.web.conftest import csrf_of


@pytest.fixture
async def held(live_server, db, ana, ben, carol, open_network) -> Held:
    await cast.allow_anonymity(db, open_network)
    held = await hold(db, ana, open_network)
    await fill(held, ben, carol)
    await held.over()
    return held


def rev_of(page) -> str:
    return re.search(r'name="rev" value="(\d+)"', page.text)[1]


async def test_from_the_draft_to_the_first_post(anas_browser, browser, db, held, open_network):
    here, csrf = f"/drop-ins/{held.id}/minutes", csrf_of(anas_browser)
    assert "have not been published" in (await browser.get(here)).text
    page = await anas_browser.get(f"{here}/edit")
    assert "Who pays for" in page.text
    form = {"csrf": csrf, "rev": rev_of(page)}
    saved = await anas_browser.post(here, data={**form, "body": "Half of it."})
    assert saved.headers["location"].endswith("/edit?saved=1")
    form["rev"] = rev_of(await anas_browser.get(f"{here}/edit"))
    done = await anas_browser.post(
        here, data={**form, "body": "## Agreed\n\n<b>Zebras</b> first.", "do": "publish"}
    )
    assert done.headers["location"] == here
    for path in (here, f"/topics/{(await held.seen()).topic_id}"):
        text = (await browser.get(path)).text
        assert "&lt;b&gt;Zebras" in text
    assert here in (await browser.get(f"/networks/{open_network.slug}")).text
    assert here in (await browser.get(f"/networks/{open_network.slug}/minutes")).text


async def test_who_is_slower_sees_both_and_loses_nothing(anas_browser, ana, held):
    here, csrf = f"/drop-ins/{held.id}/minutes", csrf_of(anas_browser)
    await held.do(minutes.save, ana, held.id, {"body": "The other host’s words.", "rev": 1})
    page = await anas_browser.post(
        here, data={"csrf": csrf, "rev": "1", "body": "My own words.", "do": "publish"}
    )
    assert page.status_code == 409
    assert "The other host’s words." in page.text
    assert "My own words." in page.text
    again = await anas_browser.post(here, data={"csrf": csrf, "rev": rev_of(page), "body": "My own words."})
    assert again.status_code == 303
    assert (await held.minutes()).body == "My own words."


async def test_a_wrong_text_comes_back(anas_browser, held):
    page = await anas_browser.post(
        f"/drop-ins/{held.id}/minutes", data={"csrf": csrf_of(anas_browser), "rev": "1", "body": ""}
    )
    assert page.status_code == 422
    assert "can’t be empty" in page.text


async def test_hosts_find_what_waits_and_members_do_not(live_server, anas_browser, ben, held, open_network):
    listed = f"/networks/{open_network.slug}/minutes"
    assert "a draft that waits" in (await anas_browser.get(listed)).text
    async with live_server.browser(ben) as browser:
        assert "No minutes have been published" in (await browser.get(listed)).text


async def test_by_the_api(live_server, anas, ben, held, open_network):
    here = f"/api/v1/drop-ins/{held.id}/minutes"
    draft = (await anas.get(here)).json()
    assert draft["published_at"] is None
    async with live_server.client(ben) as bens:
        assert (await bens.get(here)).json()["body"] is None
        assert (await bens.put(here, json={"body": "Mine.", "rev": 1})).status_code == 403
    assert (await anas.put(here, json={"body": "Ours.", "rev": 99, "publish": True})).status_code == 409
    assert (await anas.put(here, json={"body": "Ours.", "rev": 1, "publish": 1})).status_code == 422
    published = (await anas.put(here, json={"body": "Ours.", "rev": draft["rev"], "publish": True})).json()
    assert published["html"] == "<p>Ours.</p>"
    listed = (await anas.get(f"/api/v1/networks/{open_network.slug}/minutes")).json()["minutes"]
    assert [m["drop_in"] for m in listed] == [held.id]
    assert (await anas.post(f"{here}/draft")).status_code == 409


async def test_open_pages_are_told(live_server, ana, held):
    topic = (await held.seen()).topic_id
    async with live_server.listening(ana, f"t:{topic}", f"n:{held.network.id}") as screen:
        await held.publish("What we said.")
        said = {(await screen.next(t="ev"))["k"] for _ in range(2)}
    assert said == {"post.edited", "minutes.published"}


async def test_the_room_says_the_chatham_house_rule_and_the_talk_keeps_it(
    live_server, db, anas_browser, anas, ana, ben, carol
):
    network = await cast.found(db, ana, "Speaking of it", "private", ben, carol)
    await cast.allow_anonymity(db, network)
    held = await hold(db, ana, network)
    await held.rule()
    await fill(held, ben, carol)
    topic = (await held.seen()).topic_id
    await held.do(discussions.reply, ben, topic, "It was the zebra rota.")
    room, posts = f"/drop-ins/{held.id}", f"/api/v1/topics/{topic}/posts"
    assert "Chatham House rule" in (await anas_browser.get(room)).text
    assert "Ben Okafor" in (await anas.get(posts)).text
    await held.over()
    for path in (f"/topics/{topic}", "/search?q=zebra+rota"):
        text = (await anas_browser.get(path)).text
        assert "Ben Okafor" not in text
        assert "A participant" in text
    assert "Ben Okafor" not in (await anas.get(posts)).text
    assert "Ben Okafor" not in (await anas_browser.get(room)).text


async def test_choices_about_what_one_missed(live_server, ben, open_network):
    async with live_server.browser(ben) as browser:
        here = f"/networks/{open_network.slug}/preferences"
        await browser.post(
            here, data={"csrf": csrf_of(browser), "listed": "1", "letters": "1", "missed": "never"}
        )
        assert re.search(r'value="never" checked', (await browser.get(here)).text)
        wrong = await browser.post(here, data={"csrf": csrf_of(browser), "missed": "sometimes"})
        assert wrong.status_code == 422
    async with live_server.client(ben) as client:
        path = f"/api/v1{here}"
        assert (await client.get(path)).json()["missed"] == "never"
        assert (await client.patch(path, json={"missed": "usual"})).json()["missed"] == "usual"
