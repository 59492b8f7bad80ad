"""A newcomer, a letter, a click."""

from playwright.async_api import Page, expect
from redis.asyncio import Redis

from chat import jobs
from chat.config import Settings
from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened
from workers.jobs import kinds


async def sign_up(page: Page, name: str, email: str) -> None:
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill("seven green kettles")
    await page.get_by_role("button", name="Become a member").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")


async def confirm(page: Page, db: Database, redis: Redis) -> None:
    """Read the newest letter in the mailbox, and do what it asks for."""
    await jobs.work_all(db, kinds(db, redis))
    await page.get_by_role("link", name="Open the mailbox page").click()
    await page.locator(".letters .button").first.click()
    await page.get_by_role("button", name="Confirm and sign in").click()


async def test_a_newcomer_signs_up(opened: Opened, db: Database, redis: Redis, public: Settings) -> None:
    page = await opened(None, "/")
    await page.get_by_role("link", name="Join the hub").click()
    await sign_up(page, "Edith Lund", "edith@example.org")
    await confirm(page, db, redis)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Good to see you, Edith")


async def test_what_was_typed_outlives_a_mistake(opened: Opened, db: Database) -> None:
    page = await opened(None, "/sign-up")
    await page.get_by_label("Your name").fill("Edith Lund")
    await page.get_by_label("Organisation").fill("Rigshospitalet")
    await page.get_by_label("Country").select_option("DK")
    await page.get_by_label("E-mail address").fill("edith@nowhere")
    await page.get_by_label("Password").fill("seven green kettles")
    await page.get_by_role("button", name="Become a member").click()
    await expect(page.locator("#email-error")).to_be_visible()
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    await expect(page.get_by_label("Your name")).to_have_value("Edith Lund")
    await expect(page.get_by_label("Organisation")).to_have_value("Rigshospitalet")
    await expect(page.get_by_label("Country")).to_have_value("DK")


async def test_a_forgotten_password(
    opened: Opened, db: Database, redis: Redis, public: Settings, ana: Viewer
) -> None:
    page = await opened(None, "/sign-in")
    await page.get_by_role("link", name="I forgot my password").click()
    await page.get_by_label("E-mail address").fill("ana-lima@example.org")
    await page.get_by_role("button", name="Send the link").click()
    await jobs.work_all(db, kinds(db, redis))
    await page.get_by_role("link", name="Open the mailbox page").click()
    await page.locator(".letters .button").first.click()
    await page.get_by_label("New password").fill("seven green kettles")
    await page.get_by_role("button", name="Save it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Good to see you, Ana")
    assert (
        await cast.value(
            db, "SELECT count(*) FROM session WHERE member_id = :id AND ended_at IS NULL", id=ana.id
        )
        == 1
    )
