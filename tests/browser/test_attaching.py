"""Files for a post at a real screen: chosen, dropped and pasted, waited for, tried again."""

import asyncio
from typing import Any

from playwright.async_api import Page, Route, expect

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, menu, post, stays, write
from tests.cast import PDF
from tests.chat.files.papers import picture

# As the browser does it: a file of the system is let go over the page, or is in the clipboard.
BRING = """([event, selector, name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name));
  const given = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data };
  const made = event === "paste" ? new ClipboardEvent(event, given) : new DragEvent(event, given);
  document.querySelector(selector).dispatchEvent(made);
  return made.defaultPrevented;
}"""


def chosen(*files: tuple[str, bytes]) -> list[Any]:
    return [{"name": name, "mimeType": "", "buffer": content} for name, content in files]


async def bring(page: Page, event: str, selector: str, name: str, content: bytes) -> None:
    assert await page.evaluate(BRING, [event, selector, name, list(content)])


async def test_files_are_chosen_dropped_and_pasted_and_go_out_with_the_post(
    anas_screen: Page, bens_screen: Page
) -> None:
    same_page, listed = await stays(bens_screen), bens_screen.locator(".attached li")
    loaded = "performance.getEntriesByType('resource').some(r => r.name.endsWith('file-drop.js'))"
    assert not await bens_screen.evaluate(loaded)
    await bens_screen.get_by_label("Attach files").set_input_files(
        chosen(("Ward 7.png", picture()), ("plan.pdf", PDF))
    )
    await bring(bens_screen, "dragover", "h1", "rota.pdf", PDF)
    await bring(bens_screen, "drop", "h1", "rota.pdf", PDF)
    await bring(bens_screen, "paste", "#body", "image.png", picture("PNG", (30, 30)))
    await expect(listed.get_by_role("button", name="Remove")).to_have_count(4)
    await listed.filter(has_text="plan.pdf").get_by_role("button", name="Remove").click()
    await expect(listed).to_have_count(3)
    await write(bens_screen, "Three files.")
    for page in (anas_screen, bens_screen):
        shown = post(page, "Three files.")
        await expect(shown.get_by_role("img")).to_have_count(2)
        await expect(shown.get_by_role("img").first).to_have_attribute("width", "60")
        await expect(shown.get_by_role("link", name="rota.pdf")).to_be_visible()
        await expect(shown.get_by_role("link", name="plan.pdf")).to_have_count(0)
    await expect(listed).to_have_count(0)
    await same_page()


async def test_a_post_waits_for_its_files(bens_screen: Page) -> None:
    arrived = asyncio.Event()

    async def slowly(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await bens_screen.route("**/files?*", slowly)
    await bens_screen.get_by_label("Attach files").set_input_files(chosen(("plan.pdf", PDF)))
    await expect(bens_screen.get_by_role("progressbar", name="plan.pdf")).to_be_visible()
    await write(bens_screen, "With the plan.")
    await expect(bens_screen.get_by_role("status").filter(has_text="as soon as its files")).to_have_count(1)
    await expect(post(bens_screen, "With the plan.")).to_have_count(0)
    arrived.set()
    await expect(post(bens_screen, "With the plan.").get_by_role("link", name="plan.pdf")).to_be_visible()


async def test_what_did_not_arrive_is_said_and_tried_again(bens_screen: Page) -> None:
    async def break_off(route: Route) -> None:
        await route.abort("internetdisconnected")

    await bens_screen.route("**/files?*", break_off)
    listed = bens_screen.locator(".attached li")
    await bens_screen.get_by_label("Attach files").set_input_files(
        chosen(("plan.pdf", PDF), ("run.exe", b"MZ"))
    )
    await expect(listed.filter(has_text="the connection broke")).to_have_count(2)
    await bens_screen.unroute("**/files?*")
    for row in (1, 0):
        await listed.nth(row).get_by_role("button", name="Try again").click()
    await expect(listed.filter(has_text="This kind of file can’t be attached")).to_have_count(1)
    await write(bens_screen, "At last.")
    await expect(bens_screen.get_by_role("alert").filter(has_text="Not all files")).to_be_visible()
    await listed.filter(has_text="run.exe").get_by_role("button", name="Remove").click()
    await bens_screen.get_by_role("button", name="Post", exact=True).click()
    await expect(post(bens_screen, "At last.").get_by_role("link", name="plan.pdf")).to_be_visible()


async def test_the_form_brings_them_by_itself(
    opened: Opened, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    page = await opened(ben, f"/topics/{thread.id}", on="without scripts")
    await page.get_by_label("Attach files").set_input_files(
        chosen(("Ward 7.png", picture()), ("plan.pdf", PDF))
    )
    await write(page, "Two files.")
    await expect(post(page, "Two files.").get_by_role("img")).to_be_visible()
    await (await menu(post(page, "Two files."))).get_by_role("link", name="Edit").click()
    await page.get_by_label("plan.pdf").uncheck()
    await page.get_by_role("button", name="Save").click()
    await expect(post(page, "Two files.").get_by_role("link", name="plan.pdf")).to_have_count(0)
    await expect(post(page, "Two files.").get_by_role("img")).to_be_visible()
