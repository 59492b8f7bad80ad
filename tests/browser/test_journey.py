"""A member's first day without a script: by links and forms alone, found by where they lead."""

from datetime import timedelta

from playwright.async_api import Locator, Page, expect
from redis.asyncio import Redis

from chat import jobs, mail
from chat.config import Settings
from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.test_drop_in_opens import hold
from tests.browser.windows import Opened, post
from workers.jobs import kinds


async def follow(page: Page, link: str, within: str = "main") -> None:
    """By a link that can be seen, or the menu that holds it."""
    await press(page.locator(f"{within} a[href{link}]").first)


async def press(control: Locator) -> None:
    if not await control.is_visible():
        await control.locator("xpath=ancestor::details[not(@open)]/summary").first.click()
    await control.click()


async def fill(page: Page, to: str, **fields: str) -> None:
    """Fill in the form that leads there, and send it with its own button."""
    form = page.locator(f"main form[action$='{to}']", has=page.locator(f"[name={next(iter(fields))}]")).first
    for name, text in fields.items():
        await form.locator(f"[name={name}]").fill(text)
    await form.locator("button:not([name]), button[name=do]").first.click()


async def test_a_first_day_without_scripts(
    opened: Opened, db: Database, redis: Redis, public: Settings, ana: Viewer, thread: cast.Thread
) -> None:
    network = f"/networks/{thread.network.slug}"
    series = await cast.schedule(db, ana, thread.network)
    page = await opened(None, "/", on="without scripts")

    await follow(page, "^='/sign-up'")
    await fill(page, "/sign-up", name="Edith Lund", email="edith@example.org", password="seven green kettles")
    await jobs.work_all(db, kinds(db, redis))
    [letter] = await mail.mailbox(redis)
    await page.goto(letter.link)
    await page.locator("main form[method=post] button").first.click()
    await expect(page.locator("h1")).to_contain_text("Edith")

    await follow(page, "='/networks'", "header")
    await follow(page, f"='{network}'")
    await page.locator(f"main form[action='{network}/join'] button").first.click()

    await follow(page, "$='/topics/new'")
    await fill(page, f"{network}/topics", title="Who looks at night?", body="Nobody does here.")
    await expect(page.locator("h1")).to_have_text("Who looks at night?")

    await page.goto(f"/topics/{thread.id}")
    await fill(page, f"/topics/{thread.id}", body="We read it aloud.")
    await press(post(page, "We read it aloud.").locator("a[href$='/edit']"))
    await fill(page, "/edit", body="We read it **aloud**, twice.")
    await press(post(page, "ticked").locator("a[data-reply]"))
    await fill(page, f"/topics/{thread.id}", body="And you?")
    await expect(post(page, "And you?")).to_be_visible()
    await expect(post(page, "twice")).to_be_visible()

    await press(page.locator("#p1 a[data-react]"))
    await page.locator("main [name=give]").first.click()
    await page.goto(f"/topics/{thread.id}")
    await expect(page.locator("#p1 .chip .take:visible")).to_have_count(1)

    find = page.locator("header form[action='/search'] [name=q]")
    await find.fill("twice")
    await find.press("Enter")
    await expect(page.locator(f"main a[href*='/topics/{thread.id}']").first).to_be_visible()

    await page.goto("/settings")
    if not await page.locator("form[action='/settings/profile']").count():
        await follow(page, "='/settings/profile'")
    await fill(page, "/settings/profile", organisation="Rigshospitalet")
    await page.goto("/members/edith-lund")
    await expect(page.locator("main")).to_contain_text("Rigshospitalet")

    await page.goto(network)
    await follow(page, "$='/drop-ins'")
    await follow(page, "^='/drop-ins/'")
    await page.locator("main form[action$='/rsvp'] [value=yes]").first.click()
    await expect(page.locator("main form[action$='/rsvp'] [value=yes]").first).to_have_attribute(
        "aria-pressed", "true"
    )

    room = await hold(db, ana, series, timedelta())
    await page.goto(f"/drop-ins/{room}")
    talk = await cast.value(db, "SELECT topic_id FROM drop_in WHERE id = :id", id=room)
    await fill(page, f"/topics/{talk}", body="Good morning, all.")
    await page.goto(f"/drop-ins/{room}")
    await expect(post(page, "Good morning, all.")).to_be_visible()

    await page.goto(network)
    if not await page.locator("main a[href$='/leave']").count():
        await follow(page, "$='/members'")
    await follow(page, "$='/leave'")
    await page.locator("main form[method=post]").last.locator("button").last.click()
    await page.goto(network)
    await expect(page.locator(f"main form[action='{network}/join']").first).to_be_visible()

    await page.locator("header [popovertarget]").last.click()
    await page.locator("form[action='/sign-out'] button").first.click()
    await expect(page.locator("a[href^='/sign-in']").first).to_be_visible()
