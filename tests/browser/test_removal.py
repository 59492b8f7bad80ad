"""Access ends on the open page, within a second or so."""

import asyncio
from datetime import timedelta

from playwright.async_api import expect

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_drop_in_opens import hold
from tests.browser.windows import Opened, post


async def test_a_removed_member_s_page_goes_quiet(
    opened: Opened,
    db: Database,
    ana: Viewer,
    ben: Viewer,
    confidential_network: NetworkSeen,
    secret_thread: cast.Thread,
) -> None:
    anas, bens = [await opened(who, f"/topics/{secret_thread.id}") for who in (ana, ben)]
    await cast.remove(db, ana, confidential_network, ben)
    await expect(bens.get_by_text("You no longer have access")).to_be_visible()
    await cast.write(db, ana, secret_thread, "Now that Ben is gone")
    await expect(post(anas, "Now that Ben is gone")).to_be_visible()
    await expect(bens.get_by_text("Now that Ben is gone")).to_have_count(0)
    await expect(bens.locator("article.post, main form")).to_have_count(0)

    await bens.reload()
    await expect(bens.get_by_role("heading", level=1)).to_have_text("Not found")


async def test_a_removed_member_leaves_the_room(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, confidential_network: NetworkSeen
) -> None:
    series = await cast.schedule(db, ana, confidential_network, title="Tea")
    drop_in = await hold(db, ana, series, timedelta())
    bens = await opened(ben, f"/drop-ins/{drop_in}")
    await expect(bens.locator("[data-people] .name")).to_have_text(["Ben Okafor"])
    await cast.remove(db, ana, confidential_network, ben)
    await expect(bens.get_by_text("You no longer have access")).to_be_visible()
    await expect(bens.locator("article.post, main form, .here")).to_have_count(0)
    await expect(bens.locator("main > .notice")).to_have_count(1)


async def test_a_host_removes_a_member_whose_page_is_open(
    opened: Opened,
    db: Database,
    ana: Viewer,
    ben: Viewer,
    confidential_network: NetworkSeen,
    secret_thread: cast.Thread,
) -> None:
    gita = await cast.join_the_hub(db, "Gita Rao", organisation="Mercy Health")
    await cast.let_in(db, confidential_network, gita, "host")
    inside = f"/networks/{confidential_network.slug}"
    bens = await opened(ben, f"/topics/{secret_thread.id}", on="phone")
    bens_other = await opened(ben, inside)
    gitas = await opened(gita, inside)
    await gitas.get_by_role("link", name="Members").click()
    await gitas.get_by_role("link", name="Manage Ben Okafor").click()
    await expect(gitas.get_by_text("Ben Okafor loses access at once")).to_be_visible()
    await gitas.get_by_role("button", name="Remove Ben Okafor").click()
    for page in (bens, bens_other):
        await expect(page.get_by_text("You no longer have access")).to_be_visible()
    await cast.write(db, ana, secret_thread, "Now that Ben is gone")
    await expect(gitas.get_by_text("Ben Okafor")).to_have_count(0)
    await expect(bens.locator("article.post, main form")).to_have_count(0)
    await expect(bens_other.locator(".topic, main form")).to_have_count(0)
    await expect(bens.get_by_text("Now that Ben is gone")).to_have_count(0)
    await bens.reload()
    await expect(bens.get_by_role("heading", level=1)).to_have_text("Not found")
    await bens.goto("/networks")
    await expect(bens.get_by_text("Speaking up circle")).to_have_count(0)

    anas = await opened(ana, inside)
    await anas.locator(".tending summary").click()
    await anas.get_by_role("link", name="Audit log").click()
    entry = anas.locator(".entries > li", has_text="Gita Rao removed Ben Okafor.")
    await expect(entry).to_be_visible()
    async with asyncio.timeout(8):
        while await entry.get_by_text("connections ended").count() == 0:
            await anas.reload()
    await expect(entry).to_contain_text("2 connections ended")


async def test_a_ban_is_made_and_taken_back(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    page = await opened(ana, f"/networks/{open_network.slug}/members/{ben.handle}", on="phone")
    await page.get_by_role("button", name="Ban Ben Okafor").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Banned")
    await expect(page.get_by_text("@ben-okafor")).to_be_visible()
    bens = await opened(ben, f"/networks/{open_network.slug}")
    await bens.get_by_role("button", name="Join").click()
    await expect(bens.get_by_text("You were removed from this network.")).to_be_visible()
    await page.get_by_text("Take back").click()
    await page.get_by_role("button", name="Take the ban back").click()
    await expect(page.get_by_text("Nobody is banned.")).to_be_visible()


async def test_the_network_is_handed_over(
    opened: Opened, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    anas = await opened(ana, f"/networks/{open_network.slug}/leave")
    await anas.get_by_role("link", name="Choose a member").click()
    await anas.get_by_role("link", name="Manage Ben Okafor").click()
    await anas.get_by_role("button", name="Hand over to Ben Okafor").click()
    await expect(anas.locator(".person", has_text="Ben Okafor").locator(".badge")).to_have_text("Owner")
    await anas.get_by_role("link", name="Leave this network").click()
    await anas.get_by_role("button", name="Leave Falls and frailty").click()
    await expect(anas.get_by_text("You are its owner")).to_have_count(0)
