"""Threads that grow while they are read, in every view and order; where reading goes on; and what is answered."""

import pytest
from playwright.async_api import Page, expect

from chat.db import Database
from chat.discussions import mark_read
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, live, post, visit

LONG = "We read it aloud.\n\n" * 12

SEEN = """(number) => new Promise((done) => {
    const seen = () => Object.entries(sessionStorage).some(([key, kept]) => key.startsWith("seen:") && JSON.parse(kept).includes(number));
    const look = () => seen() ? done() : requestAnimationFrame(look);
    look();
})"""


async def numbers(page: Page) -> list[int]:
    return await page.locator("live-thread > .post").evaluate_all(
        "all => all.map(e => Number(e.dataset.number))"
    )


async def read_to(db: Database, viewer: Viewer, thread: cast.Thread, number: int) -> None:
    async with db.transaction() as tx:
        await mark_read(tx, viewer, thread.id, number)


async def position(db: Database, viewer: Viewer) -> int:
    return await cast.value(
        db, "SELECT coalesce(max(number), 0) FROM reading WHERE member_id = :me", me=viewer.id
    )


@pytest.mark.parametrize(
    ("way", "before", "after"),
    [
        ("view=threads&order=oldest", [1, 2, 4, 3], [1, 2, 4, 6, 3, 5]),
        ("view=threads&order=newest", [1, 3, 2, 4], [1, 5, 3, 2, 4, 6]),
        ("view=flat&order=oldest", [1, 2, 3, 4], [1, 2, 3, 4, 5, 6]),
        ("view=flat&order=newest", [4, 3, 2, 1], [6, 5, 4, 3, 2, 1]),
    ],
)
async def test_what_comes_stands_where_the_page_would_have_it(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread, way: str, before: list[int], after: list[int]
) -> None:  # fmt: skip
    first = await cast.write(db, ana, thread, LONG)
    await cast.write(db, ana, thread, LONG)
    await cast.write(db, ana, thread, LONG, parent=first["id"])
    page = await opened(ben, f"/topics/{thread.id}?{way}")
    assert await numbers(page) == before
    await page.locator("#p3").scroll_into_view_if_needed()
    await page.evaluate("scrollBy(0, 40)")
    top = await page.locator("#p3").evaluate("e => e.getBoundingClientRect().top")
    await cast.write(db, ana, thread, "A new root.")
    await cast.write(db, ana, thread, "A new answer.", parent=first["id"])
    await expect(post(page, "A new answer.")).to_have_count(1)
    assert await numbers(page) == after
    assert abs(await page.locator("#p3").evaluate("e => e.getBoundingClientRect().top") - top) < 1
    await page.reload()
    assert await numbers(page) == after


async def test_news_elsewhere_is_counted_led_to_and_forgotten_when_seen(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    first = await cast.write(db, ana, thread, LONG * 5)
    await cast.write(db, ana, thread, LONG * 5)
    page = await opened(ben, f"/topics/{thread.id}")
    await cast.write(db, ana, thread, "Under the first.", parent=first["id"])
    await cast.write(db, ana, thread, "At the end.")
    pill = page.locator(".pill")
    await expect(pill).to_have_text("2 new answers")
    assert await page.evaluate("scrollY") == 0
    await pill.click()
    await expect(post(page, "Under the first.")).to_be_in_viewport()
    await expect(pill).to_have_text("1 new answer")
    await post(page, "At the end.").scroll_into_view_if_needed()
    await expect(pill).to_be_hidden()


async def test_answers_beyond_a_page_are_counted_and_read_on_their_own(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    root = await cast.write(db, ana, thread, "This will be long.")
    for n in range(22):
        await cast.write(db, ana, thread, f"Answer {n}.", parent=root["id"])
    page = await opened(ben, f"/topics/{thread.id}")
    await expect(page.get_by_role("link", name="2 more answers")).to_have_count(1)
    await cast.write(db, ana, thread, "The latest.", parent=root["id"])
    await expect(page.get_by_role("link", name="3 more answers")).to_have_count(1)
    await expect(post(page, "The latest.")).to_have_count(0)
    await page.get_by_role("link", name="3 more answers").click()
    await expect(post(page, "Answer 21.")).to_have_count(1)
    await live(page)
    await cast.write(db, ana, thread, "Even later.", parent=root["id"])
    await cast.write(db, ana, thread, "Elsewhere.")
    await expect(post(page, "Even later.")).to_have_count(1)
    assert await numbers(page) == [*range(2, 27)]
    await page.get_by_role("link", name="The whole discussion").click()
    await expect(page.get_by_role("link", name="4 more answers")).to_have_count(1)


async def test_a_topic_opens_where_one_left_it(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    for n in range(6):
        await cast.write(db, ana, thread, f"{n}. {LONG}")
    await read_to(db, ben, thread, 4)
    page = await opened(ben, f"/topics/{thread.id}")
    await expect(page.locator("#p5")).to_be_in_viewport()
    assert await page.locator("#p5").evaluate("e => e.getBoundingClientRect().top") < 120
    line = "e => getComputedStyle(e, '::before').content"
    assert await page.locator("#p5").evaluate(line) == '"New since you were here"'
    assert await page.locator("#p6").evaluate(line) == "none"
    bare = await opened(ben, f"/topics/{thread.id}", on="without scripts")
    await expect(bare.locator("#p5")).to_be_in_viewport()


async def test_only_what_was_on_the_screen_is_read(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    first = await cast.write(db, ana, thread, "A short root.")
    for _ in range(3):
        await cast.write(db, ana, thread, LONG * 3)
    await cast.write(db, ana, thread, "Far up, and the latest.", parent=first["id"])
    page = await opened(ben, f"/topics/{thread.id}")
    await expect(post(page, "Far up, and the latest.")).to_be_in_viewport()
    async with page.expect_request("**/read"):
        pass
    await visit(page, "/")
    await expect(page.locator(".unread")).to_have_text("4 new")
    assert await position(db, ben) == 2
    await visit(page, f"/topics/{thread.id}?page=1")
    for number in (3, 4, 5):
        await page.locator(f"#p{number}").scroll_into_view_if_needed()
        await page.evaluate(SEEN, number)
    await visit(page, "/")
    await expect(page.locator(".unread")).to_have_count(0)
    assert await position(db, ben) == 6


async def test_what_is_answered_can_be_seen_and_left_without_leaving(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    root = await cast.write(db, ana, thread, "The root.")
    asked = await cast.write(db, ben, thread, "We read it **aloud**.", parent=root["id"])
    await cast.write(db, ana, thread, "All of it?", parent=asked["id"])
    for _ in range(60):
        await cast.write(db, ana, thread, "Something else.")
    far = await cast.write(db, ben, thread, "As I said.", parent=asked["id"])
    page = await opened(ben, f"/topics/{thread.id}?page=1")
    link = post(page, "All of it?").get_by_role("link", name="in reply to Ben Okafor")
    shown = page.locator("article.preview")
    await link.focus()
    await expect(shown).to_contain_text("We read it aloud.")
    await page.keyboard.press("Escape")
    await expect(shown).to_have_count(0)
    await link.hover()
    await expect(shown).to_contain_text("We read it aloud.")
    await shown.hover()
    await shown.get_by_role("link", name="Go to it").click()
    await expect(page).to_have_url(page.url.partition("#")[0] + "#p3")
    await visit(page, f"/topics/{thread.id}?view=flat&page=2")
    answer = page.locator(f'[data-id="{far["id"]}"]')
    await answer.get_by_role("link", name="in reply to Ben Okafor").hover()  # not on this page
    await expect(shown).to_contain_text("We read it aloud.")

    phone = await opened(ben, f"/topics/{thread.id}?page=1", on="phone")
    await post(phone, "All of it?").get_by_role("link", name="in reply to Ben Okafor").tap()
    await expect(phone.locator("article.preview")).to_contain_text("We read it aloud.")
    await phone.locator("h1").tap()
    await expect(phone.locator("article.preview")).to_have_count(0)


async def test_the_lists_follow_what_happens(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await read_to(db, ben, thread, 1)
    page = await opened(ben, "/unread")
    await expect(page.get_by_text("Nothing unread.")).to_be_visible()
    await cast.write(db, ana, thread, "Nobody?")
    await expect(page.locator(".topic-title")).to_have_text("Who checks the checklist?")
    phone = await opened(ben, "/unread", on="phone")
    await page.get_by_role("button", name="Mark all 1 as read").click()
    await expect(page.get_by_text("1 discussion marked as read.")).to_be_visible()
    await expect(phone.get_by_text("Nothing unread.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    for each in (page, phone):
        await expect(each.locator(".topic-title")).to_have_text("Who checks the checklist?")
    await phone.get_by_role("button", name="Mark “Who checks the checklist?” as read").tap()
    await expect(page.get_by_text("Nothing unread.")).to_be_visible()
