"""Letters twice as large, colours of one's own, and nothing that moves."""

import pytest
from playwright.async_api import Page

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.windows import SCREENS, Opened, visit
from tests.web.addresses import furnish

# What can be pressed or written in without being seen, or says nothing when it has the focus.
FAINT = """() => [...document.querySelectorAll("main :is(a[href], button, input:not([type=hidden]), textarea, select, summary)")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest(".unseen, dialog")).filter((each) => {
    each.focus();
    if (document.activeElement !== each) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle === "none" || parseFloat(outlineWidth) < 2;
  }).map((each) => each.outerHTML.slice(0, 120))"""
MOVES = """() => [...document.querySelectorAll("*")].filter((each) => {
  const { animationName, animationDuration, animationIterationCount, transitionDuration } = getComputedStyle(each);
  const long = (times) => Math.max(...times.split(",").map(parseFloat)) > 0.05;
  return (animationName !== "none" && (long(animationDuration) || animationIterationCount === "infinite")) || long(transitionDuration);
}).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture
async def paths(db: Database, ana: Viewer, open_network: NetworkSeen, thread: cast.Thread) -> list[str]:
    things = await furnish(db, ana, open_network, thread)
    inside = f"/networks/{open_network.slug}"
    return [
        "/", inside, f"{inside}/members", f"{inside}/settings", f"/topics/{thread.id}", f"{inside}/topics/new",
        f"/drop-ins/{things['drop-ins/id']}", "/settings", "/search?q=checklist",
    ]  # fmt: skip


@pytest.fixture
async def page(opened: Opened, ana: Viewer) -> Page:
    return await opened(ana)


async def test_letters_of_twice_the_size_push_nothing_out(page: Page, paths: list[str]) -> None:
    wrong = []
    for path in paths:
        await visit(page, path)
        await page.set_viewport_size({"width": 640, "height": 400})  # a desk's screen at 200 %
        if (more := await page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            wrong.append(f"{path}: {more} px, zoomed")
        await page.set_viewport_size(SCREENS["desk"])
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        if (more := await page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            wrong.append(f"{path}: {more} px, with large letters")
    assert not wrong, "\n".join(wrong)


async def test_the_focus_can_be_seen_in_all_colours_and_nothing_moves(page: Page, paths: list[str]) -> None:
    wrong = []
    for path in paths:
        await visit(page, path)
        await page.keyboard.press("Shift")  # whoever goes by keys sees where they are
        for forced in ("none", "active"):
            await page.emulate_media(forced_colors=forced)
            wrong += [f"{path}, forced colours {forced}: {each}" for each in await page.evaluate(FAINT)]
        wrong += [f"{path} moves: {each}" for each in await page.evaluate(MOVES)]
    assert not wrong, "\n".join(wrong)
