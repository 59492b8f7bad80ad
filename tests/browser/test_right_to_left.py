"""Pages in the pseudo-language: right to left, and every word that the hub itself says in brackets."""

import re
from pathlib import Path

import pytest
from babel import Locale

from chat.db import Database
from chat.languages import PSEUDO
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.places import pages, with_keys
from tests.browser.windows import SCREENS, Opened
from tests.hubs import RunningHub
from tests.web.addresses import Things, furnish

UNBRACKETED = (Path(__file__).parent / "unbracketed.js").read_text()
ADDRESS = re.compile(r"\S*(?:://|@)\S*")
WORD = re.compile(r"[^\W\d_]{2,}")
# What members have given: names, titles, texts.
GIVEN = """
SELECT concat_ws(' ', name, organisation, role, handle, email) FROM member UNION ALL
SELECT concat_ws(' ', name, summary, slug) FROM network UNION ALL SELECT title FROM topic UNION ALL SELECT body FROM post UNION ALL
SELECT concat_ws(' ', title, description) FROM series UNION ALL SELECT title FROM drop_in UNION ALL SELECT body FROM minutes UNION ALL
SELECT concat_ws(' ', title, note) FROM agenda_item UNION ALL SELECT body FROM question UNION ALL SELECT question FROM poll UNION ALL
SELECT array_to_string(options, ' ') FROM poll UNION ALL SELECT concat_ws(' ', title, body) FROM announcement UNION ALL
SELECT name FROM file UNION ALL SELECT name FROM pseudonym UNION ALL SELECT body FROM revision UNION ALL SELECT browser FROM session UNION ALL SELECT reason FROM unmasking
"""


# What Babel says, or nobody translates.
ENGLISH = Locale("en")
SPOKEN = {"the", "hub", "kb", "mb", "utc", "csv", "firefox", "outlook", "google", "apple", "britain", "uk"} | {
    word.lower()
    for names in (ENGLISH.territories, ENGLISH.days["format"]["wide"], ENGLISH.months["format"]["wide"], ENGLISH.months["format"]["abbreviated"])
    for name in names.values()
    for word in WORD.findall(name)
}  # fmt: skip


@pytest.fixture
async def things(
    db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen, thread: cast.Thread
) -> Things:
    await cast.write(db, ben, thread, "We read it aloud.")
    things = await furnish(db, ana, open_network, thread)
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET language = :pseudo", pseudo=PSEUDO)
    return things


async def test_nothing_sticks_out_and_every_word_can_be_translated(
    opened: Opened, live_server: RunningHub, things: Things, ana: Viewer, dev: Viewer
) -> None:
    given = set(SPOKEN)
    for (text,) in await cast.rows(live_server.db, GIVEN):
        given.update(word.lower() for word in WORD.findall(text or ""))
    page = await opened(ana, on="without scripts")
    await page.context.add_cookies([{"name": "language", "value": PSEUDO, "url": live_server.url}])
    wrong: list[str] = []
    async for _, path in pages(live_server, ana, await with_keys(live_server, things, dev)):
        if path == "/dev/styles":  # whose examples are like what members write
            continue
        await page.goto(path)
        assert await page.evaluate("document.dir") == "rtl", path
        for size in ("phone", "desk"):
            await page.set_viewport_size(SCREENS[size])
            more = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if more > 0:
                wrong.append(f"{path}: {more} px stick out on a {size}")
        for text in await page.evaluate(UNBRACKETED):
            if not {word.lower() for word in WORD.findall(ADDRESS.sub("", text))} <= given:
                wrong.append(f"{path}: {text[:120]}")
    assert not wrong, "\n".join(wrong)
