"""From the draft of the minutes to the first post, on the screens of those who look."""

from playwright.async_api import expect

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.windows import Opened
from tests.chat.minutes.conftest import fill, hold


async def test_a_host_changes_the_draft_and_publishes_it(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, open_network: NetworkSeen
) -> None:
    await cast.allow_anonymity(db, open_network)
    held = await hold(db, ana, open_network)
    await fill(held, ben, carol)
    await held.over()
    bens = await opened(ben, f"/topics/{(await held.seen()).topic_id}", on="phone")
    first = bens.locator("[id^=p1]").first
    await expect(first).to_contain_text("The doors are open")

    anas = await opened(ana, "/notices")
    await anas.get_by_role("button", name="The minutes of your drop-in").click()
    text = anas.get_by_label("Text")
    await expect(text).to_have_value(await draft(held))
    await text.press("Control+End")
    await text.type("\n\nTry it on ward 4.")
    await anas.get_by_role("button", name="Publish").click()
    await expect(anas.locator(".prose")).to_contain_text("Try it on ward 4.")
    # Ben's page is open, and changes by itself.
    await expect(first).to_contain_text("Try it on ward 4.")
    await expect(first).to_contain_text("Who pays for [bed] alarms?")

    without = await opened(ben, f"/networks/{open_network.slug}", on="without scripts")
    await without.get_by_role("link", name="the minutes of Thursday drop-in").click()
    await expect(without.locator(".prose")).to_contain_text("Try it on ward 4.")


async def draft(held) -> str:
    found = await held.minutes()
    assert found is not None
    return found.body
