"""A link that leads into a room of which nobody outside may know."""

from playwright.async_api import Page, expect
from redis.asyncio import Redis

from chat.config import Settings
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_signing_up import confirm, sign_up
from tests.browser.windows import Opened


async def make_a_link(page: Page, network: NetworkSeen) -> str:
    await page.goto(f"/networks/{network.slug}")
    await page.get_by_role("link", name="Invitations").click()
    await page.get_by_role("button", name="Make a link").click()
    return await page.get_by_label("The invitation’s link").input_value()


async def test_a_newcomer_comes_in_by_a_link(
    opened: Opened,
    db: Database,
    redis: Redis,
    public: Settings,
    ana: Viewer,
    confidential_network: NetworkSeen,
) -> None:
    url = await make_a_link(await opened(ana), confidential_network)
    scanner = await opened(None, on="without scripts")  # mail is read by machines first
    await scanner.goto(url)
    await scanner.goto(url)
    assert await cast.value(db, "SELECT uses FROM invitation") == 0

    page = await opened(None, url)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")
    await page.get_by_role("link", name="Become a member").click()
    await sign_up(page, "Edith Lund", "edith@example.org")
    await confirm(page, db, redis)
    await page.get_by_role("button", name="Join as Edith Lund").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")
    await expect(page.get_by_role("link", name="Start a discussion")).to_be_visible()

    late = await opened(None, url)
    await expect(late.get_by_role("heading", level=1)).to_have_text("This invitation no longer works")


async def test_a_member_accepts_with_one_click(
    opened: Opened, db: Database, ana: Viewer, dev: Viewer, confidential_network: NetworkSeen
) -> None:
    offer = await cast.invite(db, ana, confidential_network)
    page = await opened(dev, f"/i/{offer.token}")
    await page.get_by_role("button", name="Join as Dev Patel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")


async def test_the_last_place_is_taken_while_one_reads(
    opened: Opened, db: Database, ana: Viewer, carol: Viewer, dev: Viewer, confidential_network: NetworkSeen
) -> None:
    offer = await cast.invite(db, ana, confidential_network)
    page = await opened(dev, f"/i/{offer.token}")
    await cast.accept(db, carol, offer)
    await page.get_by_role("button", name="Join as Dev Patel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This invitation no longer works")
    await expect(page.get_by_text("All places of this invitation are taken.")).to_be_visible()
