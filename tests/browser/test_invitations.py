"""A link that leads into a room of which nobody outside may know."""

from playwright.async_api import Page, expect
from redis.asyncio import Redis

from chat import jobs
from chat.config import Settings
from chat.db import Database
from chat.mail import mailbox
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_signing_up import confirm, sign_up
from tests.browser.windows import Opened
from workers.jobs import kinds


async def make_a_link(page: Page, network: NetworkSeen) -> str:
    await page.goto(f"/networks/{network.slug}")
    await page.get_by_role("link", name="Invitations").click()
    await page.get_by_role("button", name="Make a link").click()
    return await page.get_by_label("The invitation’s link").input_value()


async def test_a_newcomer_comes_in_by_a_link(
    opened: Opened,
    db: Database,
    redis: Redis,
    public: Settings,
    ana: Viewer,
    confidential_network: NetworkSeen,
) -> None:
    url = await make_a_link(await opened(ana), confidential_network)
    scanner = await opened(None, on="without scripts")  # mail is read by machines first
    await scanner.goto(url)
    await scanner.goto(url)
    assert await cast.value(db, "SELECT uses FROM invitation") == 0

    page = await opened(None, url)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")
    await page.get_by_role("link", name="Become a member").click()
    await sign_up(page, "Edith Lund", "edith@example.org")
    await confirm(page, db, redis)
    await page.get_by_role("button", name="Join as Edith Lund").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")
    await expect(page.get_by_role("link", name="Start a discussion")).to_be_visible()

    late = await opened(None, url)
    await expect(late.get_by_role("heading", level=1)).to_have_text("This invitation no longer works")


async def test_a_member_accepts_with_one_click(
    opened: Opened, db: Database, ana: Viewer, dev: Viewer, confidential_network: NetworkSeen
) -> None:
    offer = await cast.invite(db, ana, confidential_network)
    page = await opened(dev, f"/i/{offer.token}")
    await page.get_by_role("button", name="Join as Dev Patel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")


async def test_the_last_place_is_taken_while_one_reads(
    opened: Opened, db: Database, ana: Viewer, carol: Viewer, dev: Viewer, confidential_network: NetworkSeen
) -> None:
    offer = await cast.invite(db, ana, confidential_network)
    page = await opened(dev, f"/i/{offer.token}")
    await cast.accept(db, carol, offer)
    await page.get_by_role("button", name="Join as Dev Patel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This invitation no longer works")
    await expect(page.get_by_text("All places of this invitation are taken.")).to_be_visible()


async def test_a_newcomer_comes_in_by_a_letter(
    opened: Opened,
    db: Database,
    redis: Redis,
    public: Settings,
    ana: Viewer,
    confidential_network: NetworkSeen,
) -> None:
    anas = await opened(ana, f"/networks/{confidential_network.slug}/invitations")
    letter = anas.locator("form", has=anas.get_by_role("heading", name="By e-mail"))
    await letter.get_by_label("Address").fill("edith@example.org")
    await letter.get_by_label("A word of yours").fill("You asked about the zebra rota.")
    await letter.get_by_role("button", name="Send the invitation").click()
    await expect(
        anas.get_by_role("heading", name="A letter is on its way to edith@example.org")
    ).to_be_visible()
    await jobs.work_all(db, kinds(db, redis))

    url = (await mailbox(redis))[0].link
    scanner = await opened(None, on="without scripts")
    for _ in range(2):
        await scanner.goto(url)
        await scanner.request.head(url)
    assert await cast.value(db, "SELECT uses FROM invitation") == 0

    page = await opened(None, "/dev/mailbox")
    await expect(page.get_by_text("You asked about the zebra rota.")).to_be_visible()
    await page.get_by_role("link", name="See the invitation").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")
    await page.get_by_role("link", name="Become a member").click()
    await expect(page.get_by_label("E-mail address")).to_have_value("edith@example.org")
    await sign_up(page, "Edith Lund", "edith@example.org")

    phone = await opened(None, "/check-your-mail", on="phone")  # where she reads her letters
    await confirm(phone, db, redis)
    await phone.get_by_role("button", name="Join as Edith Lund").click()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Speaking up circle")
    await expect(phone.get_by_role("link", name="Start a discussion")).to_be_visible()

    await anas.goto(f"/networks/{confidential_network.slug}/invitations?state=used")
    await expect(anas.locator(".person", has_text="edith@example.org")).to_contain_text("Edith Lund")
    again = await opened(None, url)
    await expect(again.get_by_text("This invitation was used already.")).to_be_visible()


async def test_who_is_signed_in_with_another_address_changes_over(
    opened: Opened, db: Database, ana: Viewer, dev: Viewer, carol: Viewer, confidential_network: NetworkSeen
) -> None:
    offer = await cast.invite(db, ana, confidential_network, email="dev-patel@example.org")
    page = await opened(carol, f"/i/{offer.token}", on="without scripts")
    await expect(page.get_by_role("heading", level=1)).to_have_text("This invitation is for another address")
    await expect(page.get_by_text("d…@example.org")).to_be_visible()
    await expect(page.get_by_text("Speaking up")).to_have_count(0)
    await page.get_by_role("button", name="Sign out and come back here").click()
    await page.get_by_role("main").get_by_role("link", name="Sign in").click()
    await page.get_by_label("E-mail address").fill("dev-patel@example.org")
    await page.get_by_label("Password").fill(cast.PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Join as Dev Patel").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Speaking up circle")


async def test_many_are_invited_from_a_file(
    opened: Opened, db: Database, worker: None, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    page = await opened(ana, f"/networks/{open_network.slug}/invitations", on="without scripts")
    await page.get_by_role("link", name="Invite many at once").click()
    await page.get_by_role("button", name="Check the list").click()
    await expect(page.get_by_text("Paste a list, or choose a file.")).to_be_visible()
    rows = [
        "Name;E-Mail",
        "Ben;ben-okafor@example.org",
        "Nobody;",
        *(f"Guest {n};guest-{n}@example.org" for n in range(120)),
    ]
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": "\r\n".join(rows).encode("utf-16")}
    await page.get_by_label("Or a file").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_label("A word of yours").fill("Welcome, all of you.")
    await page.get_by_role("button", name="Check the list").click()
    await expect(page.get_by_role("heading", name="120 people would be invited")).to_be_visible()
    await page.get_by_role("link", name="Is a member already 1").click()
    await expect(page.locator(".person")).to_have_count(1)
    assert await cast.value(db, "SELECT count(*) FROM invitation") == 0
    await page.get_by_role("button", name="Invite 120 people").click()
    done = page.get_by_role("heading", name="120 of 120 people invited")
    await expect(done).to_be_visible(timeout=20_000)  # the page loads itself again
    assert await cast.value(db, "SELECT count(DISTINCT email) FROM invitation") == 120
