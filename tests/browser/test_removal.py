"""Access ends on the open page, within a second or so."""

from datetime import timedelta
from time import monotonic

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
    removed_at = monotonic()
    await expect(bens.get_by_text("You no longer have access")).to_be_visible()
    assert monotonic() - removed_at < 2
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
