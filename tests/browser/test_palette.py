"""Going somewhere by the keyboard alone."""

import asyncio
from contextlib import suppress

from playwright.async_api import Error, Page, Request, Route, expect

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.cast import Thread


async def test_one_types_chooses_and_goes(
    anas_screen: Page, db: Database, ana: Viewer, thread: Thread
) -> None:
    other = await cast.start(db, ana, thread.network, "Checking at night", "Who does?")
    loaded: list[str] = []
    anas_screen.on("request", lambda request: loaded.append(_name(request)))
    await anas_screen.keyboard.press("Control+k")
    box = anas_screen.get_by_role("combobox")
    await expect(box).to_be_focused()
    assert "palette.js" in loaded  # not before it is wanted
    await anas_screen.keyboard.type("check")
    options = anas_screen.get_by_role("listbox").get_by_role("option")
    first = anas_screen.get_by_role("option", name="Checking at night")
    await expect(first).to_have_attribute("aria-selected", "true")
    await expect(options).to_have_count(3)  # two discussions, and the search of all posts
    assert await box.get_attribute("aria-activedescendant") == await first.get_attribute("id")
    await anas_screen.keyboard.press("ArrowDown")
    await expect(first).to_have_attribute("aria-selected", "false")
    await anas_screen.keyboard.press("ArrowUp")
    await anas_screen.keyboard.press("Enter")
    await anas_screen.wait_for_url(f"**/topics/{other.id}")


async def test_slash_opens_it_where_nobody_writes(anas_screen: Page) -> None:
    palette = anas_screen.get_by_role("dialog", name="Go to")
    area = anas_screen.get_by_label("Your reply")
    await area.click()
    await anas_screen.keyboard.type("and/or")
    await expect(area).to_have_value("and/or")
    await expect(palette).to_be_hidden()
    await area.blur()
    await anas_screen.keyboard.press("/")
    await expect(palette).to_be_visible()
    await anas_screen.keyboard.press("Escape")
    await expect(palette).to_be_hidden()
    assert "or" not in await anas_screen.evaluate("Object.values(sessionStorage).join()")


async def test_enter_before_the_answer_searches_for_what_was_typed(anas_screen: Page) -> None:
    await anas_screen.keyboard.press("Control+k")
    await expect(anas_screen.get_by_role("combobox")).to_be_focused()
    await anas_screen.keyboard.type("wombat")
    await anas_screen.keyboard.press("Enter")
    await anas_screen.wait_for_url("**/search?q=wombat")


async def test_an_answer_that_comes_late_is_not_shown(anas_screen: Page) -> None:
    held, answered = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        is_late = route.request.url.endswith("q=che")
        if is_late:
            await held.wait()
        with suppress(Error):  # the page has given it up
            await route.continue_()
        if is_late:
            answered.set()

    await anas_screen.route("**/jump?*", late)
    await anas_screen.keyboard.press("Control+k")
    await expect(anas_screen.get_by_role("combobox")).to_be_focused()
    async with anas_screen.expect_request("**/jump?q=che"):
        await anas_screen.keyboard.type("che")
    await anas_screen.keyboard.press("Backspace")
    await anas_screen.keyboard.type("xyz")
    found = anas_screen.get_by_role("listbox").get_by_role("option")
    await expect(found).to_have_text(["Search all posts for “chxyz”"])
    held.set()
    await asyncio.wait_for(answered.wait(), 10)
    await expect(found).to_have_text(["Search all posts for “chxyz”"])


def _name(request: Request) -> str:
    return request.url.rpartition("/")[2]
