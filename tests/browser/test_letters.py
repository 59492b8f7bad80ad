"""Letters as the mailbox page shows them."""

from pathlib import Path

import pytest
from playwright.async_api import expect
from redis.asyncio import Redis

from chat import mail
from chat.config import Settings
from chat.mail import Letter
from tests.browser.windows import Opened

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()


@pytest.fixture
async def letter(redis: Redis, public: Settings) -> Letter:
    letter = Letter(
        to="ana@example.org", subject="Reminder: Falls", opening="Hello Ana,\n\nthis is a reminder:", when="At noon",
        quoted="…", quoted_html="<blockquote><p>Smoke them <em>gently</em>.</p></blockquote>",
        link=f"{public.origin}/networks", button="See them",
        aside=f"You can turn it off:\n{public.origin}/settings/{'0123456789' * 9}",
    )  # fmt: skip
    await mail.send(letter, redis, public)
    return letter


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_letter_looks_as_mail_programs_show_it(opened: Opened, letter: Letter, scheme: str) -> None:
    page = await opened(None, "/dev/mailbox", on="phone")
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await expect(page.locator(".letter-text")).to_contain_text("this is a reminder:")
    await page.get_by_text("As mail programs show it").click()
    shown = page.frame_locator("iframe[title='Reminder: Falls']")
    await expect(shown.get_by_role("heading", name="Reminder: Falls")).to_be_visible()
    await expect(shown.get_by_text("Smoke them gently.")).to_be_visible()
    frame = page.frames[-1]
    assert await frame.evaluate(CONTRAST) == []
    assert await frame.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    ground = await frame.evaluate("getComputedStyle(document.querySelector('.words')).backgroundColor")
    assert (ground == "rgb(30, 34, 33)") == (scheme == "dark")
    async with page.expect_popup() as popup:
        await shown.get_by_role("link", name="See them").click()
    led = await popup.value
    await expect(led.get_by_role("heading", level=1)).to_have_text("Networks")
    await led.close()
    await page.emulate_media(color_scheme="light")
