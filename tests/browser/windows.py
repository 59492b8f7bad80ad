"""Windows of the browser, and what members do in them."""

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, expect

from chat.members import Viewer
from tests import cast
from tests.hubs import RunningHub

Opened = Callable[..., Awaitable[Page]]

# What Chromium itself remarks about a page that answers 404 or 422, and about a line that was cut on purpose.
CHROMIUM_SAYS = (
    "Failed to load resource: the server responded with a status of 4",
    "WebSocket connection to",
)
PATIENCE = 8000  # ms; a page that has not changed by then will not
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


class Machines:
    """The run's computers and phones. A browser context takes long to make, so each serves many tests, one at a time."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.free: dict[tuple[bool, bool], list[BrowserContext]] = {}

    async def take(self, scripts: bool, touch: bool) -> BrowserContext:
        if idle := self.free.setdefault((scripts, touch), []):
            return idle.pop()
        context = await self.browser.new_context(
            base_url=self.address, java_script_enabled=scripts, reduced_motion="reduce", has_touch=touch, is_mobile=touch
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        return context

    async def put_back(self, context: BrowserContext, scripts: bool, touch: bool) -> None:
        for page in context.pages:
            await page.close()
        await context.clear_cookies()
        await context.set_offline(False)
        self.free[scripts, touch].append(context)


class Windows:
    """The windows of one test, each on a machine of its own."""

    def __init__(self, machines: Machines, hub: RunningHub) -> None:
        self.machines, self.hub = machines, hub
        self.taken: list[tuple[BrowserContext, bool, bool]] = []
        self.complaints: list[str] = []

    async def open(
        self, member: Viewer | None = None, path: str | None = None, *,
        width: int = 1280, height: int = 800, scripts: bool = True, touch: bool = False,
    ) -> Page:  # fmt: skip
        context = await self.machines.take(scripts, touch)
        self.taken.append((context, scripts, touch))
        if member:
            token = await cast.session(self.hub.db, member)
            await context.add_cookies([{"name": "session", "value": token, "url": self.hub.url}])
        page = await context.new_page()
        await page.set_viewport_size({"width": width, "height": height})
        page.on("console", self._heard)
        page.on("pageerror", self._broke)
        if path:
            await (visit(page, path) if scripts else page.goto(path))
        return page

    async def close(self) -> None:
        for machine in self.taken:
            await self.machines.put_back(*machine)

    def _heard(self, message: ConsoleMessage) -> None:
        by_chromium = message.text.startswith(CHROMIUM_SAYS) and "/static/" not in message.location["url"]
        if message.type in ("error", "warning") and not by_chromium and OFFLINE not in message.text:
            self.complaints.append(f"{message.location['url']}: {message.text}")

    def _broke(self, error: Error) -> None:
        self.complaints.append(str(error))


async def visit(page: Page, path: str) -> None:
    """Go there and, where the page follows something, wait until it is live."""
    await page.goto(path)
    if await page.locator("body[data-live='[]']").count() == 0:
        await live(page)


async def live(page: Page, state: str = "live") -> None:
    await expect(page.locator("html")).to_have_attribute("data-live", state)


async def sign_in(page: Page, member: Viewer) -> None:
    """By the form, as everybody does."""
    await page.goto("/sign-in")
    await page.get_by_label("E-mail address").fill(f"{member.handle}@example.org")
    await page.get_by_label("Password").fill(cast.PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(member.name.split()[0])


async def write(page: Page, text: str) -> None:
    """Post a reply with the form at the end of the page."""
    await page.get_by_label("Your reply").fill(text)
    await page.get_by_role("button", name="Post", exact=True).click()


def post(page: Page, text: str) -> Locator:
    return page.locator("article.post", has_text=text)


async def texts(page: Page) -> list[str]:
    """What the thread says, from top to bottom; what was removed is said too."""
    return [t.strip() for t in await page.locator("article.post :is(.prose, .removed)").all_inner_texts()]


async def stays(page: Page) -> Callable[[], Awaitable[Any]]:
    """Remember this very page; call the answer to make sure that it was never loaded again."""
    await page.evaluate("window.stays = true")

    async def still_here() -> None:
        assert await page.evaluate("window.stays === true"), "the page was loaded again"

    return still_here
