"""Everything but liveness works by links and forms alone."""

import pytest
from playwright.async_api import Page, expect

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.windows import Opened, menu, post, sign_in, texts, write


@pytest.fixture
async def bens_page(opened: Opened, ben: Viewer) -> Page:
    return await opened(ben, on="without scripts")


async def test_one_reads_signs_in_and_replies(opened: Opened, ben: Viewer, thread: cast.Thread) -> None:
    page = await opened(None, "/", on="without scripts")
    await page.get_by_role("link", name="Who checks the checklist?").click()
    assert await texts(page) == ["Ours is ticked before anybody has looked."]
    await page.get_by_role("link", name="Sign in to reply").click()
    await page.get_by_label("E-mail address").fill("ben-okafor@example.org")
    await page.get_by_label("Password").fill(cast.PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Who checks the checklist?")
    await write(page, "We read it aloud.")
    await expect(post(page, "We read it aloud.")).to_be_visible()

    await post(page, "We read it aloud.").get_by_role("link", name="Reply").click()
    await expect(page.get_by_text("Replying to Ben Okafor")).to_be_visible()
    await write(page, "All of it.")
    await expect(post(page, "All of it.")).to_contain_text("in reply to Ben Okafor")


async def test_one_changes_and_removes_one_s_own(
    bens_page: Page, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ben, thread, "We whisper it.")
    await bens_page.goto(f"/topics/{thread.id}")
    await (await menu(post(bens_page, "We whisper it."))).get_by_role("link", name="Edit").click()
    await bens_page.get_by_label("Text").fill("We shout it.")
    await bens_page.get_by_role("button", name="Save").click()
    await (await menu(post(bens_page, "We shout it."))).get_by_role("link", name="Remove").click()
    await bens_page.get_by_role("button", name="Remove it").click()
    await expect(bens_page.get_by_text("This post was removed by its author.")).to_be_visible()


async def test_an_empty_reply_gets_a_sentence_and_loses_nothing(
    bens_page: Page, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    made = await cast.write(db, ben, thread, "We read it aloud.")
    await bens_page.goto(f"/topics/{thread.id}?reply={made['id']}#reply")
    await write(bens_page, "   ")
    await expect(bens_page.locator("#body-error")).to_have_text("The text can’t be empty.")
    await expect(bens_page.get_by_text("Replying to Ben Okafor")).to_be_visible()
    await bens_page.goto(f"/networks/{thread.network.slug}/topics/new")
    await bens_page.get_by_label("Title").fill("A title that took thought")
    await bens_page.get_by_label("Text").fill("   ")
    await bens_page.get_by_role("button", name="Start it").click()
    await expect(bens_page.locator("#body-error")).to_be_visible()
    await expect(bens_page.get_by_label("Title")).to_have_value("A title that took thought")


async def test_one_joins_and_leaves(opened: Opened, dev: Viewer, open_network: NetworkSeen) -> None:
    page = await opened(dev, f"/networks/{open_network.slug}", on="without scripts")
    await page.get_by_role("button", name="Join").click()
    await page.get_by_role("link", name="Members").click()
    await expect(page.locator(".person", has_text="Dev Patel")).to_be_visible()
    await page.get_by_text("Leave this network").click()
    await page.get_by_role("button", name="Leave Falls and frailty").click()
    await expect(page.get_by_text("You are a member")).to_have_count(0)


async def test_one_accepts_an_invitation_after_signing_in(
    opened: Opened, db: Database, ana: Viewer, dev: Viewer, confidential_network: NetworkSeen
) -> None:
    offer = await cast.invite(db, ana, confidential_network)
    page = await opened(None, f"/i/{offer.token}", on="without scripts")
    await page.get_by_role("main").get_by_role("link", name="Sign in").click()
    await page.get_by_label("E-mail address").fill("dev-patel@example.org")
    await page.get_by_label("Password").fill(cast.PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Join as Dev Patel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")


async def test_one_is_signed_in_and_out(opened: Opened, ana: Viewer) -> None:
    page = await opened(None, on="without scripts")
    await sign_in(page, ana)
    await page.goto("/settings")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Join the hub")).to_be_visible()
