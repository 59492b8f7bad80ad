"""The pages on which owners shape a network, and who gets its picture."""

import io

import httpx2
import pytest
from PIL import Image

from tests import cast
from tests.web.api.test_people_api import is_problem
from tests.web.conftest import csrf_of


def png(colour="red", side=300):
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def send(anas_browser):
    """Send one of Ana's forms, with her session's token."""

    async def send(path, files=None, **fields):
        return await anas_browser.post(path, data={"csrf": csrf_of(anas_browser), **fields}, files=files)

    return send


@pytest.fixture
async def bens_browser(live_server, ben):
    async with live_server.browser(ben) as browser:
        yield browser


def at(network, *rest):
    return "/".join([f"/networks/{network.slug}", *rest])


async def test_ana_saves_the_settings(send, anas_browser, browser, open_network):
    sent = {
        "name": "Falls & frailty", "summary": "We fall less.", "description": "Nurses *and* others.",
        "questions": "Who are you?\r\nWhy?", "may_invite": "yes", "anonymity": "yes",
    }  # fmt: skip
    saved = await send(at(open_network, "settings"), **sent)
    assert saved.headers["location"] == at(open_network, "settings?saved=yes")
    page = (await anas_browser.get(saved.headers["location"])).text
    assert "Saved." in page
    assert 'value="Falls &amp; frailty"' in page
    assert "Who are you?\nWhy?</textarea>" in page
    ticked = {
        name
        for name in ("may_start_topic", "may_invite", "anonymity")
        if f'name="{name}" value="yes" checked' in page
    }
    assert ticked == {"may_invite", "anonymity"}
    assert "Nurses <em>and</em> others." in (await browser.get(at(open_network))).text


async def test_settings_that_are_refused_keep_what_was_typed(send, db, open_network):
    sent = {"name": "", "summary": "Kept summary.", "questions": "Kept question?", "may_invite": "yes"}
    page = await send(at(open_network, "settings"), **sent)
    assert page.status_code == 422
    assert "The name can’t be empty." in page.text
    for kept in ("Kept summary.", "Kept question?", 'name="may_invite" value="yes" checked'):
        assert kept in page.text
    assert 'name="may_start_topic" value="yes" checked' not in page.text
    assert await cast.value(db, "SELECT summary FROM network") == "We share what works."


async def test_only_owners_see_the_settings(browser, bens_browser, open_network):
    for page in ("settings", "settings/picture", "access"):
        assert (await bens_browser.get(at(open_network, page))).status_code == 403
        assert (await browser.get(at(open_network, page))).status_code == 303
    assert at(open_network, "settings") not in (await bens_browser.get(at(open_network))).text


async def test_the_button_to_start_is_for_those_who_may(send, anas_browser, bens_browser, open_network):
    new = at(open_network, "topics/new")
    assert new in (await bens_browser.get(at(open_network))).text
    await send(at(open_network, "settings"), name="Falls and frailty")
    assert new not in (await bens_browser.get(at(open_network))).text
    assert new in (await anas_browser.get(at(open_network))).text
    refused = await bens_browser.get(new)
    assert refused.status_code == 403
    assert "its hosts start the discussions" in refused.text
    sent = {"csrf": csrf_of(bens_browser), "title": "Mine", "body": "What?"}
    assert (await bens_browser.post(at(open_network, "topics"), data=sent)).status_code == 403


async def put(send, network, content=None, name="photo.png"):
    return await send(
        at(network, "settings/picture"), files={"picture": (name, content or png(), "text/html")}
    )


async def test_a_picture_is_put_up_shown_and_taken_down(send, anas_browser, browser, open_network):
    assert (await browser.get(at(open_network, "picture"))).status_code == 404
    assert (await put(send, open_network)).status_code == 303
    page = (await browser.get(at(open_network))).text
    address = page.partition('<img class="network-picture" src="')[2].partition('"')[0]
    shown = await browser.get(address)
    assert shown.headers["content-type"] == "image/webp"
    assert shown.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert Image.open(io.BytesIO(shown.content)).size == (256, 256)
    again = await browser.get(address, headers={"if-none-match": shown.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    unnamed = await browser.get(at(open_network, "picture"))
    assert unnamed.headers["cache-control"] == "private, no-cache"
    await put(send, open_network, png("blue"))
    newer = await browser.get(address, headers={"if-none-match": shown.headers["etag"]})
    assert (newer.status_code, newer.headers["cache-control"]) == (200, "private, no-cache")
    await send(at(open_network, "settings/picture/remove"))
    await send(at(open_network, "settings/picture/remove"))
    assert (await browser.get(address)).status_code == 404
    assert "network-picture" not in (await browser.get(at(open_network))).text


async def test_a_picture_is_for_who_may_know_more_than_the_name(
    send, db, ana, ben, browser, bens_browser, live_server, dev
):
    async with live_server.browser(dev) as devs:
        for access, known in (("restricted", True), ("private", False), ("confidential", False)):
            network = await cast.found(db, ana, f"The {access}", access, ben)
            assert (await put(send, network)).status_code == 303
            inside = await bens_browser.get(at(network, "picture"))
            assert inside.status_code == 200
            named = f"{at(network, 'picture')}?v={inside.headers['etag'].strip(chr(34))}"
            kept = (await bens_browser.get(named)).headers["cache-control"]
            assert ("immutable" in kept) is known  # what is not for everybody is asked for each time
            for outsider in (browser, devs):
                tried = await outsider.get(named, headers={"if-none-match": inside.headers["etag"]})
                assert tried.status_code == (304 if known else 404)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "can’t be read as a picture"),
        (png()[:100], "can’t be read as a picture"),
        (bytes(4 * 1024 * 1024 + 1), "4 MB at most"),
        (bytes(8 * 1024 * 1024), "4 MB at most"),
    ],
    ids=["svg", "half", "a byte too many", "twice too many"],
)
async def test_a_bad_picture_is_refused_beside_its_field(send, db, open_network, content, sentence):
    await put(send, open_network)
    before = await cast.value(db, "SELECT webp FROM picture")
    page = await put(send, open_network, content)
    assert page.status_code == 422
    assert sentence in page.text
    assert 'id="picture-error"' in page.text
    assert await cast.value(db, "SELECT webp FROM picture") == before


async def test_no_picture_chosen_is_said(send, open_network):
    for files in ({"picture": ("", b"")}, {"other": ("a.png", png())}, None):
        page = await send(at(open_network, "settings/picture"), files=files)
        assert page.status_code == 422
        assert "Choose a picture first." in page.text


async def test_no_other_form_takes_a_file_or_more_than_a_text(send, open_network, thread):
    page = await send(at(open_network, "settings"), files={"picture": ("a.png", png())}, name="Mine")
    assert page.status_code == 422
    assert "This form can’t be read." in page.text
    page = await send(at(open_network, "settings"), name="x" * 3_000_000)
    assert "A text can be 64 KB at most." in page.text


async def test_a_picture_of_another_site_s_making_is_refused(anas_browser, db, open_network):
    files = {"picture": ("a.png", png())}
    for fields in ({}, {"csrf": "0" * 64}):
        answer = await anas_browser.post(at(open_network, "settings/picture"), data=fields, files=files)
        assert answer.status_code == 403
    assert await cast.value(db, "SELECT count(*) FROM picture") == 0


async def test_who_may_not_change_it_is_refused_before_anything_is_read(
    bens_browser, browser, open_network, monkeypatch
):
    async def read(*about):
        raise AssertionError("it was read")

    monkeypatch.setattr("web.networks.settings.upload_of", read)
    big = {"picture": ("a.png", bytes(3 * 1024 * 1024))}
    address = at(open_network, "settings/picture")
    sent = await bens_browser.post(address, data={"csrf": csrf_of(bens_browser)}, files=big)
    assert sent.status_code == 403
    assert (await browser.post(address, files=big)).status_code == 401


async def test_programs_change_settings_and_picture(anas, devs, open_network):
    path = f"/api/v1/networks/{open_network.slug}"
    sent = {
        "summary": "We fall less.",
        "members_may": ["start_topic", "invite"],
        "questions": ["Why?"],
        "anonymity": True,
    }
    changed = await anas.patch(path, json=sent)
    assert (changed.status_code, changed.json()["summary"]) == (200, "We fall less.")
    settings = (await anas.get(f"{path}/settings")).json()
    assert (settings["members_may"], settings["questions"]) == (["start_topic", "invite"], ["Why?"])
    assert settings["anonymity_since"]
    both = (await anas.patch(path, json={"name": "Falls", "access": "private"})).json()
    assert (both["name"], both["access"], both["members"]) == ("Falls", "private", 3)
    outside = (await devs.get(path)).json()
    assert (outside["summary"], outside["members"], outside["readable"]) == ("", None, False)
    is_problem(await anas.patch(path, json={"members_may": ["leave"]}), 422, "members_may")
    is_problem(await devs.patch(path, json={"name": "Mine"}), 403)
    is_problem(await devs.get(f"{path}/settings"), 403)
    assert (await anas.put(f"{path}/picture", content=png())).status_code == 204
    assert (await anas.get(f"{path}/picture")).headers["content-type"] == "image/webp"
    is_problem(await devs.get(f"{path}/picture"), 404)
    is_problem(await anas.put(f"{path}/picture", content=b"no"), 422, "picture")
    is_problem(await devs.put(f"{path}/picture", content=png()), 403)
    assert (await anas.delete(f"{path}/picture")).status_code == 204
    is_problem(await anas.get(f"{path}/picture"), 404)


async def test_one_wrong_field_of_several_changes_nothing(anas, open_network):
    path = f"/api/v1/networks/{open_network.slug}"
    is_problem(await anas.patch(path, json={"name": "Falls", "access": "public"}), 422, "access")
    assert (await anas.get(path)).json()["name"] == "Falls and frailty"


async def refused(client: httpx2.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 404
    return answer.text.replace(path, "")  # which the form of languages leads back to


async def test_a_link_that_an_outsider_opens_leads_to_where_one_asks(db, ana, browser, live_server, dev):
    """Of a topic, a post, a drop-in: the network's name where that is public, and nothing of the thing itself."""
    async with live_server.browser(dev) as devs, live_server.client(dev) as program:
        for access in ("restricted", "private"):
            network = await cast.found(db, ana, f"The {access} circle", access)
            thread = await cast.start(db, ana, network, "Zebra rota", "the zebra sheet")
            series = await cast.schedule(db, ana, network, title="Zebra tea")
            drop_in = await cast.value(db, "SELECT min(id) FROM drop_in WHERE series_id = :id", id=series)
            for path in (f"/topics/{thread.id}", f"/posts/{thread.post}/edit", f"/drop-ins/{drop_in}"):
                for client in (browser, devs):
                    told = await refused(client, path)
                    assert f"This belongs to {network.name}" in told
                    assert f'href="/networks/{network.slug}"' in told
                    assert "ebra" not in told
                none = await refused(
                    devs,
                    path.replace(str(thread.id), "999")
                    .replace(str(drop_in), "999")
                    .replace(str(thread.post), "999"),
                )
                assert "This belongs to" not in none
            assert network.name not in (await program.get(f"/api/v1/topics/{thread.id}")).text


async def test_a_confidential_link_and_none_are_the_same_page(
    db, devs, browser, live_server, dev, secret_thread
):
    async with live_server.browser(dev) as page:
        for client in (page, browser):
            secret, none = [await refused(client, f"/topics/{id}") for id in (secret_thread.id, 999)]
            assert "This belongs to" not in secret
            assert len(secret) == len(none)
