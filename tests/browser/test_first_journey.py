"""Two members, two windows, one thread."""

from playwright.async_api import Page, expect

from chat.db import Database
from chat.discussions.reading import mark_read
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, live, menu, post, sign_in, stays, texts, visit, write


async def test_ana_and_ben_sign_in_and_talk(
    opened: Opened, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    anas, bens = await opened(), await opened()
    await sign_in(anas, ana)
    await sign_in(bens, ben)
    await visit(anas, f"/topics/{thread.id}")
    await visit(bens, f"/topics/{thread.id}")
    still_anas, still_bens = await stays(anas), await stays(bens)

    await write(bens, "We read it **aloud**.")
    await expect(post(anas, "We read it aloud.")).to_be_visible()
    await expect(bens.get_by_label("Your reply")).to_have_value("")

    await post(anas, "We read it aloud.").get_by_role("link", name="Reply").click()
    await expect(anas.get_by_text("Replying to Ben Okafor")).to_be_visible()
    await write(anas, "All of it?")
    await expect(post(bens, "All of it?")).to_contain_text("in reply to Ben Okafor")
    await expect(anas.get_by_text("Replying to")).to_be_hidden()
    for page in (anas, bens):
        assert await texts(page) == [
            "Ours is ticked before anybody has looked.",
            "We read it aloud.",
            "All of it?",
        ]
        await expect(page.locator("[data-posts]").first).to_have_text("3 posts")
    await still_anas()
    await still_bens()


async def test_an_answer_stands_beneath_what_it_answers(
    opened: Opened, db: Database, anas_screen: Page, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    question = await cast.write(db, ben, thread, "We read it aloud.")
    await cast.write(db, ben, thread, "And we have a poster.")
    await expect(post(anas_screen, "poster")).to_be_visible()
    await cast.write(db, ana, thread, "All of it?", parent=question["id"])
    answer = post(anas_screen, "All of it?")
    await expect(answer).to_be_visible()
    _, first, nested, last = await texts(anas_screen)
    assert (first, nested, last) == ("We read it aloud.", "All of it?", "And we have a poster.")
    indent = await answer.evaluate(
        "e => e.getBoundingClientRect().x - document.querySelector('.post').getBoundingClientRect().x"
    )
    assert indent > 10


async def test_an_edit_and_a_removal_arrive(
    opened: Opened, db: Database, anas_screen: Page, ben: Viewer, thread: cast.Thread
) -> None:
    whispered = await cast.write(db, ben, thread, "We whispre it.")
    await cast.mend(db, ben, whispered["id"], "We whisper it.")
    await expect(post(anas_screen, "We whisper it.")).to_contain_text("edited")
    still = await stays(anas_screen)
    bens = await opened(ben, f"/topics/{thread.id}")

    await (await menu(post(bens, "We whisper it."))).get_by_role("link", name="Edit").click()
    await bens.get_by_label("Text").fill("We shout it.")
    await bens.get_by_role("button", name="Save").click()
    await expect(post(anas_screen, "We shout it.")).to_contain_text("edited")
    await expect(post(anas_screen, "We whisper it.")).to_have_count(0)

    await (await menu(post(bens, "We shout it."))).get_by_role("link", name="Remove").click()
    await bens.get_by_role("button", name="Remove it").click()
    await expect(anas_screen.get_by_text("This post was removed by its author.")).to_be_visible()
    assert await texts(anas_screen) == [
        "Ours is ticked before anybody has looked.",
        "This post was removed by its author.",
    ]
    await still()


async def test_what_is_one_s_own_can_be_changed_and_nothing_else(
    bens_screen: Page, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ben, thread, "We read it aloud.")
    own, anas = post(bens_screen, "We read it aloud."), post(bens_screen, "ticked")
    await expect((await menu(own)).get_by_role("link", name="Edit")).to_be_visible()
    await expect(anas.get_by_role("link", name="Reply")).to_be_visible()
    offered = await menu(anas)
    await expect(offered.get_by_role("link", name="Flag for the hosts")).to_be_visible()
    await expect(offered.get_by_role("link", name="Edit")).to_be_hidden()
    await expect(offered.get_by_role("link", name="Remove")).to_be_hidden()


async def test_a_visitor_follows_an_open_topic(
    opened: Opened, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    page = await opened(None, f"/topics/{thread.id}")
    await cast.write(db, ben, thread, "We read it aloud.")
    await expect(post(page, "We read it aloud.")).to_be_visible()
    await expect(page.get_by_role("link", name="Sign in to reply")).to_be_visible()
    await expect(page.get_by_role("link", name="Reply", exact=True)).to_have_count(0)


async def test_what_is_said_moves_a_topic_to_the_top(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.start(db, ana, thread.network, "A quieter matter")
    home, network = await opened(ben, "/"), await opened(ben, f"/networks/{thread.network.slug}")
    for page in (home, network):
        await expect(page.locator(".topic-title").first).to_have_text("A quieter matter")
    await cast.write(db, ana, thread, "Nobody?")
    for page in (home, network):
        await page.get_by_role("button", name="1 new or active discussion").click()
        await expect(page.locator(".topic-title")).to_have_text(
            ["Who checks the checklist?", "A quieter matter"]
        )
        await expect(page.get_by_role("link", name="Who checks the checklist?")).to_be_focused()
        await expect(page.get_by_role("button", name="active")).to_be_hidden()


async def test_a_list_that_nobody_touches_goes_on_by_itself(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.start(db, ana, thread.network, "A quieter matter")
    page = await opened(ben, f"/networks/{thread.network.slug}", on="phone with a clock")
    await cast.write(db, ana, thread, "Nobody?")
    await expect(page.get_by_role("button", name="1 new or active discussion")).to_be_visible()
    await expect(page.locator(".topic-title").first).to_have_text("A quieter matter")
    await page.clock.fast_forward(61_000)
    await expect(page.locator(".topic-title").first).to_have_text("Who checks the checklist?")


async def test_the_mark_of_new_posts_grows_and_goes(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ana, thread, "Nobody?")
    async with db.transaction() as tx:
        await mark_read(tx, ben, thread.id, 1)
    home = await opened(ben, "/")
    await expect(home.locator(".unread")).to_have_text("1 new")
    await cast.write(db, ana, thread, "Really nobody?")
    await expect(home.locator(".unread")).to_have_text("2 new")
    await opened(ben, f"/topics/{thread.id}")
    await expect(home.locator(".unread")).to_have_count(0)


async def test_who_leaves_a_topic_at_once_has_read_what_was_on_the_screen(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.write(db, ana, thread, "Nobody?\n\n" * 300)  # more than two screens
    async with db.transaction() as tx:
        await mark_read(tx, ben, thread.id, 1)
    page = await opened(ben, f"/topics/{thread.id}")
    painted = (
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )
    await page.evaluate(painted)
    await visit(page, "/")
    await expect(page.locator(".unread")).to_have_count(0)


async def test_a_second_page_tells_of_new_answers_elsewhere(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    for n in range(25):
        await cast.write(db, ana, thread, f"Reason {n}")
    page = await opened(ben, f"/topics/{thread.id}")
    await cast.write(db, ana, thread, "The last reason")
    await page.get_by_role("button", name="1 new answer").click()
    await live(page)
    await expect(post(page, "The last reason")).to_be_in_viewport()
