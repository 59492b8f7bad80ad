"""The pages of what is unread and new, without scripts, and the same by the API."""

import re

import pytest

from tests import cast
from tests.web.conftest import csrf_of


@pytest.fixture
async def bens_browser(live_server, ben):
    async with live_server.browser(ben) as browser:
        yield browser


def titles(page):
    return re.findall(r'class="topic-title"[^>]*>([^<]+)<', page.text)


def field(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


async def test_ben_marks_it_all_as_read_and_takes_it_back(bens_browser, db, ana, thread, secret_thread):
    page = await bens_browser.get("/unread")
    assert "Nothing unread." in page.text
    assert 'New <span class="unread">2</span>' in page.text
    page = await bens_browser.get("/new")
    assert titles(page) == ["Retaliation after a report", "Who checks the checklist?"]
    late = await cast.start(db, ana, thread.network, "While he was looking")
    sent = {"csrf": csrf_of(bens_browser), "list": "new", "until": field(page, "until")}
    page = await bens_browser.post("/unread/read", data=sent, follow_redirects=True)
    assert page.url.path == "/new"
    assert "2 discussions marked as read." in page.text
    assert titles(page) == ["While he was looking"]
    sent = {"csrf": csrf_of(bens_browser), "at": field(page, "at"), "back": field(page, "back")}
    page = await bens_browser.post("/unread/undo", data=sent, follow_redirects=True)
    assert page.url.path == "/new"
    assert len(titles(page)) == 3
    sent = {"csrf": csrf_of(bens_browser), "number": "1", "back": "/new"}
    page = await bens_browser.post(f"/topics/{late.id}/read", data=sent, follow_redirects=True)
    assert "1 discussion marked as read." in page.text
    assert len(titles(page)) == 2
    page = await bens_browser.get(f"/networks/{secret_thread.network.slug}/new")
    assert titles(page) == ["Retaliation after a report"]


async def test_a_long_list_has_pages(bens_browser, db, ana, open_network):
    for n in range(35):
        await cast.start(db, ana, open_network, f"Question {n}")
    page = await bens_browser.get("/new")
    assert (len(titles(page)), "Mark all 35 as read" in page.text) == (30, True)
    rest = await bens_browser.get(re.search(r'href="([^"]+)" rel="next"', page.text)[1])
    assert titles(rest) == [f"Question {n}" for n in range(4, -1, -1)]
    assert 'rel="next"' not in rest.text
    for wrong in (
        "x",
        "x_1",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z_x",
        "_",
        "9999-99-99T00:00:00Z_1",
    ):
        assert (await bens_browser.get("/new", params={"after": wrong})).status_code == 422, wrong


async def test_the_way_back_leads_nowhere_else(bens_browser, thread):
    for trap in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        for path, form in (("/unread/undo", {"at": "2026-01-01T00:00:00Z"}), (f"/topics/{thread.id}/read", {"number": "1"})):  # fmt: skip
            sent = {"csrf": csrf_of(bens_browser), "back": trap, **form}
            location = (await bens_browser.post(path, data=sent)).headers["location"]
            assert location.partition("?")[0] == "/", (path, trap)


async def test_the_api_lists_marks_and_takes_back(live_server, bens, db, ana, ben, thread, secret_thread):
    none = (await bens.get("/api/v1/unread")).json()
    assert (none["topics"], none["unread"], none["new"], none["more"]) == ([], 0, 2, None)
    first = (await bens.get("/api/v1/new", params={"limit": 1})).json()
    assert [t["id"] for t in first["topics"]] == [secret_thread.id]
    assert first["new"] == 2
    second = (await bens.get("/api/v1/new", params={"limit": 1, "after": first["more"]})).json()
    assert [(t["id"], t["read"]) for t in second["topics"]] == [(thread.id, 0)]
    assert second["more"] is None
    async with live_server.listening(ben, f"m:{ben.id}") as screen:
        marked = (
            await bens.post("/api/v1/unread/read", json={"list": "new", "until": first["until"]})
        ).json()
        assert marked["topics"] == 2
        assert (await screen.next("read.all"))["d"] == {"network": None}
        taken = await bens.post("/api/v1/unread/undo", json={"at": marked["at"]})
        assert taken.json() == {"topics": 2}
        assert (await screen.next("read.undone"))["d"] == {"network": None}
        here = f"/api/v1/networks/{thread.network.slug}"
        assert (await bens.post(f"{here}/unread/read", json={"list": "new"})).json()["topics"] == 1
        assert (await screen.next("read.all"))["d"] == {"network": thread.network.id}
        assert (await bens.get(f"{here}/new")).json()["new"] == 0
    for wrong in ({"list": "some"}, {"until": "soon"}, {"until": 5}):
        assert (await bens.post("/api/v1/unread/read", json=wrong)).status_code == 422
    for wrong in ({}, {"at": "soon"}):
        assert (await bens.post("/api/v1/unread/undo", json=wrong)).status_code == 422


async def test_the_api_knows_how_one_reads(bens):
    for change, way in (({"view": "flat"}, ("flat", "oldest")), ({"order": "newest"}, ("flat", "newest"))):
        changed = (await bens.patch("/api/v1/me", json=change)).json()
        kept = (await bens.get("/api/v1/me")).json()
        assert (changed["view"], changed["order"]) == (kept["view"], kept["order"]) == way
    assert (await bens.patch("/api/v1/me", json={"view": ["flat"]})).status_code == 422
