"""What the scenes at the edge share."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from chat.secrets import derived
from tests import cast
from tests.cast import Thread
from tests.hubs import RunningHub
from tests.web.addresses import furnish


@pytest.fixture
async def things(db: Database, ana: Viewer, open_network: NetworkSeen, thread: Thread) -> dict[str, object]:
    """All that can stand in an address, of Ana's open network."""
    return await furnish(db, ana, open_network, thread)


@pytest.fixture
async def anas(live_server: RunningHub, ana: Viewer) -> AsyncIterator[httpx2.AsyncClient]:
    """Ana's client of the API."""
    async with live_server.client(ana) as client:
        yield client


@pytest.fixture
async def bens(live_server: RunningHub, ben: Viewer) -> AsyncIterator[httpx2.AsyncClient]:
    """Ben's client of the API."""
    async with live_server.client(ben) as client:
        yield client


@pytest.fixture
async def devs(live_server: RunningHub, dev: Viewer) -> AsyncIterator[httpx2.AsyncClient]:
    """The outsider's client of the API."""
    async with live_server.client(dev) as client:
        yield client


@pytest.fixture
async def anas_browser(live_server: RunningHub, ana: Viewer) -> AsyncIterator[httpx2.AsyncClient]:
    async with live_server.browser(ana) as browser:
        yield browser


@pytest.fixture
async def browser(live_server: RunningHub) -> AsyncIterator[httpx2.AsyncClient]:
    """A visitor's browser."""
    async with live_server.browser() as browser:
        yield browser


def csrf_of(browser: httpx2.AsyncClient) -> str:
    """The token that every form of this browser's session carries."""
    return derived(browser.cookies["session"], "csrf")


async def contents(db: Database) -> dict[str, str]:
    """A fingerprint of each table. When a session was last seen is no content."""
    tables = await cast.rows(db, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    each = (
        f"SELECT '{t}', md5(string_agg(row, '' ORDER BY row)) FROM (SELECT (to_jsonb(t) - 'seen_at')::text AS row FROM {t} AS t)"
        for (t,) in tables
    )
    return dict(await cast.rows(db, " UNION ALL ".join(each)))
