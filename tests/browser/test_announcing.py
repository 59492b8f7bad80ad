"""An announcement that comes while one has the page open."""

from playwright.async_api import expect

from chat import notices
from chat.db import Database
from chat.members import Viewer, notify
from chat.networks import NetworkSeen
from tests.browser.windows import Opened, stays, visit


async def test_an_announcement_arrives_and_is_put_away_on_all_screens(
    opened: Opened, beside: Opened, db: Database, ana: Viewer, ben: Viewer, dev: Viewer,
    open_network: NetworkSeen, worker: None,
) -> None:  # fmt: skip
    home = f"/networks/{open_network.slug}"
    bens, phone = await opened(ben, home), await opened(ben, f"{home}/topics/new", on="phone")
    devs = await opened(dev, home)
    tab = await beside(bens, "/settings")
    await phone.get_by_label("Text").fill("I was about to say")
    still = await stays(phone)

    anas = await opened(ana, home)
    await anas.get_by_role("link", name="Announcements").click()
    await anas.get_by_role("link", name="Announce something").click()
    await anas.get_by_label("Title").fill("The ward round moves")
    await anas.get_by_label("Text").fill("From Monday on at **eight**.")
    await anas.get_by_role("button", name="See how it looks").click()
    await expect(anas.locator(".announcement strong")).to_have_text("eight")
    await expect(bens.locator(".banner")).to_have_count(0)
    await anas.get_by_role("button", name="Send it to 3 members").click()
    await expect(anas.get_by_role("heading", level=1)).to_have_text("The ward round moves")

    for page in (bens, tab, phone):
        await expect(page.locator(".banner")).to_contain_text(
            "The ward round moves – announced in Falls and frailty"
        )
        await expect(page.locator("#unread")).to_have_text("1")
    await expect(devs.locator(".banner")).to_have_count(0)

    await phone.get_by_role("button", name="Dismiss").click()
    for page in (bens, tab, phone):
        await expect(page.locator(".banner")).to_have_count(0)
        await expect(page.locator("#unread")).to_have_text("")
    await still()
    await expect(phone.get_by_label("Text")).to_have_value("I was about to say")
    await visit(bens, home)
    await expect(bens.locator(".banner")).to_have_count(0)
    await bens.get_by_role("link", name="Announcements").click()
    await bens.get_by_role("link", name="The ward round moves").click()
    await expect(bens.locator(".announcement strong")).to_have_text("eight")


async def test_notices_are_read_without_scripts(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    async with db.transaction() as tx:
        for _ in range(2):
            await notify(tx, [ben.id], "role.changed", network_id=open_network.id, actor_id=ana.id)
    page = await opened(ben, "/", on="without scripts")
    await expect(page.locator("#unread")).to_have_text("2")
    await page.get_by_role("link", name="Notices, unread: 2").click()
    await page.get_by_role("button", name="You are a member of Falls and frailty now").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Falls and frailty")
    await expect(page.locator("#unread")).to_have_text("1")
    await page.locator(".bell").click()
    await page.get_by_role("button", name="Mark all as read").click()
    await expect(page.locator("#unread")).to_have_text("")


async def test_the_counter_moves_while_one_reads(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    page = await opened(ben, "/settings")
    still = await stays(page)
    await expect(page.locator("#unread")).to_have_text("")
    for n in (1, 2):
        async with db.transaction() as tx:
            await notify(tx, [ben.id], "role.changed", network_id=open_network.id, actor_id=ana.id)
        await expect(page.locator("#unread")).to_have_text(str(n))
    async with db.transaction() as tx:
        await notices.read_through(tx, ben)
    await expect(page.locator("#unread")).to_have_text("")
    await still()
