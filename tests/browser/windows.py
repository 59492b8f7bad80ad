"""Windows of the browser, and what members do in them."""

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Error, Locator, Page, ViewportSize, expect

from chat.members import Viewer
from tests import cast
from tests.hubs import RunningHub

Opened = Callable[..., Awaitable[Page]]

# What Chromium itself remarks about a page that answers 404 or 422, and about what was cut or blocked on purpose.
CHROMIUM_SAYS = (
    "Service Worker registration blocked",
    "Failed to load resource: the server responded with a status of 4",
    "WebSocket connection to",
)
SCREENS: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
    "phone with a clock": {"width": 390, "height": 844},
    "without scripts": {"width": 1280, "height": 800},
}
PATIENCE = 8000  # ms; a page that has not changed by then will not
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


class Machines:
    """The run's computers and phones. One takes long to set up, so each serves many tests, one at a time."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.free: dict[str, list[Page]] = {}

    async def take(self, kind: str) -> Page:
        if idle := self.free.get(kind):
            return idle.pop()
        context = await self.browser.new_context(
            base_url=self.address, viewport=SCREENS[kind], is_mobile="phone" in kind, has_touch="phone" in kind,
            java_script_enabled=kind != "without scripts", reduced_motion="reduce",
            service_workers="block",  # they would outlive a test; its own are in test_installed.py
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        if kind == "phone with a clock":  # that tests move; and like many a phone's, its tabs share nothing
            await context.clock.install()
            await context.add_init_script("delete window.SharedWorker")
        return await context.new_page()

    async def put_back(self, page: Page, kind: str) -> None:
        """Nothing of its last user is left on it."""
        await page.context.set_offline(False)
        if page.url.startswith("http"):
            await page.evaluate("sessionStorage.clear(); localStorage.clear()")
        if kind == "phone with a clock":
            await page.clock.resume()
        await page.goto("about:blank")
        await page.context.clear_cookies()
        await page.set_viewport_size(SCREENS[kind])
        await page.emulate_media(color_scheme="light", forced_colors="none")
        self.free.setdefault(kind, []).append(page)


class Windows:
    """The windows of one test, each on a machine of its own."""

    def __init__(self, machines: Machines, hub: RunningHub) -> None:
        self.machines, self.hub = machines, hub
        self.taken: list[tuple[Page, str]] = []
        self.tabs: list[Page] = []
        self.complaints: list[str] = []

    async def open(self, member: Viewer | None = None, path: str | None = None, on: str = "desk") -> Page:
        page = await self.machines.take(on)
        self.taken.append((page, on))
        if member:
            token = await cast.session(self.hub.db, member)
            await page.context.add_cookies([{"name": "session", "value": token, "url": self.hub.url}])
        self._watch(page)
        if path:
            await (page.goto(path) if on == "without scripts" else visit(page, path))
        return page

    async def beside(self, page: Page, path: str) -> Page:
        """Another tab of the same browser."""
        tab = await page.context.new_page()
        self.tabs.append(tab)
        self._watch(tab)
        await visit(tab, path)
        return tab

    async def close(self) -> None:
        for tab in self.tabs:
            await tab.close()
        for page, kind in self.taken:
            page.remove_listener("console", self._heard)
            page.remove_listener("pageerror", self._broke)
            await self.machines.put_back(page, kind)

    def _watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", self._broke)

    def _heard(self, message: ConsoleMessage) -> None:
        by_chromium = message.text.startswith(CHROMIUM_SAYS) and "/static/" not in message.location["url"]
        if message.type in ("error", "warning") and not by_chromium and OFFLINE not in message.text:
            self.complaints.append(f"{message.location['url']}: {message.text}")

    def _broke(self, error: Error) -> None:
        self.complaints.append(str(error))


async def visit(page: Page, path: str) -> None:
    """Go there and, where the page follows something, wait until it is live."""
    await page.goto(path)
    if await page.locator("body[data-live]:not([data-live='[]'])").count():
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
    # By the keyboard: a toolbar comes with the first word, and moves what a mouse would aim at.
    await page.get_by_role("button", name="Post", exact=True).press("Enter")


def post(page: Page, text: str) -> Locator:
    return page.locator("article.post", has_text=text)


async def menu(post: Locator) -> Locator:
    """All else that can be done with a post, opened."""
    more = post.locator(".post-foot .more")
    if await more.get_attribute("open") is None:
        await more.get_by_text("More", exact=True).click()
    return more


async def texts(page: Page) -> list[str]:
    """What the thread says, from top to bottom; what was removed is said too."""
    return [t.strip() for t in await page.locator("article.post :is(.prose, .removed)").all_inner_texts()]


async def stays(page: Page) -> Callable[[], Awaitable[Any]]:
    """Remember this very page; call the answer to make sure that it was never loaded again."""
    await page.evaluate("window.stays = true")

    async def still_here() -> None:
        assert await page.evaluate("window.stays === true"), "the page was loaded again"

    return still_here
