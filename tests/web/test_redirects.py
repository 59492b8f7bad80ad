"""No redirect leads to another site."""

from urllib.parse import urljoin, urlsplit

import pytest

from chat.members.joining import make_key
from tests import cast
from tests.web.conftest import csrf_of

TRAPS = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example",
    "/\n/evil.example", "\t//evil.example", " //evil.example", "javascript:alert(1)", "/\r\nLocation: https://evil.example",
    "evil.example", "/%09/evil.example", "/../..//evil.example", "http:evil.example", "@evil.example", "",
]  # fmt: skip


def stays(hub, answer) -> bool:
    location = answer.headers["location"]
    # As browsers read it: without tabs and line breaks, backslashes as slashes.
    for dropped in "\t\r\n":
        location = location.replace(dropped, "")
    target = urlsplit(urljoin(hub.url + "/sign-in", location.replace("\\", "/")))
    return f"{target.scheme}://{target.netloc}" == hub.url


@pytest.mark.parametrize("trap", TRAPS)
async def test_signing_in_leads_nowhere_else(live_server, browser, ana, open_network, trap):
    page = await browser.get("/sign-in", params={"next": trap})
    assert page.status_code == 200
    sent = {"email": "ana-lima@example.org", "password": cast.PASSWORD, "next": trap}
    answer = await browser.post("/sign-in", data=sent)
    assert answer.status_code == 303
    assert stays(live_server, answer)
    assert stays(live_server, await browser.get("/sign-in", params={"next": trap}))
    join = {"csrf": csrf_of(browser), "next": trap}
    assert stays(live_server, await browser.post(f"/networks/{open_network.slug}/join", data=join))


@pytest.mark.parametrize("trap", TRAPS)
async def test_confirming_leads_nowhere_else(live_server, browser, db, trap):
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with db.transaction() as tx:
        key = await make_key(tx, "verify", erin.id)
    kept = trap.encode("ascii", "ignore").decode().translate({9: "%09", 10: None, 13: None})
    answer = await browser.post(f"/verify/{key}", headers={"Cookie": f"next={kept}"})
    assert answer.status_code == 303
    assert stays(live_server, answer)


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/", "/\\evil.example/", "/networks//", "/sign-in/"]
)
async def test_a_slash_too_many_leads_nowhere_else(live_server, browser, path):
    answer = await browser.get(live_server.url + path)
    assert "location" not in answer.headers or stays(live_server, answer)
