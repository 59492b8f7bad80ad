"""Every route that changes something refuses what other sites could have sent. A new route is covered by itself."""

import httpx2
import pytest

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.hubs import RunningHub
from tests.web.addresses import Address, Things, addresses
from tests.web.conftest import contents, csrf_of

UNSAFE = [address for address in addresses() if not address.safe]
FOREIGN = "https://evil.example"

# Plausible for each of them, so that what is not refused leaves a trace.
FORM = {
    "title": "Smuggled", "body": "Smuggled.", "name": "Smuggler", "access": "open", "number": "1", "zone": "Europe/London",
    "weekday": "MO", "local_time": "12:00", "email": "smuggler@example.org", "password": "three quiet harbours",
    "current": cast.PASSWORD, "role": "host", "handle": "ben-okafor", "do": "send",
}  # fmt: skip


async def refused_everywhere(
    hub: RunningHub,
    things: Things,
    client: httpx2.AsyncClient,
    routes: list[Address] = UNSAFE,
    code: int = 403,
) -> None:
    before = await contents(hub.db)
    for address in routes:
        sent = {"json": FORM} if address.api else {"data": {**FORM, "csrf": client.params.get("csrf", "")}}
        answer = await client.request(address.method, address.at(things), params={}, **sent)
        assert answer.status_code == code, f"{address} answers {answer.status_code}"
    assert await contents(hub.db) == before


@pytest.mark.parametrize(
    "told",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": FOREIGN},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": FOREIGN},
        {"Sec-Fetch-Site": "none", "Origin": FOREIGN},
        {"Sec-Fetch-Site": "same-origin", "Origin": FOREIGN},
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {},
    ],
    ids=lambda told: " ".join(told.values()) or "nothing",
)
async def test_a_form_of_another_site_is_refused(
    live_server: RunningHub, things: Things, ana: Viewer, told: dict[str, str]
):
    session = await cast.session(live_server.db, ana)
    async with live_server.client() as client:
        client.headers.update(told)
        client.cookies.set("session", session)
        client.params = {"csrf": csrf_of(client)}
        await refused_everywhere(live_server, things, client)
        client.cookies.clear()
        pages, api = [a for a in UNSAFE if not a.api], [a for a in UNSAFE if a.api]
        if not told:  # a mail program, which the signed address lets do this one thing (RFC 8058)
            pages = [a for a in pages if a.path != "/unsubscribe/{token}"]
        await refused_everywhere(live_server, things, client, pages)
        await refused_everywhere(live_server, things, client, api, code=403 if told else 401)


async def test_origins_that_only_look_like_ours_are_refused(live_server: RunningHub, things: Things):
    async with live_server.client() as client:
        for origin in (
            live_server.origin + ".evil.example",
            live_server.origin.replace("http", "https"),
            live_server.origin + "0",
            live_server.origin.rpartition(":")[0],
            live_server.origin.replace("//", "//evil@"),
        ):
            client.headers["Origin"] = origin
            assert (await client.post("/sign-out")).status_code == 403, origin


async def test_a_form_without_the_session_s_token_is_refused(
    live_server: RunningHub, things: Things, anas_browser: httpx2.AsyncClient
):
    pages = [address for address in UNSAFE if not address.api]
    await refused_everywhere(live_server, things, anas_browser, pages)
    anas_browser.params = {"csrf": "0" * 64}
    await refused_everywhere(live_server, things, anas_browser, pages)


async def test_the_token_of_another_session_is_refused(
    live_server: RunningHub, things: Things, anas_browser: httpx2.AsyncClient, ben: Viewer
):
    async with live_server.browser(ben) as bens:
        anas_browser.params = {"csrf": csrf_of(bens)}
    await refused_everywhere(live_server, things, anas_browser, [Address("POST", "/topics/{id:id}")])


async def test_the_api_knows_no_cookies(
    live_server: RunningHub, things: Things, anas_browser: httpx2.AsyncClient
):
    await refused_everywhere(live_server, things, anas_browser, [a for a in UNSAFE if a.api], code=401)


async def test_a_bearer_token_beside_a_cookie_needs_our_origin(
    live_server: RunningHub, anas: httpx2.AsyncClient, thread: cast.Thread
):
    anas.cookies.set("session", "any")
    address = f"/api/v1/topics/{thread.id}/posts"
    assert (await anas.post(address, json={"body": "Hello."})).status_code == 403
    answer = await anas.post(address, json={"body": "Hello."}, headers={"Origin": live_server.origin})
    assert answer.status_code == 201


async def test_our_own_form_is_taken(anas_browser: httpx2.AsyncClient, thread: cast.Thread, db: Database):
    sent = {"csrf": csrf_of(anas_browser), "body": "From our own page."}
    assert (await anas_browser.post(f"/topics/{thread.id}", data=sent)).status_code == 303
    assert await cast.value(db, "SELECT body FROM post WHERE number = 2") == "From our own page."
