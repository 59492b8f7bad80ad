"""Nothing that somebody writes runs at anybody's screen: not in the page, not live, not in the preview."""

from playwright.async_api import Page, expect

from chat.db import Database
from chat.members import Viewer
from tests import cast
from tests.browser.windows import Opened
from tests.chat.vectors import VECTORS

# What waits for a pointer, a key or the focus gets it; then: what has run, or could.
LOOK = """() => {
  const kinds = ['click', 'pointerenter', 'mouseover', 'focus', 'load', 'error', 'toggle', 'animationstart'];
  const all = [...document.querySelectorAll('.prose *')], links = all.filter((e) => e.matches('a[href]'));
  for (const e of all) for (const kind of kinds) if (kind !== 'click' || !e.closest('a')) e.dispatchEvent(new Event(kind, { bubbles: true }));
  const odd = (e) => !/^(P|BR|HR|EM|STRONG|S|BLOCKQUOTE|UL|OL|LI|CODE|PRE|H[3-6]|TABLE|THEAD|TBODY|TR|TH|TD|A)$/.test(e.tagName);
  return [
    ...('ran' in window ? ['it ran'] : []),
    ...all.filter((e) => odd(e) || [...e.attributes].some((a) => !/^(href|title|rel|class|start)$/.test(a.name))).map((e) => e.outerHTML),
    ...links.filter((a) => !/^(https?|mailto):$/.test(a.protocol)).map((a) => a.outerHTML),
  ];
}"""


async def ran(page: Page) -> list[str]:
    return await page.evaluate(LOOK)


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
    assert await ran(page) == []  # live
    await page.goto(f"/topics/{thread.id}?page=2")
    await page.goto(f"/topics/{thread.id}")
    assert await page.locator(".post").count() > 10
    assert await ran(page) == []
    await page.get_by_label("Your reply").fill("\n\n".join(VECTORS[:60]))
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("region", name="Preview").locator(".prose > *").first).to_be_visible()
    assert await ran(page) == []


async def test_the_question_is_a_good_one(opened: Opened, ana: Viewer, thread: cast.Thread) -> None:
    """What would let something through is found."""
    page = await opened(ana, f"/topics/{thread.id}")
    await page.evaluate("document.querySelector('.prose').innerHTML = '<b id=x>y</b>'")
    assert await ran(page) == ['<b id="x">y</b>']
