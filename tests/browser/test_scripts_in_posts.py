"""Nothing that somebody writes runs at anybody's screen: not in the page, not live, not in the preview."""

from playwright.async_api import Page, expect

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened
from tests.chat.vectors import VECTORS


async def ran(page: Page) -> bool:
    return await page.evaluate(
        # What waits for a pointer, a key or the focus gets it.
        """() => {
          for (const e of document.querySelectorAll('.prose, .prose *')) {
            for (const kind of ['click', 'pointerenter', 'mouseover', 'focus', 'load', 'error', 'toggle', 'animationstart']) {
              if (!(kind === 'click' && e.closest('a[href^="http"], a[href^="/"], a[href^="mailto"]'))) e.dispatchEvent(new Event(kind, { bubbles: true }));
            }
          }
          return 'ran' in window || Boolean(document.querySelector('.prose :is(script, iframe, img, svg, style, object, embed, form, input, base, meta, link, video, audio)'))
            || [...document.querySelectorAll('.prose *')].some((e) => [...e.attributes].some((a) => /^on|^style$|^id$/.test(a.name)))
            || [...document.querySelectorAll('.prose a')].some((a) => !/^(https?|mailto):$/.test(a.protocol))
        }"""
    )


async def test_nothing_of_the_corpus_runs(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, thread: cast.Thread
) -> None:
    texts = [f"{n}\n\n{source}" for n, source in enumerate(VECTORS)]
    chunks = ["\n\n---\n\n".join(texts[n : n + 12]) for n in range(0, len(texts), 12)]
    page = await opened(ana, f"/topics/{thread.id}")
    for chunk in chunks:
        await cast.write(db, ben, thread, chunk)
    last = await cast.write(db, ben, thread, "That was all.")
    await expect(page.locator(f'[data-id="{last["id"]}"]')).to_be_visible()
    assert not await ran(page)  # live
    await page.goto(f"/topics/{thread.id}?page=2")
    await page.goto(f"/topics/{thread.id}")
    assert await page.locator(".post").count() > 10
    assert not await ran(page)
    await page.get_by_label("Your reply").fill("\n\n".join(VECTORS[:60]))
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("region", name="Preview").locator(".prose > *").first).to_be_visible()
    assert not await ran(page)


async def test_the_question_is_a_good_one(opened: Opened, ana: Viewer, thread: cast.Thread) -> None:
    """What would let something through is found."""
    page = await opened(ana, f"/topics/{thread.id}")
    await page.evaluate("document.querySelector('.prose').innerHTML = '<a onclick=x>y</a>'")
    assert await ran(page)
