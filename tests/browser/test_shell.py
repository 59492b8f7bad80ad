"""What stands around every page: the column of one's networks, one's own menu, the bar below on phones, and times."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.windows import SCREENS, Opened, stays, visit

# What the page's script makes of a time, at Thursday noon in Europe/London's winter.
TOLD = """async ([at, style]) => {
  const { tell } = await import(new URL("times.js", document.querySelector("script[src$='main.js']").src));
  const time = Object.assign(document.createElement("time"), { dateTime: at });
  time.dataset.time = style;
  const root = document.createElement("p");
  root.append(time);
  tell(root);
  return time.textContent;
}"""


async def test_the_column_tells_what_waits_and_forgets_what_was_read(
    opened: Opened, beside: Opened, db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    thread = await cast.start(db, ana, open_network, "Smoke detectors", "Are yours tested?")
    page = await opened(ben, f"/networks/{open_network.slug}")
    side = page.get_by_role("navigation", name="Your networks")
    waiting = side.get_by_role("link", name="Falls and frailty 1 discussion waits for you")
    await expect(waiting).to_be_visible()
    await expect(waiting).to_have_attribute("aria-current", "true")
    still = await stays(page)
    await waiting.focus()

    tab = await beside(page, f"/topics/{thread.id}")  # where it is read
    await expect(tab.locator("article.post").first).to_be_visible()
    await page.bring_to_front()
    read = side.get_by_role("link", name="Falls and frailty", exact=True)
    await expect(read).to_be_focused()
    await still()


async def test_the_column_grows_when_others_write(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    page = await opened(ben, on="phone with a clock")
    await page.set_viewport_size(SCREENS["desk"])
    async with page.expect_response("**/side"):
        await visit(page, "/settings")
    await page.evaluate("Math.random = () => 0")  # the first of those who ask again
    await page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=2))
    await cast.start(db, ana, open_network, "Smoke detectors", "Are yours tested?")
    link = page.locator(".side [data-network]", has_text="Falls and frailty")
    await expect(link).to_contain_text("1 discussion waits for you")
    await page.set_viewport_size(SCREENS["phone with a clock"])


@pytest.mark.parametrize("machine", ["desk", "without scripts", "phone"])
async def test_ones_own_menu_opens_by_keyboard_and_closes_again(
    opened: Opened, ana: Viewer, open_network: NetworkSeen, machine: str
) -> None:
    page = await opened(ana, "/networks", on=machine)
    button = page.get_by_role("button", name="Ana Lima, your menu")
    menu = page.get_by_role("navigation", name="Yours")
    await expect(menu).to_be_hidden()
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(menu).to_be_visible()
    await expect(menu).to_be_in_viewport(ratio=1)
    await page.keyboard.press("Tab")
    await expect(menu.get_by_role("link", name="Your profile")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(button).to_be_focused()
    await button.click()
    await menu.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("main").get_by_role("link", name="Join the hub")).to_be_visible()


async def test_on_a_phone_the_way_round_lies_below_and_hides_nothing(
    opened: Opened, ana: Viewer, thread: cast.Thread
) -> None:
    page = await opened(ana, f"/topics/{thread.id}", on="phone")
    bar = page.get_by_role("navigation", name="Main")
    await expect(bar.get_by_role("link")).to_have_count(4)
    box = await bar.bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] + box["height"] == SCREENS["phone"]["height"]
    foot = page.get_by_role("contentinfo")
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    await expect(foot).to_be_in_viewport(ratio=1)
    end = await foot.bounding_box()
    assert end
    assert end["y"] + end["height"] <= box["y"] + 1  # pages scroll by whole pixels
    await bar.get_by_role("link", name="Home").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ana")


async def test_times_say_the_day_the_time_and_how_far_it_is(opened: Opened) -> None:
    page = await opened(None, "/sign-in", on="phone with a clock")
    await page.clock.set_fixed_time("2026-11-26T12:00:00Z")
    told = {
        (at, style): await page.evaluate(TOLD, [at, style])
        for at, style in (
            ("2026-11-26T12:25:00Z", "when"),
            ("2026-11-27T09:00:00Z", "when"),
            ("2026-11-28T12:00:00Z", "when"),
            ("2026-12-10T12:00:00Z", "when"),
            ("2027-03-04T12:00:00Z", "when"),
            ("2026-11-20T12:00:00Z", "when"),
            ("2026-11-28T12:00:00Z", "date"),
            ("2026-11-28T12:00:00Z", "clock"),
            ("2026-11-24T12:00:00Z", "ago"),
            ("2026-11-26T11:59:40Z", "ago"),
        )
    }
    assert list(told.values()) == [
        "Thursday 12:25 (in 25 minutes)",
        "Friday 09:00 (tomorrow)",
        "Saturday 12:00 (in 2 days)",
        "Thu 10 Dec 12:00 (in 14 days)",
        "Thu, 4 Mar 2027 12:00",
        "Fri 20 Nov 12:00",
        "Sat 28 Nov",
        "12:00",
        "2 days ago",
        "now",
    ]
