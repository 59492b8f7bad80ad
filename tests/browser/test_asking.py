"""From a link that says no more than a name, to a place inside."""

from pathlib import Path

from playwright.async_api import expect
from redis.asyncio import Redis

from chat import networks
from chat.config import Settings
from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened
from tests.workers.test_working import eventually

PHOTO = Path(__file__).parents[2] / "docs" / "pictures" / "phone.png"


async def test_dev_asks_and_ana_lets_him_in(
    opened: Opened, db: Database, redis: Redis, public: Settings, worker: None, ana: Viewer, dev: Viewer
) -> None:
    network = await cast.found(db, ana, "Sepsis circle", "private")
    thread = await cast.start(db, ana, network, "Zebra rota", "Ours has stripes.")
    async with db.transaction() as tx:
        await networks.change_settings(tx, ana, network, {"questions": ["Where do you work?"]})

    devs = await opened(dev)
    await devs.goto(f"/topics/{thread.id}")
    await expect(devs.get_by_role("heading", level=1)).to_have_text("This belongs to Sepsis circle")
    await devs.get_by_role("link", name="See the network").click()
    await devs.get_by_label("Where do you work?").fill("At the Leeds General.")
    await devs.get_by_role("button", name="Ask for a place").click()
    await expect(devs.get_by_text("You have asked for a place")).to_be_visible()

    anas = await opened(ana, f"/networks/{network.slug}", on="phone")
    await anas.get_by_role("link", name="Requests 1 waiting").click()
    await expect(anas.get_by_text("At the Leeds General.")).to_be_visible()
    await anas.get_by_label("A word to Dev Patel").fill("Welcome, we meet on Thursdays.")
    await anas.get_by_role("button", name="Approve").click()
    await expect(anas.get_by_text("approved by Ana Lima")).to_be_visible()

    async def letter() -> object:
        rows = await redis.lrange("mailbox", 0, -1)  # type: ignore[misc]
        return [row for row in rows if b"Welcome, we meet on Thursdays." in row]

    await eventually(letter)
    await devs.goto(f"/topics/{thread.id}")
    await expect(devs.get_by_text("Ours has stripes.")).to_be_visible()


async def test_ana_shapes_her_network_without_scripts(opened: Opened, db: Database, ana: Viewer) -> None:
    network = await cast.found(db, ana, "Sepsis circle", "confidential")
    page = await opened(ana, f"/networks/{network.slug}", on="without scripts")
    await page.locator(".tending summary").click()
    await page.get_by_role("link", name="Settings", exact=True).click()
    await page.get_by_label("Description").fill("We *count* lactate.")
    await page.get_by_label("Start discussions").uncheck()
    await page.get_by_label("Questions to people").fill("Where do you work?")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page.get_by_label("Start discussions")).not_to_be_checked()

    await page.get_by_role("link", name="Picture It has none yet.").click()
    await page.get_by_label("A picture from your device").set_input_files(PHOTO)
    await page.get_by_role("button", name="Use it").click()
    picture = page.get_by_role("img", name="The picture of Sepsis circle now")
    await expect(picture).to_have_js_property("naturalWidth", 256)

    await page.goto(f"/networks/{network.slug}/access")
    await page.get_by_label("Private").check()
    await page.get_by_role("button", name="See what would change").click()
    await expect(
        page.get_by_text("Everybody can learn that a network named “Sepsis circle” exists.")
    ).to_be_visible()
    await page.get_by_label("To open it up, type its name").fill("Sepsis circle")
    await page.get_by_role("button", name="Make it private").click()
    await expect(page.get_by_text("It was confidential before.")).to_be_visible()
