"""Announcements, notices and the dashboard as pages and by the API."""

import re

import pytest

from chat import announcements, jobs
from chat.members import notify
from tests import cast
from tests.web.conftest import csrf_of
from workers.jobs import kinds

TEXT = {"title": "Rounds <move>", "body": "From **Monday** on. <script>alert(1)</script>"}


def unread(page):
    return re.search(r'id="unread">(\d*)<', page.text)[1]


@pytest.fixture
async def announced(db, redis, ana, open_network):
    async with db.transaction() as tx:
        made = await announcements.announce(tx, ana, open_network, TEXT)
    await jobs.work_all(db, kinds(db, redis))
    return made


async def test_one_looks_at_it_before_it_is_sent(anas_browser, db, redis, open_network):
    path, csrf = f"/networks/{open_network.slug}/announcements", csrf_of(anas_browser)
    assert (await anas_browser.get(f"{path}/new")).status_code == 200
    preview = await anas_browser.post(path, data={"csrf": csrf, **TEXT})
    assert preview.status_code == 200
    assert "<strong>Monday</strong>" in preview.text
    assert "<script>alert" not in preview.text
    assert "Send it to 3 members" in preview.text
    assert await cast.value(db, "SELECT count(*) FROM announcement") == 0
    op = re.search(r'name="op" value="([^"]+)"', preview.text)[1]
    changing = await anas_browser.post(path, data={"csrf": csrf, "op": op, "do": "change", **TEXT})
    assert 'value="Rounds &lt;move&gt;"' in changing.text
    assert await cast.value(db, "SELECT count(*) FROM announcement") == 0
    for _ in range(2):
        sent = await anas_browser.post(path, data={"csrf": csrf, "op": op, "do": "send", **TEXT})
        assert sent.status_code == 303
    assert await cast.value(db, "SELECT count(*) FROM announcement") == 1
    shown = (await anas_browser.get(sent.headers["location"])).text
    assert "Rounds &lt;move&gt;" in shown
    assert "<strong>Monday</strong>" in shown


@pytest.mark.parametrize("do", ["", "send"])
async def test_a_wrong_text_comes_back(anas_browser, db, open_network, do):
    path, csrf = f"/networks/{open_network.slug}/announcements", csrf_of(anas_browser)
    long = "An hour’s work. " * 1200
    page = await anas_browser.post(path, data={"csrf": csrf, "do": do, "title": "Kept", "body": long})
    assert page.status_code == 422
    assert long.strip() in page.text
    assert 'value="Kept"' in page.text
    assert "16 KB at most" in page.text
    assert await cast.value(db, "SELECT count(*) FROM announcement") == 0


async def test_only_hosts_get_the_form(live_server, ben, dev, open_network):
    path = f"/networks/{open_network.slug}/announcements"
    for member in (ben, dev):
        async with live_server.browser(member) as browser:
            assert (await browser.get(f"{path}/new")).status_code == 403
            sent = {"csrf": csrf_of(browser), "do": "send", **TEXT}
            assert (await browser.post(path, data=sent)).status_code == 403
            assert (await browser.post(path, data={**sent, "do": ""})).status_code == 403
            assert (await browser.get(path)).status_code == (200 if member is ben else 403)
            assert (await browser.get(f"/networks/{open_network.slug}/dashboard")).status_code == 403


async def test_the_banner_is_there_until_it_is_dismissed(live_server, ben, dev, open_network, announced):
    home, path = f"/networks/{open_network.slug}", f"/networks/{open_network.slug}/announcements/{announced}"
    async with (
        live_server.browser(ben) as bens,
        live_server.browser(dev) as devs,
        live_server.browser() as nobody,
    ):
        page = await bens.get(home)
        assert f'id="announcement-{announced}"' in page.text
        assert unread(page) == "1"
        for other in (devs, nobody):
            seen = (await other.get(home)).text
            assert "Rounds" not in seen
            assert 'class="banner"' not in seen
        csrf = csrf_of(bens)
        assert (await bens.post(f"{path}/dismiss", data={"csrf": csrf, "stay": "1"})).status_code == 204
        assert (await bens.post(f"{path}/dismiss", data={"csrf": csrf})).headers["location"] == home
        page = await bens.get(home)
        assert f'id="announcement-{announced}"' not in page.text
        assert unread(page) == ""
        assert (await bens.get(path)).status_code == 200
        assert (await bens.post(f"{path}/remove", data={"csrf": csrf})).status_code == 403


async def test_every_kind_of_notice_has_its_words(live_server, db, ana, ben, open_network, announced):
    words = {
        "announcement.made": "announced “Rounds &lt;move&gt;” in Falls and frailty", "role.changed": "You are a member of Falls and frailty now",
        "request.approved": "was approved", "request.declined": "was declined", "invitation.accepted": "accepted your invitation",
        "membership.began": "You are a member", "something.new": "Something has changed in Falls and frailty",
    }  # fmt: skip
    async with db.transaction() as tx:
        for kind in [*words][1:]:
            await notify(tx, [ben.id], kind, network_id=open_network.id, actor_id=ana.id)
        await notify(tx, [ben.id], "something.else")
        await notify(tx, [ana.id], "request.made", network_id=open_network.id, actor_id=ben.id)
    async with live_server.browser(ben) as bens:
        page = await bens.get("/notices")
        assert unread(page) == "8"
        for sentence in (*words.values(), "Something has changed."):
            assert sentence in page.text
        assert "<h2>Today</h2>" in page.text
    async with live_server.browser(ana) as anas:
        assert "Ben Okafor</strong> asks to join" in (await anas.get("/notices")).text


async def test_reading_is_a_button(live_server, db, redis, ben, dev, open_network, announced):
    async with live_server.browser(ben) as bens, live_server.browser(dev) as devs:
        notice = await cast.value(db, "SELECT id FROM notice WHERE member_id = :id", id=ben.id)
        csrf = csrf_of(bens)
        assert unread(await bens.get("/notices")) == "1"
        refused = await devs.post(f"/notices/{notice}/open", data={"csrf": csrf_of(devs)})
        assert refused.status_code == 404
        opened = await bens.post(f"/notices/{notice}/open", data={"csrf": csrf})
        assert opened.headers["location"] == f"/networks/{open_network.slug}/announcements/{announced}"
        assert unread(await bens.get("/notices")) == ""
        async with db.transaction() as tx:
            for _ in range(3):
                await notify(tx, [ben.id], "role.changed", network_id=open_network.id)
        page = await bens.get("/notices")
        newest = re.search(r'name="newest" value="(\d+)"', page.text)[1]
        async with db.transaction() as tx:
            await notify(tx, [ben.id], "role.changed", network_id=open_network.id)
        await bens.post("/notices/read", data={"csrf": csrf, "newest": newest})
        assert unread(await bens.get("/notices")) == "1"


async def test_notices_by_the_api_and_the_socket(live_server, db, redis, ana, ben, open_network):
    async with (
        live_server.listening(ben, f"m:{ben.id}") as screen,
        live_server.listening(ben, f"m:{ben.id}", as_="html") as page,
    ):
        async with db.transaction() as tx:
            made = await announcements.announce(tx, ana, open_network, TEXT)
        await jobs.work_all(db, kinds(db, redis))
        heard = (await screen.next("notice.added"))["d"]
        assert heard["unread"] == 1
        assert (heard["notice"]["kind"], heard["notice"]["title"]) == ("announcement.made", TEXT["title"])
        shown = (await page.next("notice.added"))["d"]
        assert (shown["unread"], shown["banner"]) == (1, f"announcement-{made}")
        assert "Rounds &lt;move&gt;" in shown["html"]
        async with live_server.client(ben) as program:
            listed = (await program.get("/api/v1/notices")).json()
            assert listed["unread"] == 1
            assert listed["notices"] == [heard["notice"]]
            assert (await program.post("/api/v1/notices/read", json={"id": heard["id"]})).status_code == 204
            assert (await screen.next("notice.read"))["d"]["unread"] == 0
            assert "html" in (await page.next("notice.read"))["d"]
            dismissed = f"/api/v1/networks/{open_network.slug}/announcements/{made}/dismiss"
            assert (await program.post(dismissed)).status_code == 204
            assert (await page.next("notice.read"))["d"] == {
                "id": heard["id"],
                "unread": 0,
                "banner": f"announcement-{made}",
            }
            for wrong in ({"id": "1"}, {"id": True}, {"through": -1}, {"through": 2**70}):
                assert (await program.post("/api/v1/notices/read", json=wrong)).status_code == 422
            assert (await program.post("/api/v1/notices/read", json={"id": 999_999_999})).status_code == 404
            assert (await program.post("/api/v1/notices/read")).status_code == 200


async def test_announcements_by_the_api(anas, devs, live_server, db, ben, open_network):
    path = f"/api/v1/networks/{open_network.slug}/announcements"
    made = await anas.post(path, json={**TEXT, "op": "one"})
    assert made.status_code == 201
    again = await anas.post(path, json={**TEXT, "op": "one"})
    assert again.json()["id"] == made.json()["id"]
    one = made.headers["location"]
    async with live_server.client(ben) as bens:
        assert (await bens.get(one)).json()["title"] == TEXT["title"]
        assert [a["id"] for a in (await bens.get(path)).json()["announcements"]] == [made.json()["id"]]
        assert (await bens.post(path, json=TEXT)).status_code == 403
        assert (await bens.delete(one)).status_code == 403
    assert (await devs.get(one)).status_code == 403
    assert (await anas.post(path, json={"title": "x"})).json()["field"] == "body"
    assert (await anas.delete(one)).status_code == 204
    assert (await anas.get(one)).status_code == 404
    for n in range(4):
        await anas.post(path, json={**TEXT, "title": str(n)})
    full = await anas.post(path, json=TEXT)
    assert full.status_code == 429
    assert int(full.headers["retry-after"]) > 3600


async def test_the_dashboard_draws_and_tells(anas_browser, anas, db, ana, ben, open_network, thread):
    await cast.write(db, ben, thread, "We do.")
    page = await anas_browser.get(f"/networks/{open_network.slug}/dashboard")
    assert page.status_code == 200
    assert page.text.count('<svg class="chart"') == 2
    assert "style=" not in page.text.split("<main")[1]
    assert "1 of 1" in page.text
    assert "Who checks the checklist?" in page.text
    assert "Portugal" in page.text
    figures = (await anas.get(f"/api/v1/networks/{open_network.slug}/dashboard")).json()
    assert figures["members"][-1]["members"] == 3
    assert figures["posts"][-1]["posts"] == 2
    assert figures["busy"][0]["posts"] == 2
