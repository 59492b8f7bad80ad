"""Writing at a real screen: what helps to, and what keeps a text from being lost or posted twice."""

from playwright.async_api import Page, expect

from chat import discussions
from chat.db import Database
from chat.discussions import Spot
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, post
from tests.hubs import RunningHub


async def writing(page: Page) -> None:
    """Somebody begins to write, and what helps them has come."""
    await page.get_by_label("Your reply").focus()
    await expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()


async def test_the_toolbar_comes_when_somebody_begins_to_write(anas_screen: Page) -> None:
    loaded = (
        "() => performance.getEntriesByType('resource').filter((r) => /writing|vendor/.test(r.name)).length"
    )
    assert await anas_screen.evaluate(loaded) == 0
    await writing(anas_screen)
    area = anas_screen.get_by_label("Your reply")
    await area.fill("falls")
    await area.select_text()
    await anas_screen.keyboard.press("Control+b")
    await expect(area).to_have_value("**falls**")
    await area.select_text()
    await anas_screen.get_by_role("button", name="Numbered list").click()
    await expect(area).to_have_value("1. **falls**")


async def test_names_are_completed(
    anas_screen: Page, db: Database, ana: Viewer, ben: Viewer, dev: Viewer, open_network, thread: cast.Thread
) -> None:
    await cast.start(db, ana, open_network, "Bed rails [and] alarms", "Who has them?")
    await writing(anas_screen)
    area = anas_screen.get_by_label("Your reply")
    await area.press_sequentially("Ask @oka")
    await expect(anas_screen.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    await area.press("Enter")
    await expect(area).to_have_value("Ask @ben-okafor ")
    await area.press_sequentially("about #bed rai")
    await anas_screen.get_by_role("listbox").get_by_role("option", name="Bed rails").click()
    await area.press_sequentially("now :thumbsu")
    await expect(anas_screen.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    await area.press("Tab")
    await area.press_sequentially("and @dev-p")
    await expect(anas_screen.get_by_role("listbox").get_by_role("option")).to_have_count(0)
    await anas_screen.get_by_role("button", name="Post", exact=True).click()
    said = post(anas_screen, "Ask @ben-okafor about Bed rails [and] alarms now 👍 and @dev-p")
    await expect(said).to_be_visible()
    await expect(said.get_by_role("link", name="@ben-okafor")).to_have_attribute(
        "href", "/members/ben-okafor"
    )
    assert await cast.rows(db, "SELECT member_id FROM mention") == [(ben.id,)]


async def test_a_preview_is_what_will_be_there(anas_screen: Page) -> None:
    await writing(anas_screen)
    await anas_screen.get_by_label("Your reply").fill("**Ask** @ben-okafor, <script>alert(1)</script>")
    await anas_screen.get_by_role("button", name="Preview").click()
    preview = anas_screen.get_by_role("region", name="Preview")
    await expect(preview.locator("strong")).to_have_text("Ask")
    await expect(preview.get_by_role("link", name="@ben-okafor")).to_be_visible()
    await expect(preview).to_contain_text("<script>")


async def test_what_one_has_selected_is_quoted_without_a_name(
    anas_screen: Page, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    said = await cast.write(db, ben, thread, "Two nurses look.\n\nThen they sign.")
    await post(anas_screen, "Two nurses look.").locator(".prose").select_text()
    await anas_screen.get_by_role("button", name="Quote").click()
    area = anas_screen.get_by_label("Your reply")
    await expect(area).to_have_value("> Two nurses look.\n>\n> Then they sign.\n\n")
    await expect(area).to_be_focused()
    assert await anas_screen.locator("[name=parent]").input_value() == str(said["id"])
    await area.press("Control+a")
    await area.press("Delete")
    await post(anas_screen, "Two nurses look.").locator(".prose p").last.select_text()
    await anas_screen.keyboard.press("Alt+q")
    await expect(area).to_have_value("> Then they sign.\n\n")


async def test_a_draft_goes_on_elsewhere_and_is_gone_when_it_is_posted(
    anas_screen: Page, opened: Opened, db: Database, ana: Viewer, thread: cast.Thread
) -> None:
    await writing(anas_screen)
    await anas_screen.get_by_label("Your reply").fill("We found that")
    await expect(anas_screen.get_by_text("Draft saved.")).to_be_visible()
    phone = await opened(ana, f"/topics/{thread.id}", on="phone")
    await phone.get_by_label("Your reply").focus()
    await expect(phone.get_by_label("Your reply")).to_have_value("We found that")
    await phone.get_by_label("Your reply").fill("We found that out.")
    # In step: the first screen has nothing of its own, so it goes along.
    await expect(anas_screen.get_by_label("Your reply")).to_have_value("We found that out.")
    await phone.get_by_role("button", name="Post", exact=True).click()
    await expect(post(phone, "We found that out.")).to_be_visible()
    await expect(anas_screen.get_by_label("Your reply")).to_have_value("")
    assert await cast.value(db, "SELECT count(*) FROM draft") == 0


async def test_of_two_texts_their_writer_chooses(
    anas_screen: Page, db: Database, ana: Viewer, thread: cast.Thread
) -> None:
    await writing(anas_screen)
    area = anas_screen.get_by_label("Your reply")
    await area.fill("On the desk.")
    await expect(anas_screen.get_by_text("Draft saved.")).to_be_visible()
    await area.fill("On the desk, later.")
    async with db.transaction() as tx:
        await discussions.keep_draft(tx, ana, Spot(None, thread.id), "", "On the phone.")
    await expect(anas_screen.get_by_text("You went on writing this in another place.")).to_be_visible()
    await expect(area).to_have_value("On the desk, later.")
    await anas_screen.get_by_role("button", name="Take that text").click()
    await expect(area).to_have_value("On the phone.")


async def test_a_post_stands_there_at_once_and_comes_once(
    anas_screen: Page, live_server: RunningHub, db: Database, thread: cast.Thread
) -> None:
    await writing(anas_screen)
    await anas_screen.get_by_label("Your reply").fill("From the **lift**.")
    await anas_screen.context.set_offline(True)
    for connection in list(live_server.house.hub.connections):
        connection.abort()
    await anas_screen.get_by_role("button", name="Post", exact=True).click()
    pending = anas_screen.locator(".post.pending")
    await expect(pending).to_contain_text("From the **lift**.")
    await expect(pending).to_contain_text("This will be sent as soon as it is back.")
    await expect(anas_screen.get_by_label("Your reply")).to_have_value("")
    await anas_screen.context.set_offline(False)
    await expect(pending).to_have_count(0)
    await expect(post(anas_screen, "From the lift.")).to_be_visible()
    assert await cast.value(db, "SELECT count(*) FROM post WHERE body = 'From the **lift**.'") == 1


async def test_a_refused_post_keeps_its_text_and_another_try_posts_once(
    anas_screen: Page, db: Database, ana: Viewer, thread: cast.Thread
) -> None:
    await writing(anas_screen)
    area = anas_screen.get_by_label("Your reply")
    await area.fill("[" * 2000)
    await anas_screen.get_by_role("button", name="Post", exact=True).click()
    pending = anas_screen.locator(".post.pending")
    await expect(pending).to_contain_text("more brackets, stars and other marks")
    await pending.get_by_role("button", name="Change it").click()
    await expect(area).to_have_value("[" * 2000)
    await expect(pending).to_have_count(0)
    await area.fill("Fewer brackets.")
    await anas_screen.get_by_role("button", name="Post", exact=True).click()
    await expect(post(anas_screen, "Fewer brackets.")).to_be_visible()
    await expect(pending).to_have_count(0)
    assert await cast.value(db, "SELECT count(*) FROM post") == 2


async def test_without_scripts_there_are_buttons(
    opened: Opened, db: Database, ana: Viewer, thread: cast.Thread
) -> None:
    page = await opened(ana, f"/topics/{thread.id}", on="without scripts")
    await page.get_by_label("Your reply").fill("Look **first**.")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("region", name="Preview").locator("strong")).to_have_text("first")
    await expect(page.get_by_label("Your reply")).to_have_value("Look **first**.")
    await page.get_by_role("button", name="Save for later").click()
    await page.get_by_role("link", name="Who checks the checklist?").click()
    await expect(page.get_by_label("Your reply")).to_have_value("Look **first**.")
    await page.get_by_role("button", name="Post", exact=True).click()
    await expect(post(page, "Look first.")).to_be_visible()
    assert await cast.value(db, "SELECT count(*) FROM draft") == 0
