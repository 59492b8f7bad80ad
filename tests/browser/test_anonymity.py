"""Somebody says something without their name; another hears it; two hosts ask who it was."""

from playwright.async_api import Page, expect

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, menu, post, stays, visit, write


async def say_unnamed(page: Page, text: str) -> None:
    await page.get_by_label("Post without my name").check()
    await write(page, text)


async def test_an_anonymous_post_arrives_is_changed_and_is_unmasked(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, thread: cast.Thread
) -> None:
    await cast.allow_anonymity(db, thread.network)
    hanna = await cast.join_the_hub(db, "Hanna Weber")
    await cast.let_in(db, thread.network, hanna, "host")
    bens, carols = await opened(ben, f"/topics/{thread.id}"), await opened(carol, f"/topics/{thread.id}")
    still_bens, still_carols = await stays(bens), await stays(carols)

    await say_unnamed(bens, "It was on our ward.")
    await expect(bens.get_by_label("Your reply")).to_have_value("")
    arrived = post(carols, "It was on our ward.")
    await expect(arrived).to_contain_text("Anonymous")
    await expect(arrived).not_to_contain_text("Ben")
    assert "Okafor" not in await carols.content()
    offered = await menu(arrived)
    await expect(offered.get_by_role("link", name="Flag for the hosts")).to_be_visible()
    await expect(offered.get_by_role("link", name="Edit")).to_be_hidden()
    await expect(offered.get_by_role("link", name="Who wrote it?")).to_be_hidden()
    await expect(bens.get_by_label("Post without my name")).to_be_checked()

    # Ben's own page offers him what nobody else's does, at once and after a change that came live.
    own = post(bens, "It was on our ward.")
    own = await menu(own)
    await expect(own.get_by_role("link", name="Edit")).to_be_visible()
    await still_bens()
    await own.get_by_role("link", name="Edit").click()
    await bens.get_by_label("Text").fill("It was on our ward, twice.")
    await bens.get_by_role("button", name="Save").click()
    await expect((await menu(post(bens, "twice"))).get_by_role("link", name="Edit")).to_be_visible()
    await expect(post(carols, "twice")).to_be_visible()
    await expect((await menu(post(carols, "twice"))).get_by_role("link", name="Edit")).to_be_hidden()
    await still_carols()

    anas = await opened(ana, f"/topics/{thread.id}")
    await (await menu(post(anas, "twice"))).get_by_role("link", name="Who wrote it?").click()
    await anas.get_by_label("Why do you need to know?").fill("Somebody is in danger on that ward.")
    await anas.get_by_role("button", name="Ask another host").click()
    await expect(anas.get_by_text("Another host of Falls and frailty has to agree")).to_be_visible()

    hannas = await opened(hanna, f"/networks/{thread.network.slug}")
    await hannas.locator(".tending summary").click()
    await hannas.get_by_role("link", name="Anonymous posts").click()
    await hannas.get_by_role("link", name="Ana Lima asks who Anonymous").click()
    await expect(hannas.get_by_text("Somebody is in danger on that ward.")).to_be_visible()
    await hannas.get_by_role("button", name="Agree").click()
    for page in (hannas, anas):
        await visit(page, page.url)
        await expect(page.get_by_text("Ben Okafor")).to_have_count(0)
        await page.get_by_role("button", name="Show me who wrote it").click()
        await expect(page.get_by_role("status").get_by_role("link", name="Ben Okafor")).to_be_visible()
    await visit(carols, f"/topics/{thread.id}")
    assert "Okafor" not in await carols.content()


async def test_without_scripts_the_box_works_too(
    opened: Opened, db: Database, ben: Viewer, thread: cast.Thread
) -> None:
    await cast.allow_anonymity(db, thread.network)
    page = await opened(ben, f"/topics/{thread.id}", on="without scripts")
    await say_unnamed(page, "It was on our ward.")
    own = post(page, "It was on our ward.")
    await expect(own).to_contain_text("Anonymous")
    await expect((await menu(own)).get_by_role("link", name="Edit")).to_be_visible()
    await expect(page.get_by_label("Post without my name")).to_be_checked()


async def test_a_visitor_s_page_stays_where_it_is(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    """A post without an author is not taken for the visitor's own, who has no number either."""
    await cast.allow_anonymity(db, thread.network)
    await cast.write(db, ana, thread, "Nobody?\n\n" * 300)
    page = await opened(None, f"/topics/{thread.id}")
    await cast.write(db, ben, thread, "It was on our ward.", anonymous=True)
    await expect(page.get_by_role("button", name="1 new answer")).to_be_visible()
    assert await page.evaluate("scrollY") == 0
