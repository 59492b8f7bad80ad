"""Hands that never touch a mouse."""

from datetime import timedelta

from playwright.async_api import Page, expect

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_drop_in_opens import hold
from tests.browser.windows import Opened, post


async def test_the_first_key_skips_to_the_content(anas_screen: Page) -> None:
    await anas_screen.keyboard.press("Tab")
    skip = anas_screen.get_by_role("link", name="Skip to the content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await anas_screen.keyboard.press("Enter")
    await expect(anas_screen.get_by_role("main")).to_be_focused()


async def test_one_tabs_to_the_reply_and_ctrl_enter_sends(anas_screen: Page) -> None:
    await anas_screen.keyboard.press("Tab")
    await anas_screen.keyboard.press("Enter")
    area = anas_screen.get_by_label("Your reply")
    for _ in range(40):
        await anas_screen.keyboard.press("Tab")
        if await area.evaluate("e => e === document.activeElement"):
            break
    await anas_screen.keyboard.type("First line")
    await anas_screen.keyboard.press("Enter")
    await anas_screen.keyboard.type("second line")
    await expect(area).to_have_value("First line\nsecond line")
    await anas_screen.keyboard.press("Control+Enter")
    await expect(post(anas_screen, "second line")).to_be_visible()
    await expect(area).to_have_value("")
    await expect(area).to_be_focused()


async def test_enter_in_the_room_sends_and_shift_enter_breaks_the_line(
    opened: Opened, db: Database, ana: Viewer, open_network: NetworkSeen
) -> None:
    drop_in = await hold(db, ana, await cast.schedule(db, ana, open_network, title="Tea"), timedelta())
    page = await opened(ana, f"/drop-ins/{drop_in}")
    await page.get_by_label("Say something").focus()
    await page.keyboard.type("Hello,")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("all.")
    await page.keyboard.press("Enter")
    await page.keyboard.type("And")
    await expect(post(page, "all.")).to_be_visible()
    await expect(page.get_by_label("Say something")).to_have_value("And")
