"""What one reads stays where it is: when a page's scripts come late, and when something arrives."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from playwright.async_api import Page, Route, expect

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_drop_in_opens import hold, open_in_a_second
from tests.browser.windows import Opened, live, post

# Chromium's own measure: how much of the screen moved, and how far (https://web.dev/articles/cls). 0.1 is called good.
MOST = 0.005
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (!hadRecentInput) shifts.push([value, ...sources.map(({ node, previousRect: a, currentRect: b }) =>
      `${node?.nodeName} ${node?.id || node?.className || node?.textContent} ${[a.x, a.y, a.width, a.height]} -> ${[b.x, b.y, b.width, b.height]}`)]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
LATE = re.compile(
    r"/scripts/(?!times|tabs|words)\w+\.js"
)  # those that are waited for before anything is drawn come at once
PAINTED = "new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))"
WORDS = "We read it aloud. " * 12


@pytest.fixture
async def pages(db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen) -> list[str]:
    """A topic, its network and a room, where a good deal has been said."""
    thread = await cast.start(db, ana, open_network, "Who checks the checklist?", WORDS)
    for n in range(8):
        await cast.write(db, ben if n % 2 else ana, thread, WORDS)
        await cast.start(db, ana, open_network, f"A quieter matter, the {n}th of them")
    room = await hold(db, ana, await cast.schedule(db, ana, open_network, title="Tea"), timedelta())
    talk = cast.Thread(
        await cast.value(db, "SELECT topic_id FROM drop_in WHERE id = :id", id=room), 0, open_network
    )
    for _ in range(6):
        await cast.write(db, ben, talk, WORDS)
    return [f"/topics/{thread.id}", f"/networks/{open_network.slug}", f"/drop-ins/{room}", "/"]


async def moved(page: Page) -> list[list]:
    """What has moved since the page came, or since this was last asked."""
    await page.evaluate(PAINTED)
    found = await page.evaluate("shifts.splice(0)")
    return found if sum(value for value, *_ in found) > MOST else []


@pytest.mark.parametrize("screen", ["desk", "phone"])
async def test_late_scripts_move_nothing(opened: Opened, pages: list[str], ben: Viewer, screen: str) -> None:
    page = await opened(ben, on=screen)
    for path in pages:
        painted = asyncio.Event()
        await page.route(LATE, held_until(painted))
        await page.goto(path, wait_until="commit")
        await expect(page.locator("footer.foot")).to_be_attached()
        await page.evaluate(WATCH)
        await page.evaluate(PAINTED)
        painted.set()
        await live(page)
        assert await moved(page) == [], path
        await page.unroute(LATE)


def held_until(event: asyncio.Event) -> Callable[[Route], Awaitable[None]]:
    async def hold(route: Route) -> None:
        await event.wait()
        await route.continue_()

    return hold


async def watched(page: Page) -> None:
    """From here on; what was moved by coming to this page is not counted."""
    await page.evaluate(WATCH)
    await page.evaluate(PAINTED)
    await page.evaluate("shifts.splice(0)")


@pytest.mark.parametrize("screen", ["desk", "phone"])
async def test_what_arrives_moves_nothing(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread, screen: str, worker: None
) -> None:
    """Answers, active discussions, and a room that opens."""
    for _ in range(8):
        await cast.write(db, ana, thread, WORDS)
        await cast.start(db, ana, thread.network, "A quieter matter")
    room = await hold(
        db, ana, await cast.schedule(db, ana, thread.network, title="Tea"), timedelta(minutes=15)
    )
    topic = await opened(ben, f"/topics/{thread.id}", on=screen)
    lists = [await opened(ben, path, on=screen) for path in ("/", f"/networks/{thread.network.slug}")]
    for page in (topic, *lists):
        await watched(page)

    await cast.write(db, ana, thread, "Nobody?")
    await expect(post(topic, "Nobody?")).to_be_attached()
    for page in lists:
        await expect(page.get_by_role("button", name="1 new or active discussion")).to_be_visible()
    await open_in_a_second(db, room)
    for page in (topic, *lists):
        await expect(page.locator("#banners .banner")).to_be_in_viewport()
        assert await moved(page) == []
    await topic.get_by_role("button", name="Not now").click()
    await expect(topic.locator(".banner")).to_have_count(0)


async def test_who_writes_stays_where_they_are(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    for _ in range(4):
        await cast.write(db, ana, thread, WORDS)
    page = await opened(ben, f"/topics/{thread.id}")
    area = page.get_by_label("Your reply")
    await area.fill("I think")
    before = await area.bounding_box()
    await cast.write(db, ana, thread, WORDS)
    await expect(page.locator("article.post")).to_have_count(6)
    assert await area.bounding_box() == before
