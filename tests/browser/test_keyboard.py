"""Hands that never touch a mouse."""

from datetime import timedelta

from playwright.async_api import Page, expect

from chat import discussions
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_drop_in_opens import hold
from tests.browser.windows import Opened, live, post


async def test_the_first_key_skips_to_the_content(anas_screen: Page) -> None:
    await anas_screen.keyboard.press("Tab")
    skip = anas_screen.get_by_role("link", name="Skip to the content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await anas_screen.keyboard.press("Enter")
    await expect(anas_screen.get_by_role("main")).to_be_focused()


async def test_one_tabs_to_the_reply_and_ctrl_enter_sends(anas_screen: Page) -> None:
    await anas_screen.keyboard.press("Tab")
    await anas_screen.keyboard.press("Enter")
    area = anas_screen.get_by_label("Your reply")
    for _ in range(40):
        await anas_screen.keyboard.press("Tab")
        if await area.evaluate("e => e === document.activeElement"):
            break
    await anas_screen.keyboard.type("First line")
    await anas_screen.keyboard.press("Enter")
    await anas_screen.keyboard.type("second line")
    await expect(area).to_have_value("First line\nsecond line")
    await anas_screen.keyboard.press("Control+Enter")
    await expect(post(anas_screen, "second line")).to_be_visible()
    await expect(area).to_have_value("")
    await expect(area).to_be_focused()


async def test_enter_in_the_room_sends_and_shift_enter_breaks_the_line(
    opened: Opened, db: Database, ana: Viewer, open_network: NetworkSeen
) -> None:
    drop_in = await hold(db, ana, await cast.schedule(db, ana, open_network, title="Tea"), timedelta())
    page = await opened(ana, f"/drop-ins/{drop_in}")
    await page.get_by_label("Say something").focus()
    await page.keyboard.type("Hello,")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("all.")
    await page.keyboard.press("Enter")
    await page.keyboard.type("And")
    await expect(post(page, "all.")).to_be_visible()
    await expect(page.get_by_label("Say something")).to_have_value("And")


async def test_keys_lead_from_post_to_post_and_to_a_reply(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ben, thread, "We read it aloud.")
    mine = await cast.write(db, ana, thread, "All of it?")
    page = await opened(ana, f"/topics/{thread.id}")
    for number in (1, 2, 3):
        await page.keyboard.press("j")
        await expect(page.locator(f"#p{number}")).to_be_focused()
    await page.keyboard.press("j")  # there is no further one
    await page.keyboard.press("k")
    await expect(page.locator("#p2")).to_be_focused()
    await page.keyboard.press("e")  # somebody else's
    await page.keyboard.press("r")
    await expect(page.locator("reply-form textarea")).to_be_focused()
    await expect(page.locator("reply-form .answering strong")).to_have_text("Ben Okafor")
    await page.keyboard.type("just jkre?")
    await expect(page.locator("reply-form textarea")).to_have_value("just jkre?")
    await page.locator("reply-form textarea").fill("")
    await page.locator("#p3 a.permalink").focus()
    await page.keyboard.press("e")
    await page.wait_for_url(f"**/posts/{mine['id']}/edit")


async def test_two_keys_go_places_and_a_list_is_gone_through(
    opened: Opened, db: Database, ana: Viewer, thread: cast.Thread
) -> None:
    await cast.start(db, ana, thread.network, "Who looks at night?")
    page = await opened(ana, f"/topics/{thread.id}")
    await page.keyboard.press("h")  # alone it is nothing
    await page.keyboard.press("g")
    await page.keyboard.press("h")
    await page.wait_for_url(lambda url: url.endswith("/"))
    await expect(page.locator("html")).to_have_attribute("data-live", "live")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(page.locator("li.topic").nth(1).locator(":focus")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/topics/{thread.id}")


async def test_the_sheet_names_the_keys_and_turns_them_off(anas_screen: Page) -> None:
    await anas_screen.keyboard.press("?")
    sheet = anas_screen.locator("dialog.keys")
    await expect(sheet).to_be_visible()
    await expect(sheet.locator("kbd", has_text="?")).to_be_visible()
    await sheet.get_by_role("checkbox").uncheck()
    await anas_screen.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await anas_screen.reload()
    await live(anas_screen)
    for key in "/?gnj":
        await anas_screen.keyboard.press(key)
    assert await anas_screen.evaluate("document.activeElement === document.body")
    await anas_screen.keyboard.press("Control+k")  # which is no single key
    await expect(anas_screen.get_by_role("combobox")).to_be_focused()
    await anas_screen.keyboard.press("Escape")
    await anas_screen.locator("#keys").click()  # for those who have turned ? off
    await sheet.get_by_role("checkbox").check()
    assert await anas_screen.evaluate("localStorage.length") == 0
    await anas_screen.keyboard.press("Escape")
    await expect(anas_screen.locator("#keys")).to_be_focused()


async def test_who_goes_by_keys_stays_where_they_were_when_it_is_drawn_anew(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    said = await cast.write(db, ben, thread, "We read it aloud.")
    page = await opened(ana, f"/topics/{thread.id}")
    reply = page.locator("#p2 [data-reply]")
    await reply.focus()
    async with db.transaction() as tx:
        await discussions.edit(tx, ben, said["id"], "We read it **aloud**.")
    await expect(page.locator("#p2 strong", has_text="aloud")).to_be_visible()
    await expect(reply).to_be_focused()

    other = await cast.start(db, ana, thread.network, "Who looks at night?")
    await page.goto(f"/networks/{thread.network.slug}")
    await live(page)
    title = page.locator(f"#topic-{thread.id} .topic-title")
    await title.focus()
    await cast.write(db, ben, thread, "And again.")
    await expect(page.locator(f"#topic-{thread.id}")).to_have_attribute("data-posts", "3")
    await expect(title).to_be_focused()
    # What is no longer there gives the focus to what stands in its place.
    await page.evaluate("id => document.getElementById(id).remove()", f"topic-{thread.id}")
    await expect(page.locator(f"#topic-{other.id} :focus")).to_have_count(1)


async def test_what_arrives_in_sight_is_said_once_and_not_read_out(
    anas_screen: Page, db: Database, ben: Viewer, carol: Viewer, thread: cast.Thread
) -> None:
    await anas_screen.set_viewport_size({"width": 1280, "height": 2000})
    said = anas_screen.locator("[role=status]", has_text="Ben Okafor")
    await cast.write(db, ben, thread, "We read it aloud.")
    await expect(said).to_have_count(1)
    await expect(said).not_to_contain_text("aloud")
    for text in ("All of it?", "And twice?"):
        await cast.write(db, carol, thread, text)
    await expect(anas_screen.locator("[role=status]", has_text="2")).to_have_count(1)
    # Whatever else there is says nothing of it.
    for region in await anas_screen.locator(
        "[aria-live]:not([aria-live=off]), [role=log], [role=alert]"
    ).all():
        await expect(region).not_to_contain_text("Carol")
