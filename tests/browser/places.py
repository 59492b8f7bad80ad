"""Every page of the site map, as somebody meets it."""

from collections.abc import AsyncIterator

from chat.members import Viewer
from chat.members.joining import make_key
from tests.hubs import RunningHub
from tests.web.addresses import Address, Things, addresses

PAGES = [address for address in addresses() if address.safe and not address.api]
KEYS = {"verify/token": "verify", "reset/token": "reset", "welcome/token": "first_admin"}


async def with_keys(hub: RunningHub, things: Things, somebody: Viewer) -> Things:
    """These things, and what stands in the addresses of letters to somebody."""
    async with hub.db.transaction() as tx:
        keys = {
            place: await make_key(tx, kind, None if kind == "first_admin" else somebody.id)
            for place, kind in KEYS.items()
        }
    return {**things, **keys}


async def pages(hub: RunningHub, member: Viewer | None, things: Things) -> AsyncIterator[tuple[Address, str]]:
    """Where the hub shows this member a page of its own, and no file, fragment or door to another page."""
    async with hub.browser(member) as browser:
        for address in PAGES:
            answer = await browser.get(address.at(things))
            assert answer.status_code < 500, f"{address.at(things)} answers {answer.status_code}"
            if answer.status_code == 200 and answer.text.startswith("<!doctype html>"):
                yield address, address.at(things)
