"""The line dies. Nothing is lost, nothing comes twice, and nobody's sentence is gone."""

from playwright.async_api import Page, expect

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, live, post, stays, texts, write
from tests.hubs import RunningHub

OPENING = "Ours is ticked before anybody has looked."


async def cut(page: Page, hub: RunningHub) -> None:
    """As in a lift: the connection is gone, and there is no other."""
    await page.context.set_offline(True)
    for connection in list(hub.house.hub.connections):
        connection.abort()
    await live(page, "offline")


async def test_what_was_said_meanwhile_arrives_once(
    anas_screen: Page, live_server: RunningHub, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    still = await stays(anas_screen)
    await cast.write(db, ben, thread, "One.")
    await expect(post(anas_screen, "One.")).to_be_visible()
    await anas_screen.get_by_label("Your reply").fill("I was about to s")
    await cut(anas_screen, live_server)
    await cast.write(db, ben, thread, "Two.")
    await cast.write(db, ben, thread, "Three.")
    await expect(anas_screen.get_by_role("status").filter(has_text="You are offline.")).to_be_visible()
    assert await texts(anas_screen) == [OPENING, "One."]

    await anas_screen.context.set_offline(False)
    await expect(post(anas_screen, "Three.")).to_be_visible()
    await expect(anas_screen.get_by_text("Up to date again.")).to_be_visible()
    await cast.write(db, ben, thread, "Four.")
    await expect(post(anas_screen, "Four.")).to_be_visible()
    assert await texts(anas_screen) == [OPENING, "One.", "Two.", "Three.", "Four."]
    await expect(anas_screen.get_by_label("Your reply")).to_have_value("I was about to s")
    await expect(anas_screen.locator("#live-state")).to_be_empty()
    await still()


async def test_what_one_sends_meanwhile_is_sent_once(
    anas_screen: Page, live_server: RunningHub, db: Database, thread: cast.Thread
) -> None:
    still = await stays(anas_screen)
    await cut(anas_screen, live_server)
    await write(anas_screen, "From the lift.")
    await expect(anas_screen.get_by_text("This will be sent as soon as it is back.")).to_be_visible()
    # In its box, or as a post on its way where what shows that is here already.
    await anas_screen.wait_for_function(
        "() => [...document.querySelectorAll('textarea')].some((box) => box.value === 'From the lift.')"
    )
    await anas_screen.context.set_offline(False)
    await expect(post(anas_screen, "From the lift.")).to_be_visible()
    await expect(anas_screen.get_by_label("Your reply")).to_have_value("")
    await expect(anas_screen.get_by_text("This will be sent")).to_be_hidden()
    assert await cast.value(db, "SELECT count(*) FROM post WHERE body = 'From the lift.'") == 1
    await still()


async def test_a_short_interruption_is_not_worth_a_word(
    opened: Opened, live_server: RunningHub, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    page = await opened(ana, f"/topics/{thread.id}", on="phone with a clock")
    await page.clock.pause_at(await page.evaluate("Date.now() + 1000"))  # however slow this machine is
    said = await page.evaluate_handle(
        "() => { const said = []; new MutationObserver(() => said.push(document.getElementById('live-state').textContent))"
        ".observe(document.getElementById('live-state'), { childList: true }); return said }"
    )
    for connection in list(live_server.house.hub.connections):
        connection.abort()
    await live(page, "waiting")
    await page.clock.run_for(500)
    await cast.write(db, ben, thread, "One.")
    await expect(post(page, "One.")).to_be_visible()
    await page.clock.run_for(4000)
    assert await said.json_value() == []


async def test_whoever_signs_out_elsewhere_is_told(
    anas_screen: Page, beside: Opened, live_server: RunningHub
) -> None:
    settings = await beside(anas_screen, "/settings")
    await settings.get_by_role("button", name="Sign out").click()
    await expect(anas_screen.get_by_text("You have been signed out.")).to_be_visible()
    await live(anas_screen, "ended")
    assert not [c for c in live_server.house.hub.connections if c.member_id]


async def test_a_member_s_page_does_not_live_on_as_a_visitor_s(
    anas_screen: Page, live_server: RunningHub
) -> None:
    await anas_screen.context.clear_cookies()  # signed out while the line was down
    for connection in list(live_server.house.hub.connections):
        connection.abort()
    await expect(anas_screen.get_by_text("You have been signed out.")).to_be_visible()
    await live(anas_screen, "ended")
