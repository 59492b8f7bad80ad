"""The column beside a page: one's own networks, what waits in them, and the next drop-in."""

from datetime import timedelta

from chat import clock
from tests import cast
from tests.hubs import RunningHub


async def test_it_counts_what_one_has_not_read(live_server: RunningHub, db, ana, ben, open_network):
    async with live_server.browser(ben) as bens:
        assert "waits for you" not in (await bens.get("/side")).text
        thread = await cast.start(db, ana, open_network, "Smoke detectors", "Are yours tested?")
        assert "1 discussion waits for you" in (await bens.get("/side")).text
        await cast.start(db, ana, open_network, "Bed rails", "Who uses them?")
        assert "2 discussions wait for you" in (await bens.get("/side")).text
        await cast.read(db, ben, thread)
        await cast.write(db, ben, thread, "Ours are.")
        assert "1 discussion waits for you" in (await bens.get("/side")).text


async def test_it_says_when_the_next_drop_in_is(live_server: RunningHub, db, ana, ben, open_network):
    async with live_server.browser(ben) as bens:
        assert "Next drop-in" not in (await bens.get("/side")).text
        await cast.schedule(db, ana, open_network, title="Tea together")
        text = (await bens.get("/side")).text
        assert "Tea together" in text
        assert 'data-time="when"' in text
        opens_at = await cast.value(db, "SELECT min(opens_at) FROM drop_in")
        clock.pretend(opens_at + timedelta(minutes=5))
        assert "open now" in (await bens.get("/side")).text


async def test_it_is_for_members_and_of_their_own(
    live_server: RunningHub, db, ana, dev, confidential_network
):
    await cast.start(db, ana, confidential_network, "Smoke detectors", "Are yours tested?")
    async with live_server.browser(dev) as devs, live_server.browser() as nobody:
        assert confidential_network.name not in (await devs.get("/side")).text
        answer = await nobody.get("/side")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/side")


async def test_pages_bring_the_names_alone(live_server: RunningHub, db, ana, ben, open_network):
    await cast.start(db, ana, open_network, "Smoke detectors", "Are yours tested?")
    async with live_server.browser(ben) as bens:
        page = (await bens.get("/settings")).text
    assert 'aria-label="Your networks"' in page
    assert open_network.name in page
    assert "waits for you" not in page
