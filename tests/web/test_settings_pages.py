"""One's own settings: a list of pages, each for one thing."""

import re

import pytest

from chat.members import COUNTRIES, countries_in
from tests import cast
from tests.web.conftest import csrf_of
from web.members.browsers import browser_in_words

DOORS = re.compile(r'<li><a href="(/[\w/-]+)"')


async def test_every_door_leads_somewhere_and_back(anas_browser):
    page = (await anas_browser.get("/settings")).text
    doors = DOORS.findall(page.split('class="halls"')[1])
    assert len(doors) == 8
    for door in doors:
        behind = await anas_browser.get(door)
        assert behind.status_code == 200, door
        if door.startswith("/settings/"):
            assert '<a href="/settings">Settings</a>' in behind.text, door


@pytest.mark.parametrize(("address", "sent"), [
    ("profile", {"name": "Ana Lima", "organisation": "Mater"}), ("letters", {"language": "en", "zone": "Europe/Lisbon"}),
    ("notices", {"on_writing": "watching"}),
])  # fmt: skip
async def test_what_is_saved_is_there_and_said(anas_browser, address, sent):
    answer = await anas_browser.post(f"/settings/{address}", data={**sent, "csrf": csrf_of(anas_browser)})
    assert answer.status_code == 303
    page = await anas_browser.get(answer.headers["location"])
    assert page.url.path == f"/settings/{address}"
    assert "Saved." in page.text
    *_names, last = sent.values()
    assert re.search(rf'value="{last}"( checked| selected|[^>]*>)', page.text)


async def test_pages_follow_the_language_that_is_chosen(db, ana, anas_browser):
    await anas_browser.post("/settings/letters", data={"language": "de", "csrf": csrf_of(anas_browser)})
    page = (await anas_browser.get("/settings/letters")).text
    assert '<html lang="de"' in page
    assert "Sprache und Erinnerungen" in page
    wrong = await anas_browser.post("/settings/profile", data={"name": " ", "csrf": csrf_of(anas_browser)})
    assert wrong.status_code == 422
    assert "Ihr Name: Hier muss etwas stehen." in wrong.text


async def test_who_has_not_confirmed_the_address_finds_no_profile_to_change(live_server, db):
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with live_server.browser(erin) as browser:
        page = await browser.get("/settings")
        assert page.status_code == 200
        assert "/settings/profile" not in page.text.split("<main")[1]
        assert (await browser.get("/settings/profile")).status_code == 403


@pytest.mark.parametrize(("told", "words"), [
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", "Chrome, Linux"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0", "Edge, Windows"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Mac"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
    ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
    ("curl/8.0", "curl/8.0"), ("", ""),
])  # fmt: skip
def test_a_browser_is_called_as_its_owner_knows_it(told, words):
    assert browser_in_words(told) == words


def test_countries_are_called_as_readers_call_them():
    german = list(countries_in("de").items())
    assert dict(german)["DE"] == "Deutschland"
    assert german.index(("AT", "Österreich")) < german.index(("PL", "Polen"))
    assert countries_in("de").keys() == COUNTRIES.keys()
