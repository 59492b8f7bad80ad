"""The demo community at one moment, and cameras that always see the same of it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from playwright.async_api import Browser, Page, expect

from chat import clock, dropins, members, networks
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from command.demo.loading import load
from tests import cast
from tests.browser.windows import PATIENCE, SCREENS, visit
from tests.hubs import RunningHub

MOMENT = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)  # a Friday
Scheme = Literal["light", "dark"]


class Community(NamedTuple):
    """Who looks is Ana; `thread` and `drop_in`, which is live, are of her network."""

    ana: Viewer
    network: NetworkSeen
    thread: int
    drop_in: int


async def gathered(db: Database) -> Community:
    """The community of the demo, at noon on a Friday, with its drop-in open."""
    clock.pretend(MOMENT)
    await load(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    clock.pretend(MOMENT)
    async with db.transaction() as tx:
        ana = await members.by_id(tx, await tx.value("SELECT id FROM member WHERE handle = 'ana'"))
        series = await tx.first(
            "SELECT series.id, network_id, slug FROM series JOIN network ON network.id = network_id WHERE host_id = :id ORDER BY series.id",
            id=ana.id,
        )
        drop_in = next(
            each.id for each in await dropins.upcoming_in(tx, series.network_id) if each.state == "live"
        )
    async with db.transaction() as tx:
        await dropins.turn(tx, [drop_in])
        network = await networks.network_of(tx, ana, series.slug)
    [topic] = await cast.rows(
        db,
        "SELECT id FROM topic WHERE network_id = :id AND listed_at IS NOT NULL ORDER BY post_count DESC, id LIMIT 1",
        id=series.network_id,
    )
    return Community(ana, network, topic.id, drop_in)


class Camera:
    """A phone or a desk, on which nothing moves and it is always the same moment."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def look(self, path: str) -> None:
        clock.pretend(MOMENT)  # the time runs on between pages
        await visit(self.page, path)
        if counter := await self.page.locator("live-room .people-count").all():
            await expect(counter[0]).to_have_text("1")
        if await self.page.locator("nav.side").is_visible():  # the rest of which comes after the page
            await expect(self.page.locator("nav.side .next")).to_have_count(1)
        await self.page.evaluate("scrollTo(0, 0)")

    async def shot(self, scheme: Scheme, whole: bool = False) -> bytes:
        await self.page.emulate_media(color_scheme=scheme)
        return await self.page.screenshot(full_page=whole, caret="hide", animations="disabled")


@asynccontextmanager
async def camera(
    chromium: Browser, hub: RunningHub, size: str, member: Viewer | None
) -> AsyncIterator[Camera]:
    context = await chromium.new_context(
        base_url=hub.url, viewport=SCREENS[size], is_mobile=size == "phone", has_touch=size == "phone",
        reduced_motion="reduce", locale="en-GB", timezone_id="Europe/London",
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    if member:
        token = await cast.session(hub.db, member)
        await context.add_cookies([{"name": "session", "value": token, "url": hub.url}])
    page = await context.new_page()
    await page.clock.set_fixed_time(MOMENT)
    try:
        yield Camera(page)
    finally:
        await context.close()
