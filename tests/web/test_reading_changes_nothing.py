"""Looking at a page changes nothing: robots, previews and mail scanners look at everything."""

from datetime import timedelta

from chat import clock
from chat.members.joining import make_key
from tests import cast
from tests.hubs import RunningHub
from tests.web.addresses import Things, addresses
from tests.web.conftest import contents

LOOKS = [address for address in addresses() if address.safe]
QUERIES = ("", "?q=checklist&page=1&reply=1&next=/settings")


async def test_no_get_route_changes_anything(live_server: RunningHub, things: Things, ana, dev):
    async with live_server.db.transaction() as tx:
        verify = await make_key(tx, "verify", dev.id)
        reset = await make_key(tx, "reset", dev.id)
        first = await make_key(tx, "first_admin", None)
    things = {**things, "verify/token": verify, "reset/token": reset, "welcome/token": first}
    async with (
        live_server.browser(ana) as anas,
        live_server.client(ana) as program,
        live_server.browser() as nobody,
    ):
        before = await contents(live_server.db)
        for address in LOOKS:
            for client in (program, nobody) if address.api else (anas, nobody):
                for query in QUERIES:
                    answer = await client.get(address.at(things) + query)
                    assert answer.status_code < 500, f"{address} answers {answer.status_code}"
            now = await contents(live_server.db)
            assert now == before, f"{address} changed {[t for t in now if now[t] != before[t]]}"


async def test_a_session_is_noted_as_seen_at_most_every_ten_minutes(live_server: RunningHub, ana):
    async with live_server.browser(ana) as browser:
        query = "SELECT seen_at FROM session"
        first = await cast.value(live_server.db, query)
        await browser.get("/")
        assert await cast.value(live_server.db, query) == first
        clock.pretend(clock.now() + timedelta(minutes=11))
        await browser.get("/")
        assert await cast.value(live_server.db, query) > first + timedelta(minutes=10)
