"""In, out, and a new password."""

import pytest

from tests import cast
from tests.hubs import running
from tests.web.conftest import csrf_of
from tests.web.test_signing_up import letters_arrive, link_in_mailbox

ANA = {"email": "ana-lima@example.org", "password": cast.PASSWORD}


async def is_ana(browser) -> bool:
    return "Ana Lima, your menu" in (await browser.get("/")).text


async def test_ana_signs_in_and_out(browser, ana, db):
    answer = await browser.post("/sign-in", data={**ANA, "email": " Ana-Lima@EXAMPLE.org"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    for wanted in ("session=", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age="):
        assert wanted in cookie
    assert await is_ana(browser)
    assert browser.cookies["session"].encode() not in await cast.value(db, "SELECT token_hash FROM session")
    assert (await browser.post("/sign-out", data={"csrf": csrf_of(browser)})).headers["location"] == "/"
    assert "session" not in browser.cookies
    assert not await is_ana(browser)


async def test_with_tls_the_cookie_is_bound_to_the_host(setting, db, ana):
    async with (
        running(setting(HUB_PUBLIC_URL="https://hub.example.org"), db) as hub,
        hub.browser() as browser,
    ):
        browser.headers["Origin"] = "https://hub.example.org"
        answer = await browser.post("/sign-in", data=ANA)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=")
        for wanted in ("Secure", "HttpOnly", "Path=/"):
            assert wanted in cookie
        assert "Domain" not in cookie
        assert answer.headers["strict-transport-security"]
        browser.headers["Origin"] = hub.url
        browser.headers["Sec-Fetch-Site"] = ""
        assert (await browser.post("/sign-in", data=ANA)).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"password": "three loud harbours"}, {"email": "nobody@example.org"}, {"password": ""}]
)
async def test_wrong_is_one_answer(browser, ana, wrong):
    page = await browser.post("/sign-in", data={**ANA, **wrong, "next": "/networks"})
    assert page.status_code == 422
    assert "The address or the password is wrong." in page.text
    assert f'value="{wrong.get("email", ANA["email"])}"' in page.text
    assert 'value="/networks"' in page.text
    assert "session" not in browser.cookies


async def test_ten_wrong_tries_are_enough(browser, ana):
    for _ in range(10):
        await browser.post("/sign-in", data={"email": ANA["email"]})
    page = await browser.post("/sign-in", data=ANA)
    assert page.status_code == 429
    assert "Try again in" in page.text


async def test_whoever_has_to_sign_in_first_is_led_back(browser, ana):
    answer = await browser.get("/settings")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/settings")
    answer = await browser.post("/sign-in", data={**ANA, "next": "/settings"})
    assert answer.headers["location"] == "/settings"


async def test_a_cookie_of_an_ended_session_does_not_keep_ana_out(browser, ana, db):
    await browser.post("/sign-in", data=ANA)
    async with db.transaction() as tx:
        await tx.run("UPDATE session SET ended_at = now()")
    assert not await is_ana(browser)
    assert (await browser.post("/sign-in", data=ANA)).status_code == 303
    assert await is_ana(browser)


async def test_a_forgotten_password_is_replaced_and_ends_every_session(
    live_server, browser, ana, anas_browser
):
    answer = await browser.post("/forgot", data={"email": ANA["email"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/check-your-mail")
    await letters_arrive(live_server)
    link = await link_in_mailbox(browser, "reset")
    for _ in range(2):
        assert (await browser.get(link)).status_code == 200
    assert (await browser.post(link, data={"password": "short"})).status_code == 422
    answer = await browser.post(link, data={"password": "a new one by the sea"})
    assert answer.headers["location"] == "/"
    assert await is_ana(browser)
    assert not await is_ana(anas_browser)
    async with live_server.browser() as third:
        assert (await third.get(link)).status_code == 404
        assert (await third.post(link, data={"password": "a new one by the sea"})).status_code == 404
        assert (await third.post("/sign-in", data=ANA)).status_code == 422
        assert (
            await third.post("/sign-in", data={**ANA, "password": "a new one by the sea"})
        ).status_code == 303


async def test_forgetting_tells_nobody_who_is_a_member(browser, ana):
    known = await browser.post("/forgot", data={"email": ANA["email"]})
    unknown = await browser.post("/forgot", data={"email": "nobody@example.org"})
    assert (known.status_code, known.headers["location"]) == (
        unknown.status_code,
        unknown.headers["location"],
    )


async def test_a_new_password_from_the_settings_ends_the_other_sessions(live_server, ana, anas_browser):
    async with live_server.browser(ana) as phone:
        token = csrf_of(anas_browser)
        sent = {"csrf": token, "current": "wrong harbours", "password": "a new one by the sea"}
        page = await anas_browser.post("/settings/password", data=sent)
        assert page.status_code == 422
        assert "That is not your current password." in page.text
        answer = await anas_browser.post("/settings/password", data={**sent, "current": cast.PASSWORD})
        assert answer.headers["location"] == "/settings/password?saved=password"
        assert await is_ana(anas_browser)
        assert not await is_ana(phone)


async def test_one_ends_one_s_own_sessions_and_nobody_else_s(live_server, ana, ben, anas_browser, db):
    ids = "SELECT id FROM session WHERE member_id = :id"
    async with live_server.browser(ana) as phone, live_server.browser(ben) as bens:
        for owner in (ben, ana):
            for (session_id,) in await cast.rows(db, ids + " ORDER BY id DESC LIMIT 1", id=owner.id):
                await anas_browser.post(
                    f"/settings/sessions/{session_id}/end", data={"csrf": csrf_of(anas_browser)}
                )
        assert not await is_ana(phone)
        assert await is_ana(anas_browser)
        assert "Ben Okafor, your menu" in (await bens.get("/")).text
