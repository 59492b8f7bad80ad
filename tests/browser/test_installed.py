"""The hub as an installed app: what its worker keeps, when the hub is away, and how the worker gives way to the next."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from chat.config import settings
from chat.db import Database
from chat.members import Viewer
from command.testing import browser
from tests import cast
from tests.browser.windows import PATIENCE
from tests.hubs import RunningHub, running
from web.assets import assets

Serving = Callable[[], AbstractAsyncContextManager[RunningHub]]

KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    kept[name] = (await (await caches.open(name)).keys()).map((request) => request.url.replace(location.origin, ""));
  }
  return kept;
}"""
# Browsers look for another worker after each page, when they find the time; here at once.
ONLY = """async ([wanted, patience]) => {
  let kept;
  (await navigator.serviceWorker.ready).update();
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((again) => setTimeout(again, 50))) {
    kept = await caches.keys();
    if (String(kept) === String(wanted)) break;
  }
  return kept;
}"""
CONTROLLED = "() => navigator.serviceWorker.controller"
AWAY = "We can’t be reached just now"


@pytest.fixture
def serving(db: Database, port: int) -> Serving:
    """`async with serving() as hub:` at one address, as often as a scene has the hub come and go."""
    return lambda: running(settings(), db, port)


@pytest.fixture
async def phone(chromium: Browser, port: int) -> AsyncIterator[Page]:
    """A window of a browser of its own, which may have a worker."""
    context = await chromium.new_context(base_url=f"http://127.0.0.1:{port}", locale="en-GB")
    context.set_default_timeout(PATIENCE)
    yield await context.new_page()
    await context.close()


async def test_the_hub_can_be_installed(serving: Serving, tmp_path: Path, port: int) -> None:
    async with async_playwright() as playwright, serving():
        # A browser that remembers: into private windows nothing can be installed.
        remembering = await playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=browser(), args=[] if os.geteuid() else ["--no-sandbox"],
        )  # fmt: skip
        page = remembering.pages[0]
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.wait_for_function(CONTROLLED)
        devtools = await remembering.new_cdp_session(page)
        manifest = await devtools.send("Page.getAppManifest")
        assert (manifest["url"].endswith("/manifest.webmanifest"), manifest["errors"]) == (True, [])
        found = await devtools.send("Page.getInstallabilityErrors")
        assert found["installabilityErrors"] == []
        await remembering.close()


async def test_when_the_hub_is_away_it_says_so_and_shows_nothing_of_before(
    serving: Serving, phone: Page, ana: Viewer, secret_thread: cast.Thread
) -> None:
    topic = f"/topics/{secret_thread.id}"
    async with serving() as hub:
        token = await cast.session(hub.db, ana)
        await phone.context.add_cookies([{"name": "session", "value": token, "url": hub.url}])
        for _ in range(2):  # the second time through the worker
            await phone.goto(topic)
            await phone.wait_for_function(CONTROLLED)
        [(_name, urls)] = (await phone.evaluate(KEPT)).items()
        assert assets.url("site/scripts/main.js") in urls
        assert {url for url in urls if not url.startswith(f"/static/{assets.version}/")} == {
            "/away?language=en"
        }

    await phone.goto(topic)
    await expect(phone.get_by_role("heading", level=1)).to_have_text(AWAY)
    assert phone.url.endswith(topic)
    assert "zebra" not in await phone.content()
    assert await phone.evaluate("document.styleSheets[0].cssRules.length") > 0
    async with serving():
        await phone.evaluate("dispatchEvent(new Event('online'))")
        await expect(phone.get_by_role("heading", level=1)).to_contain_text("Retaliation after a report")


async def test_a_worker_gives_way_to_the_next_and_at_last_to_none(
    serving: Serving, phone: Page, monkeypatch: pytest.MonkeyPatch, setting: Callable[..., object]
) -> None:
    async def only(*kept: str) -> None:
        assert await phone.evaluate(ONLY, [list(kept), PATIENCE]) == list(kept)

    async with serving() as hub:
        await phone.goto("/")
        await only(f"{assets.version} /away?language=en")
        monkeypatch.setattr(assets, "version", "0123456789ab")
        await phone.goto("/networks")
        await only("0123456789ab /away?language=en")
        await phone.context.add_cookies([{"name": "language", "value": "ar-XB", "url": hub.url}])
        await phone.goto("/")
        await only("0123456789ab /away?language=ar-XB")

    await phone.goto("/networks")
    await expect(phone.get_by_role("heading", level=1)).to_have_text(f"⟦{AWAY}⟧")
    setting(HUB_INSTALLABLE="0")
    async with serving():
        await phone.goto("/networks")
        await only()
        await phone.goto("/")
        assert (
            await phone.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
        )
        assert await phone.evaluate(KEPT) == {}
