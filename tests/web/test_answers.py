"""Pages for people, problems for programs, the headers around both; and who may be asked as whom."""

import pytest

from chat.errors import TooMany
from tests.web.api.test_people_api import is_problem
from tests.web.conftest import csrf_of


async def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(browser, anas):
    page = await browser.get("/nowhere")
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "There is nothing here, or it is not yours to see." in page.text
    is_problem(await anas.get("/api/v1/nowhere"), 404)
    is_problem(await anas.get("/api/nowhere"), 404)


async def test_an_error_says_what_one_can_do_in_the_visitor_s_language(browser):
    page = (await browser.get("/nowhere")).text
    assert "Look at the address once more." in page
    assert 'href="/search"' in page
    page = (await browser.get("/nowhere", headers={"Accept-Language": "de-AT, en;q=0.5"})).text
    assert "<h1>Nicht gefunden</h1>" in page
    assert "Sehen Sie sich die Adresse noch einmal an." in page


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/api/v1/networks", "/healthz", "/static/x/nothing.css", "/sign-in"]
)
async def test_every_answer_carries_the_security_headers(browser, path):
    headers = (await browser.get(path)).headers
    policy = headers["content-security-policy"]
    for rule in (
        "default-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers or "uvicorn" in headers["server"]


async def test_refusals_and_accidents_carry_them_too(live_server, browser, monkeypatch):
    browser.headers["Origin"] = "https://evil.example"
    refused = await browser.post("/sign-out")
    assert (refused.status_code, refused.headers["x-content-type-options"]) == (403, "nosniff")

    async def break_down(*about, **more):
        raise RuntimeError("the boiler")

    monkeypatch.setattr("chat.networks.networks_for", break_down)
    for path in ("/networks", "/api/v1/networks"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["x-content-type-options"]) == (500, "nosniff")
        assert "boiler" not in answer.text
        assert "Traceback" not in answer.text
        assert "Something went wrong on our side." in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_each_page_has_a_nonce_of_its_own(anas_browser):
    pages = [await anas_browser.get("/") for _ in range(2)]
    nonces = [
        page.headers["content-security-policy"].partition("nonce-")[2].partition("'")[0] for page in pages
    ]
    assert nonces[0] != nonces[1]
    for page, nonce in zip(pages, nonces, strict=True):
        assert f'nonce="{nonce}"' in page.text
        assert "<script>" not in page.text
        assert " onclick" not in page.text


async def test_nothing_personal_is_kept_by_caches(anas, anas_browser):
    assert (await anas_browser.get("/")).headers["cache-control"] == "private, no-cache"
    assert (await anas.get("/api/v1/me")).headers["cache-control"] == "no-store"


async def test_too_fast_is_a_page_and_a_problem(anas, anas_browser, thread, monkeypatch):
    async def too_fast(*about):
        raise TooMany(7)

    monkeypatch.setattr("chat.limits.allow", too_fast)
    page = await anas_browser.post(f"/topics/{thread.id}", data={"csrf": csrf_of(anas_browser), "body": "x"})
    assert page.status_code == 429
    assert "Try again in 7 seconds." in page.text
    is_problem(await anas.post(f"/api/v1/topics/{thread.id}/posts", json={"body": "x"}), 429)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("hub.example.org", 400), ("evil.example", 400), ("localhost.evil.example", 400), ("", 400), ("[::1", 400), ("a b", 400),
        ("localhost", 200), ("localhost:8000", 200), ("127.0.0.1", 200), ("203.0.113.7:8000", 200), ("[2001:db8::1]:8000", 200),
    ],
)  # fmt: skip
async def test_without_a_public_address_the_hub_answers_to_localhost_and_bare_addresses(
    browser, host, status
):
    """A name could be rebound by somebody else's DNS."""
    assert (await browser.get("/healthz", headers={"Host": host})).status_code == status


async def test_with_a_public_address_it_answers_to_that(setting, db):
    from tests.hubs import running

    async with (
        running(setting(HUB_PUBLIC_URL="https://hub.example.org"), db) as hub,
        hub.browser() as browser,
    ):
        for host, status in (
            ("hub.example.org", 200),
            ("127.0.0.1:8000", 200),
            ("203.0.113.7", 400),
            ("other.example.org", 400),
        ):
            assert (await browser.get("/healthz", headers={"Host": host})).status_code == status


async def test_health_and_readiness(browser, live_server, monkeypatch):
    assert (await browser.get("/healthz")).text == "ok\n"
    ready = await browser.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready\nredis: up\n")
    assert ready.headers["cache-control"] == "no-store"
    monkeypatch.setattr(live_server.house.bus, "up", False)
    assert "redis: away" in (await browser.get("/readyz")).text


async def test_without_its_database_the_hub_is_alive_and_not_ready(browser, anas, live_server, monkeypatch):
    def away(*about, **more):
        raise OSError("no such host")

    monkeypatch.setattr("asyncpg.pool.Pool.acquire", away)
    assert (await browser.get("/healthz")).status_code == 200
    for path in ("/readyz", "/", "/nowhere"):
        page = await browser.get(path)
        assert page.status_code in (503, 404)
        assert "host" not in page.text
    is_problem(await anas.get("/api/v1/networks"), 503)
    assert "database" in (await browser.get("/")).text


async def test_robots_are_told_what_is_not_for_them(browser):
    told = (await browser.get("/robots.txt")).text
    for path in ("/api/", "/i/", "/search"):
        assert f"Disallow: {path}" in told
