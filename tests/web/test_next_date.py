"""A network's page says what comes next: the date, whether one comes, and what it is about so far."""

import re

import pytest

from chat import agenda, dropins
from tests import cast


@pytest.fixture
async def date(db, ana, open_network):
    """Thursday at noon; it is Monday."""
    cast.it_is("2026-11-16 12:00")
    series = await cast.schedule(db, ana, open_network)
    return await cast.value(
        db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at LIMIT 1", id=series
    )


async def panel(browser, network) -> str:
    page = (await browser.get(f"/networks/{network.slug}")).text
    found = re.search(r'<section class="panel next-date".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


async def test_it_shows_the_next_date_with_its_agenda_and_ones_answer(
    live_server, db, ana, ben, browser, open_network, date
):
    async with db.transaction() as tx:
        for n in range(6):
            item = await agenda.propose(tx, ana, date, {"title": f"Topic {n}"})
        await agenda.vote(tx, ben, item)
        await dropins.answer(tx, ben, date, "yes")
    async with live_server.browser(ben) as bens:
        seen = await panel(bens, open_network)
        assert f'href="/drop-ins/{date}"' in seen
        assert 'data-until="2026-11-19T12:00:00+00:00"' in seen
        assert [f"Topic {n}" in seen for n in range(6)] == [True] * 5 + [False]
        assert "1 more topic" in seen
        assert re.search(r'value="yes" aria-pressed="true"', seen)
    visitors = await panel(browser, open_network)
    assert "Topic 0" in visitors
    assert "<form" not in visitors


async def test_it_leads_into_the_room_when_there_is_one(live_server, ben, open_network, date):
    async with live_server.browser(ben) as bens:
        assert "Propose what to talk about" in await panel(bens, open_network)
        cast.it_is("2026-11-19 11:50")
        assert "Wait at the door" in await panel(bens, open_network)
        cast.it_is("2026-11-19 12:10")
        assert "Open now" in await panel(bens, open_network)


async def test_a_cancelled_date_is_not_the_next_one(live_server, db, ana, browser, open_network, date):
    async with db.transaction() as tx:
        await dropins.cancel(tx, ana, date, {"word": "The theatre is closed."})
    seen = await panel(browser, open_network)
    assert f"/drop-ins/{date}" not in seen
    assert 'data-until="2026-11-26T12:00:00+00:00"' in seen


async def test_without_a_date_there_is_nothing(browser, open_network):
    assert await panel(browser, open_network) == ""
