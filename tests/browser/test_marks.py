"""Reactions, polls, answers and removals on a desk by keyboard, on a phone, and without scripts."""

from playwright.async_api import Locator, Page, expect

from chat import discussions
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.windows import Opened, menu, post, stays

POLL = {"question": "Which do you use?", "options": ["The soft one", "The hard one"]}


def chip(page: Page, text: str, words: str) -> Locator:
    """A reaction to this post, as this reader may press it."""
    return post(page, text).locator(".reactions:not(.kinds)").get_by_role("button", name=words)


async def test_a_reaction_by_keyboard_is_on_all_screens_and_taken_back(
    opened: Opened, ana: Viewer, ben: Viewer, carol: Viewer, thread: cast.Thread
) -> None:
    asked = "Ours is ticked"
    anas, bens = await opened(ana, f"/topics/{thread.id}"), await opened(ben, f"/topics/{thread.id}")
    phone = await opened(carol, f"/topics/{thread.id}", on="phone")
    still = [await stays(page) for page in (anas, bens, phone)]
    await post(bens, asked).get_by_role("link", name="React").focus()
    await bens.keyboard.press("Enter")
    await expect(bens.get_by_role("button", name="Thank you")).to_be_focused()
    await bens.keyboard.press("Escape")
    await expect(post(bens, asked).get_by_role("link", name="React")).to_be_focused()
    await bens.keyboard.press("Enter")
    await expect(bens.get_by_role("button", name="Thank you")).to_be_focused()
    await bens.keyboard.press("Tab")
    await bens.keyboard.press("Enter")
    await expect(chip(bens, asked, "I agree 1")).to_have_attribute("aria-pressed", "true")
    await expect(post(bens, asked).get_by_role("link", name="React")).to_be_focused()
    await expect(chip(phone, asked, "I agree 1")).to_have_attribute("aria-pressed", "false")
    await expect(post(anas, asked).locator(".had")).to_be_visible()
    await expect(chip(anas, asked, "I agree")).to_have_count(0)  # it is her own post
    await expect(post(anas, asked).get_by_role("link", name="React")).to_be_hidden()

    await chip(phone, asked, "I agree 1").tap()
    for page in (bens, phone):
        await expect(chip(page, asked, "I agree 2")).to_have_attribute("aria-pressed", "true")
    await chip(bens, asked, "I agree 2").focus()
    await bens.keyboard.press("Space")
    await expect(chip(bens, asked, "I agree 1")).to_have_attribute("aria-pressed", "false")
    await expect(chip(bens, asked, "I agree 1")).to_be_focused()
    await expect(chip(phone, asked, "I agree 1")).to_have_attribute("aria-pressed", "true")
    for each in still:
        await each()
    await phone.reload()
    await expect(chip(phone, asked, "I agree 1")).to_have_attribute("aria-pressed", "true")
    await post(phone, asked).get_by_role("link", name="Who?").tap()
    await expect(phone.get_by_role("listitem").filter(has_text="Carol Nguyen")).to_be_visible()


async def test_a_poll_and_the_answer_come_live(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, open_network: NetworkSeen
) -> None:
    thread = await cast.start(db, ana, open_network, "Which wedge?", tags="doors", poll=POLL)
    await cast.write(db, ben, thread, "The hard one.")
    path = f"/topics/{thread.id}"
    anas, bens, carols = (
        await opened(ana, path),
        await opened(ben, path, on="phone"),
        await opened(carol, path),
    )
    still = [await stays(page) for page in (anas, bens, carols)]
    hard = bens.get_by_role("button", name="The hard one")
    await hard.tap()
    await expect(hard).to_have_attribute("aria-pressed", "true")
    await expect(bens.locator(".poll li", has_text="The hard one").locator(".number")).to_have_text("1")
    await expect(carols.locator(".poll")).to_contain_text("1 voted")
    await expect(carols.locator(".poll .number").first).to_be_empty()
    async with db.transaction() as tx:
        await discussions.vote(tx, carol, thread.id, 2, True)
    await expect(bens.locator(".poll li", has_text="The hard one").locator(".number")).to_have_text("2")

    await (await menu(post(anas, "The hard one."))).get_by_role("button", name="Mark as the answer").click()
    for page in (anas, bens, carols):
        await expect(post(page, "The hard one.")).to_contain_text("This is the answer")
        await expect(page.get_by_role("link", name="go to the answer")).to_be_visible()
    await expect(bens.locator(".poll li", has_text="The hard one").locator(".number")).to_have_text("2")
    await expect((await menu(post(carols, "The hard one."))).get_by_text("Not the answer")).to_be_hidden()
    await anas.get_by_role("button", name="Close the poll").click()
    await expect(carols.locator(".poll li", has_text="The soft one").locator(".number")).to_have_text("0")
    await expect(carols.get_by_role("button", name="The soft one")).to_have_count(0)
    for each in still:
        await each()


async def test_a_removed_post_is_brought_back_in_place(
    opened: Opened, db: Database, ben: Viewer, carol: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ben, thread, "We whisper it.")
    bens, carols = await opened(ben, f"/topics/{thread.id}"), await opened(carol, f"/topics/{thread.id}")
    async with db.transaction() as tx:
        await discussions.remove(tx, ben, thread.post + 1)
    await expect(carols.get_by_text("removed by its author")).to_be_visible()
    await expect(carols.get_by_role("button", name="Bring it back")).to_be_hidden()
    await bens.get_by_role("button", name="Bring it back").click()
    for page in (bens, carols):
        await expect(post(page, "We whisper it.")).to_be_visible()


async def test_all_of_it_without_scripts(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    page = await opened(ben, f"/networks/{open_network.slug}/topics/new", on="without scripts")
    await page.get_by_label("Title").fill("Which wedge?")
    await page.get_by_label("Text").fill("We lose two a week.")
    await page.get_by_label("Tags").fill("Doors, night shift")
    await page.get_by_text("Add a poll").click()
    await page.get_by_label("Question").fill("Which do you use?")
    await page.get_by_label("Options").fill("The soft one\nThe hard one")
    await page.get_by_role("button", name="Start it").click()
    await page.get_by_role("button", name="The hard one").click()
    await expect(page.get_by_role("button", name="The hard one")).to_have_attribute("aria-pressed", "true")
    topic = int(page.url.rpartition("/")[2])
    thread = cast.Thread(topic, 0, open_network)
    await cast.write(db, ana, thread, "The hard one, since March.")
    await page.goto(f"/topics/{topic}")
    await post(page, "since March").get_by_role("link", name="React").click()
    await page.get_by_role("button", name="Helpful").click()
    await chip(page, "since March", "Helpful 1").click()
    await expect(post(page, "since March").get_by_text("Helpful")).to_have_count(0)
    await (await menu(post(page, "since March"))).get_by_role("button", name="Mark as the answer").click()
    await expect(page.get_by_text("This is the answer")).to_be_visible()
    await page.get_by_role("button", name="Not solved after all").click()
    await expect(page.get_by_text("This is the answer")).to_have_count(0)
    await page.locator("#topic-tools").get_by_text("More", exact=True).click()
    await page.get_by_role("link", name="Change tags").click()
    await page.get_by_label("Tags").fill("doors")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("link", name="doors", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tagged doors")
    await page.get_by_role("link", name="Which wedge?").click()
    await page.get_by_role("button", name="Close the poll").click()
    await expect(page.locator(".poll")).to_contain_text("closed")
