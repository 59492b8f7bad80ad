"""Hosts look after a discussion while others read it and write in it."""

from playwright.async_api import expect

from chat import discussions
from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened, post
from tests.chat.discussions.test_moderating import do


async def test_readers_see_what_hosts_do_and_lose_no_sentence(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer, thread: cast.Thread
) -> None:
    said = (await cast.write(db, carol, thread, "The zebra of bed 7."))["id"]
    bens, carols = await opened(ben, f"/topics/{thread.id}"), await opened(carol, f"/topics/{thread.id}")
    queue = await opened(ana, f"/networks/{thread.network.slug}/flags")
    await expect(queue.get_by_text("Nothing waits for you.")).to_be_visible()

    # Ben flags; it comes to the open queue by itself, and its count too.
    other = await opened(ben, f"/topics/{thread.id}")
    menu = post(other, "The zebra of bed 7.")
    await menu.get_by_text("More", exact=True).click()
    await expect(menu.get_by_role("link", name="Hide")).to_be_hidden()
    await menu.get_by_role("link", name="Flag for the hosts").click()
    await other.get_by_label("It names a patient").check()
    await other.get_by_role("button", name="Flag it").click()
    await expect(other.get_by_text("Nobody but the hosts learns that it was you.")).to_be_visible()
    await expect(queue.locator(f'[data-flags="{thread.network.id}"]')).to_have_text("1")
    await queue.get_by_role("button", name="I’ll deal with it").click()
    await queue.get_by_label("Hide the post").check()
    await queue.get_by_label("A word to the author").fill("It names a patient.")
    await queue.get_by_role("button", name="Settle it").click()
    hidden = bens.locator(f'[data-id="{said}"]')
    await expect(hidden).to_contain_text("The hosts have hidden this post.")
    await expect(hidden.get_by_role("link", name="Show it")).to_be_hidden()
    # Its author may look.
    await carols.locator(f'[data-id="{said}"]').get_by_role("link", name="Show it").click()
    await expect(carols.get_by_text("The zebra of bed 7.")).to_be_visible()
    await expect(carols.get_by_text("It names a patient.")).to_be_visible()

    # Who is in the middle of a sentence keeps it, and is told when they send it.
    reader = await opened(carol, f"/topics/{thread.id}")
    await bens.get_by_label("Your reply").fill("But what about")
    await do(db, discussions.lock, ana, thread.id)
    await expect(reader.get_by_text("It takes no more posts.")).to_be_visible()
    await expect(reader.get_by_label("Your reply")).to_be_hidden()
    await expect(bens.get_by_text("It takes no more posts.")).to_be_visible()
    await bens.get_by_role("button", name="Post", exact=True).click()
    await expect(bens.get_by_text("The hosts have locked this discussion")).to_be_visible()
    await expect(bens.locator(".post.pending")).to_contain_text("But what about")
    await do(db, discussions.unlock, ana, thread.id)
    await expect(reader.get_by_label("Your reply")).to_be_visible()


async def test_nobody_is_said_to_type_what_may_be_said_without_a_name(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, open_network
) -> None:
    await cast.allow_anonymity(db, open_network)
    sent: list[str] = []
    from tests.web.addresses import furnish

    thread = await cast.start(db, ana, open_network, "Alarms")
    things = await furnish(db, ana, open_network, thread)
    bens = await opened(ben, f"/drop-ins/{things['drop-ins/id']}")
    await expect(bens.get_by_label("Post without my name").first).to_be_visible()
    await bens.evaluate("""async () => {
        const { live } = await import(document.querySelector('script[src*="main.js"]').src.replace('main.js', 'connection.js'));
        window.said = [];
        live.eph = (s, k) => window.said.push(k);
    }""")
    await bens.locator(".composer textarea").first.press_sequentially("It was me")
    sent = await bens.evaluate("window.said")
    assert sent == []
