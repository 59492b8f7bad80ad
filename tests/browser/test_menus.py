"""What can be done with a post, and where one is among many."""

import re

from playwright.async_api import Page, expect

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, menu, post, stays, visit

LONG = "The patients on our ward said that nobody had told them. " * 60
# Letters in each line but the last, of what is written in posts.
LINES = """() => [...document.querySelectorAll(".prose p")].flatMap((p) => {
  const range = document.createRange(), lines = [];
  for (let n = 0, top; n < p.firstChild.length; n++) {
    range.setStart(p.firstChild, n);
    range.setEnd(p.firstChild, n + 1);
    const box = range.getBoundingClientRect();
    if (top === undefined || box.top > top + 3) lines.push(0);
    lines[lines.length - 1]++;
    top = box.top;
  }
  return lines.slice(0, -1);
})"""


async def test_a_menu_is_gone_through_by_keys(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ana, thread, "We whisper it.")
    page = await opened(ben, f"/topics/{thread.id}")
    more = post(page, "We whisper it.").locator(".more")
    opener, save = more.locator("summary"), more.get_by_role("button", name="Save for later")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(save).to_be_visible()
    await expect(more.get_by_role("link", name="Edit")).to_be_hidden()
    await page.keyboard.press("ArrowDown")
    await expect(save).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(more.get_by_role("link", name="Flag for the hosts")).to_be_focused()
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowDown")
    await expect(more.get_by_role("link", name="Share")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await expect(save).to_be_hidden()

    # One at a time, and none when one goes on.
    await page.keyboard.press("Enter")
    other = await menu(post(page, "ticked"))
    await expect(save).to_be_hidden()
    await page.get_by_role("heading", level=1).click()
    await expect(other.get_by_role("link", name="Share")).to_be_hidden()


async def test_a_post_that_changes_meanwhile_leaves_its_menu_open(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    said = await cast.write(db, ana, thread, "We whispre it.")
    page = await opened(ben, f"/topics/{thread.id}")
    share = (await menu(post(page, "We whispre it."))).get_by_role("link", name="Share")
    await share.focus()
    await cast.mend(db, ana, said["id"], "We whisper it.")
    await expect(post(page, "We whisper it.").get_by_role("link", name="Share")).to_be_focused()


async def test_a_post_is_saved_from_its_menu_and_says_so(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ana, thread, "We whisper it.")
    page = await opened(ben, f"/topics/{thread.id}")
    still, said = await stays(page), post(page, "We whisper it.")
    await (await menu(said)).get_by_role("button", name="Save for later").click()
    await expect(said.get_by_role("link", name="saved", exact=True)).to_be_visible()
    await expect(said.locator(".more > summary")).to_be_focused()
    await expect(said.get_by_role("button", name="Save for later")).to_be_hidden()
    await still()
    await (await menu(said)).get_by_role("link", name="Note and reminder").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your bookmark")


async def test_one_sees_how_far_one_is_and_goes_to_any_post(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    for _ in range(6):
        await cast.write(db, ana, thread, LONG)
    page = await opened(ben, f"/topics/{thread.id}")
    place = page.get_by_role("navigation", name="Your place in this discussion")
    await expect(place).to_contain_text("Post 1 of 7")
    await page.locator("#p4").evaluate("post => post.scrollIntoView({ behavior: 'instant' })")
    await expect(place).to_contain_text("Post 4 of 7")
    await cast.write(db, ana, thread, "And we wrote it down.")
    await expect(page.locator("header [data-posts]")).to_have_text("8 posts")
    still = await stays(page)
    await place.get_by_role("link", name="First post").click()
    await expect(place).to_contain_text("Post 1 of 8")
    await still()
    await go_to(page, "5")
    await expect(page.locator("#p5")).to_be_in_viewport()
    await expect(place).to_contain_text("Post 5 of 8")


async def test_without_scripts_one_goes_to_any_post_too(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    for _ in range(45):
        await cast.write(db, ana, thread, LONG)
    page = await opened(ben, f"/topics/{thread.id}", on="without scripts")
    await expect(page.locator("#p44")).to_have_count(0)
    await go_to(page, "44")
    await expect(page.locator("#p44")).to_be_in_viewport()


async def go_to(page: Page, number: str) -> None:
    await page.locator(".place summary").click()
    await page.get_by_label("Go to post number").fill(number)
    await page.get_by_role("button", name="Go", exact=True).click()
    await page.wait_for_url(re.compile(f"#p{number}$"))


async def test_lines_are_as_long_as_one_reads_well(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ana, thread, LONG)
    page = await opened(ben)
    await visit(page, f"/topics/{thread.id}")
    lines = sorted(await page.evaluate(LINES))
    assert 60 <= lines[len(lines) // 2] <= 75, lines
