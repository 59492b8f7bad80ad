"""Questions, hands, polls and links in the room, on a desk and on a phone."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from chat import clock, dropins, rooms
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_lost_connection import cut
from tests.browser.windows import Opened, live, stays
from tests.hubs import RunningHub


@pytest.fixture
async def room(db: Database, ana: Viewer, open_network: NetworkSeen) -> int:
    await cast.allow_anonymity(db, open_network)
    series = await cast.schedule(db, ana, open_network, title="Tea")
    return await do(db, dropins.hold, ana, series, clock.now())


async def do(db: Database, verb: Any, *args: Any, **more: Any) -> Any:
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Ask a question").fill(text)
    await page.get_by_role("button", name="Ask", exact=True).click()


def question(page: Page, text: str) -> Locator:
    return page.locator("li.question", has_text=text)


def wanted(page: Page, text: str) -> Locator:
    return question(page, text).get_by_role("button", name="I’d like to know too")


async def test_a_question_from_a_phone_to_its_answer(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, room: int
) -> None:
    path = f"/drop-ins/{room}"
    anas, bens, carols = (
        await opened(ana, path),
        await opened(ben, path, on="phone"),
        await opened(carol, path),
    )
    still = [await stays(page) for page in (anas, bens, carols)]
    await bens.get_by_role("link", name="Questions").click()
    await ask(bens, "What about bank holidays?")
    await expect(bens.get_by_label("Ask a question")).to_have_value("")
    await expect(wanted(bens, "bank holidays")).to_be_hidden()  # it is his own
    await expect(question(bens, "bank holidays").get_by_text("Take it back").first).to_be_visible()
    await expect(question(carols, "bank holidays").get_by_text("Decide")).to_be_hidden()

    await carols.get_by_label("Ask without my name").check()
    await ask(carols, "Who pays?")
    await expect(carols.get_by_label("Ask without my name")).to_be_checked()
    await expect(question(anas, "Who pays?")).to_contain_text("Anonymous")
    await expect(anas.locator("#questions-open > li")).to_have_count(2)

    await wanted(anas, "Who pays?").click()
    await expect(wanted(anas, "Who pays?")).to_have_attribute("aria-pressed", "true")
    for page in (anas, bens, carols):
        await expect(question(page, "Who pays?")).to_contain_text("1 would like to know")
    await expect(bens.locator("#questions-open > li").first).to_contain_text("Who pays?")  # votes before age

    await question(anas, "bank holidays").get_by_text("Decide").click()
    await question(anas, "bank holidays").get_by_role("button", name="Talk about it now").click()
    for page in (bens, carols):
        await expect(page.locator("#questions-pinned")).to_contain_text("What about bank holidays?")
    decide = question(anas, "bank holidays").locator("details.for-hosts")
    await expect(decide).to_have_js_property("open", False)  # what was sent closes it
    await decide.get_by_text("Decide").click()
    await decide.get_by_label("The answer, or why there is none").fill("We skip **them**.")
    await question(anas, "bank holidays").get_by_role("button", name="Answered").click()
    for page in (bens, carols):
        await expect(page.locator("#questions-settled strong")).to_have_text("them")
        await expect(page.locator("#questions-pinned > li")).to_have_count(0)
    for same in still:
        await same()
    await anas.reload()
    await expect(wanted(anas, "Who pays?")).to_have_attribute("aria-pressed", "true")


async def test_a_reason_is_asked_for_beside_what_was_typed(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, room: int
) -> None:
    await do(db, rooms.ask, ben, room, "Which ward was it?")
    page = await opened(ana, f"/drop-ins/{room}")
    await question(page, "Which ward").get_by_text("Decide").click()
    await question(page, "Which ward").get_by_role("button", name="Decline with this reason").click()
    await expect(question(page, "Which ward").get_by_role("alert")).to_have_text("The reason can’t be empty.")


async def test_hands_are_raised_called_and_lowered(
    opened: Opened, ana: Viewer, ben: Viewer, carol: Viewer, room: int
) -> None:
    path = f"/drop-ins/{room}"
    anas, bens, carols = (
        await opened(ana, path),
        await opened(ben, path, on="phone"),
        await opened(carol, path),
    )
    await bens.get_by_role("link", name="Questions").click()
    await bens.get_by_role("button", name="Raise my hand").click()
    await expect(bens.get_by_role("button", name="Lower my hand")).to_be_visible()
    await expect(anas.locator("#hands-queue > li")).to_have_count(1)
    await carols.get_by_role("button", name="Raise my hand").click()
    for page in (anas, bens, carols):
        await expect(page.locator("#hands-queue .name")).to_have_text(["Ben Okafor", "Carol Nguyen"])
    await anas.get_by_role("button", name="Call the next").click()
    for page in (anas, bens, carols):
        await expect(page.locator("#hands-speaking")).to_contain_text("Ben Okafor is speaking")
    await expect(carols.locator("#room-status")).to_have_text("Ben Okafor is speaking")
    await bens.get_by_role("button", name="Lower my hand").click()
    for page in (anas, bens, carols):
        await expect(page.locator("#hands-speaking > li")).to_have_count(0)
    await expect(bens.get_by_role("button", name="Raise my hand")).to_be_visible()


async def test_a_quick_poll(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, room: int
) -> None:
    path = f"/drop-ins/{room}"
    anas, bens, carols = (
        await opened(ana, path),
        await opened(ben, path, on="phone"),
        await opened(carol, path),
    )
    await bens.get_by_role("link", name="Questions").click()
    await anas.get_by_text("Ask everybody something").click()
    await anas.get_by_label("Question", exact=True).fill("When shall we meet?")
    await anas.get_by_label("Two to eight options").fill("Monday\nFriday")
    await anas.get_by_role("button", name="Start the poll").click()
    await bens.get_by_role("button", name="Friday").click()
    await expect(bens.get_by_role("button", name="Friday")).to_have_attribute("aria-pressed", "true")
    await expect(bens.locator(".poll .number")).to_have_text(["0", "1"])
    await expect(carols.locator(".poll .meta")).to_contain_text("1 voted")
    await expect(carols.locator(".poll .number")).to_have_text(["", ""])  # she has not voted
    await bens.get_by_role("button", name="Monday").click()
    await expect(bens.locator(".poll .number")).to_have_text(["1", "0"])
    await expect(bens.get_by_role("button", name="Friday")).to_have_attribute("aria-pressed", "false")
    await anas.get_by_role("button", name="Close the poll").click()
    for page in (anas, bens, carols):
        await expect(page.locator(".poll .tally tr")).to_have_text(["Monday1", "Friday0"])


async def test_a_link_is_shared(opened: Opened, ana: Viewer, ben: Viewer, room: int) -> None:
    anas, bens = await opened(ana, f"/drop-ins/{room}"), await opened(ben, f"/drop-ins/{room}")
    await bens.get_by_text("Share a link").click()
    await bens.get_by_label("Address").fill("https://www.example.org/falls")
    await bens.get_by_label("What it is").fill("The guide")
    await bens.get_by_role("button", name="Share it").click()
    link = anas.get_by_role("link", name="The guide")
    await expect(link).to_have_attribute("rel", "noopener nofollow ugc")
    await expect(anas.locator("#links-list")).to_contain_text("example.org")
    await bens.get_by_role("button", name="Remove the link to The guide").click()
    await expect(link).to_have_count(0)


async def test_what_happened_meanwhile_is_there_after_a_lost_connection(
    opened: Opened, live_server: RunningHub, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, room: int
) -> None:
    first = (await do(db, rooms.ask, ana, room, "Before?"))["id"]
    page = await opened(ben, f"/drop-ins/{room}")
    still = await stays(page)
    await cut(page, live_server)
    await do(db, rooms.vote, carol, first)
    await do(db, rooms.ask, carol, room, "Meanwhile?")
    await do(db, rooms.vote, ben, first)  # on his other device
    await do(db, rooms.raise_hand, carol, room)
    await page.context.set_offline(False)
    await live(page)
    await expect(question(page, "Before?")).to_contain_text("2 would like to know")
    await expect(wanted(page, "Before?")).to_have_attribute("aria-pressed", "true")
    await expect(question(page, "Meanwhile?")).to_be_visible()
    await expect(page.locator("#hands-queue .name")).to_have_text(["Carol Nguyen"])
    await still()


async def test_without_scripts_all_of_it_works(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, room: int
) -> None:
    await do(db, rooms.ask, ana, room, "Who checks?")
    page = await opened(ben, f"/drop-ins/{room}", on="without scripts")
    for pressed in ("true", "false"):
        await wanted(page, "Who checks?").click()
        await expect(wanted(page, "Who checks?")).to_have_attribute("aria-pressed", pressed)
    await page.get_by_role("button", name="Raise my hand").click()
    await page.get_by_role("button", name="Lower my hand").click()
    await expect(page.get_by_role("button", name="Raise my hand")).to_be_visible()
    await page.get_by_text("Share a link").click()
    await page.get_by_label("Address").fill("http://example.org/plain")
    await page.get_by_role("button", name="Share it").click()
    await expect(page.get_by_role("alert")).to_have_text("The link must start with https://")
    await expect(page.get_by_label("Address")).to_have_value("http://example.org/plain")
    await page.get_by_label("Address").fill("https://example.org/plain")
    await page.get_by_role("button", name="Share it").click()
    await expect(page.get_by_role("link", name="example.org")).to_be_visible()
