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
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


class Windows:
    """One browser context for each window, as if each stood on another machine."""

    def __init__(self, browser: Browser, hub: RunningHub) -> None:
        self.browser, self.hub = browser, hub
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    async def open(
        self, member: Viewer | None = None, path: str | None = None, *,
        width: int = 1280, height: int = 800, dark: bool = False, scripts: bool = True, touch: bool = False,
    ) -> Page:  # fmt: skip
        context = await self.browser.new_context(
            base_url=self.hub.url, viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch,
            color_scheme="dark" if dark else "light", java_script_enabled=scripts, reduced_motion="reduce",
        )  # fmt: skip
        self.contexts.append(context)
        if member:
            token = await cast.session(self.hub.db, member)
            await context.add_cookies([{"name": "session", "value": token, "url": self.hub.url}])
        page = await context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", self._broke)
        if path:
            await (visit(page, path) if scripts else page.goto(path))
        return page

    async def close(self) -> None:
        for context in self.contexts:
            await context.close()

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
