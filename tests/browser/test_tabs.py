"""Several tabs of one browser have one connection, and none of them depends on another."""

from playwright.async_api import Browser, expect

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, Page, live, post, texts, visit, write
from tests.hubs import RunningHub

OPENING = "Ours is ticked before anybody has looked."


def whose(hub: RunningHub) -> list[int]:
    """The members of the hub's live connections."""
    return sorted(connection.member_id for connection in hub.house.hub.connections)


async def test_tabs_come_and_go_and_nothing_is_lost(
    anas_screen: Page, beside: Opened, live_server: RunningHub, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ben, thread, "One.")
    await expect(post(anas_screen, "One.")).to_be_visible()
    second = await beside(anas_screen, f"/topics/{thread.id}")
    third = await beside(anas_screen, "/settings")
    [connection] = live_server.house.hub.connections
    await cast.write(db, ben, thread, "Two.")
    await expect(post(anas_screen, "Two.")).to_be_visible()
    await write(second, "Three.")
    for tab in (anas_screen, second):
        await expect(post(tab, "Three.")).to_be_visible()
        assert (await texts(tab)) == [OPENING, "One.", "Two.", "Three."]

    await anas_screen.goto("about:blank")  # the tab that came first
    await cast.write(db, ben, thread, "Four.")
    await visit(third, f"/topics/{thread.id}")
    await cast.write(db, ben, thread, "Five.")
    for tab in (second, third):
        await expect(post(tab, "Five.")).to_be_visible()
        assert await texts(tab) == [OPENING, "One.", "Two.", "Three.", "Four.", "Five."]
    assert live_server.house.hub.connections == {connection}


async def test_tabs_outlive_what_they_share(
    anas_screen: Page, beside: Opened, chromium: Browser, live_server: RunningHub, db: Database, ana: Viewer,
    ben: Viewer, thread: cast.Thread,
) -> None:  # fmt: skip
    second = await beside(anas_screen, f"/topics/{thread.id}")
    devtools = await chromium.new_browser_cdp_session()
    workers = await devtools.send("Target.getTargets", {"filter": [{"type": "shared_worker"}]})
    for worker in workers["targetInfos"]:
        await devtools.send("Target.closeTarget", {"targetId": worker["targetId"]})
    await cast.write(db, ben, thread, "One.")
    for tab in (anas_screen, second):
        await expect(post(tab, "One.")).to_be_visible()
        assert await texts(tab) == [OPENING, "One."]
    assert whose(live_server) == [ana.id]


async def test_sessions_share_nothing(
    anas_screen: Page, beside: Opened, live_server: RunningHub, db: Database, ana: Viewer, ben: Viewer,
    thread: cast.Thread, secret_thread: cast.Thread,
) -> None:  # fmt: skip
    await visit(anas_screen, f"/topics/{secret_thread.id}")
    cookie = {"name": "session", "value": await cast.session(db, ben), "url": live_server.url}
    await anas_screen.context.add_cookies([cookie])
    bens = await beside(anas_screen, f"/topics/{thread.id}")
    assert whose(live_server) == [ana.id, ben.id]

    for connection in list(live_server.house.hub.connections):
        connection.abort()
    await live(anas_screen, "ended")  # it would come back as Ben
    await cast.write(db, ana, thread, "One.")
    await expect(post(bens, "One.")).to_be_visible()
    assert whose(live_server) == [ben.id]


async def test_a_phone_sleeps_and_wakes(
    opened: Opened, live_server: RunningHub, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    page = await opened(ben, f"/topics/{thread.id}", on="phone with a clock")
    await cast.write(db, ana, thread, "One.")
    await expect(post(page, "One.")).to_be_visible()
    [before] = live_server.house.hub.connections
    await page.clock.fast_forward("01:00:00")
    await cast.write(db, ana, thread, "Two.")
    await expect(post(page, "Two.")).to_be_visible()
    assert await texts(page) == [OPENING, "One.", "Two."]
    assert whose(live_server) == [ben.id]
    assert before not in live_server.house.hub.connections
