"""One PostgreSQL for the run; a database, a Valkey and an event loop for each of its processes.

Every scene begins with an empty house. Who asks for `ana` gets a member; who asks for `live_server` a hub that runs.
"""

import os

# Settings are read once, so nothing of whoever runs the tests may be in them.
for _name in list(os.environ):
    if _name in ("DATABASE_URL", "REDIS_URL", "PORT") or (
        _name.startswith("HUB_") and not _name.startswith("HUB_NO_")
    ):
        del os.environ[_name]
os.environ["HUB_DEV"] = "1"

from collections.abc import AsyncIterator, Callable, Iterator  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import httpx2  # noqa: E402
import pytest  # noqa: E402
import structlog  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

from chat import clock, logs  # noqa: E402
from chat.config import Settings, settings  # noqa: E402
from chat.db import Database  # noqa: E402
from chat.members import Viewer  # noqa: E402
from chat.migrate import migrate  # noqa: E402
from chat.networks import NetworkSeen  # noqa: E402
from chat.realtime.telling import telling  # noqa: E402
from tests import cast, servers  # noqa: E402
from tests.cast import Thread  # noqa: E402
from tests.hubs import RunningHub, running  # noqa: E402
from tests.overtime import Overtime  # noqa: E402

POSTGRES = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Overtime())


# The servers


def postgres_of(config: pytest.Config) -> str:
    """The run's PostgreSQL, started when it is first asked for, by xdist's controller or the only process."""
    if hasattr(config, "workerinput"):
        return config.workerinput["postgres"]
    if POSTGRES not in config.stash:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        config.stash[POSTGRES] = stack.enter_context(servers.private_postgres())
    return config.stash[POSTGRES]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["postgres"] = postgres_of(node.config)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> str:
    """The run's PostgreSQL; its database `hub` stays empty."""
    return postgres_of(pytestconfig)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """This process's Valkey, for who takes it away and brings it back there is `private_valkey`."""
    with servers.private_valkey() as url:
        os.environ["REDIS_URL"] = url
        settings.cache_clear()
        yield url


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    """Where this process's hubs keep files."""
    with servers.own_folder() as folder:
        os.environ["HUB_DATA_DIR"] = str(folder)
        settings.cache_clear()
        yield folder


@pytest.fixture(scope="session")
async def database_url(postgres_url: str, redis_url: str, data_folder: Path) -> AsyncIterator[str]:
    """This process's database, with the schema in it."""
    name = f"hub_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    url = await servers.create_database(postgres_url, name)
    await migrate(url)
    os.environ["DATABASE_URL"] = url
    settings.cache_clear()
    yield url
    await servers.drop_database(postgres_url, name)


@pytest.fixture(scope="session")
async def house_of_tests(
    database_url: str, redis_url: str
) -> AsyncIterator[tuple[Database, Redis, servers.Broom]]:
    async with telling(database_url, redis_url) as (db, bus):
        broom = await servers.Broom.of(database_url)
        yield db, bus.redis, broom
        await broom.put_away()


@pytest.fixture
async def empty_house(house_of_tests: tuple[Database, Redis, servers.Broom]) -> tuple[Database, Redis]:
    db, redis, broom = house_of_tests
    await broom.sweep()
    await redis.flushall()
    return db, redis


@pytest.fixture
def db(empty_house: tuple[Database, Redis]) -> Database:
    """An empty database; what is committed is published and rung for, as in the product."""
    return empty_house[0]


@pytest.fixture
def redis(empty_house: tuple[Database, Redis]) -> Redis:
    return empty_house[1]


@pytest.fixture
async def empty_database(postgres_url: str, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a database without a single table, for this test alone."""
    name = f"empty_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    yield await servers.create_database(postgres_url, name)
    await servers.drop_database(postgres_url, name)


# The outside, pretended


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    """Whatever a scene pretends the time to be ends with it."""
    yield
    clock.pretend(None)


@pytest.fixture(autouse=True)
def quiet_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is logged is shown by pytest where a test fails, in no other form."""
    monkeypatch.setattr(logs, "set_up", lambda settings: None)
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])
    yield
    structlog.reset_defaults()


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Settings]]:
    """`setting(HUB_FOUND_NETWORKS="admins")`: until the test ends, and for a hub that starts after it."""

    def change(**variables: str) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        return settings()

    yield change
    monkeypatch.undo()
    settings.cache_clear()


# The cast


@pytest.fixture
async def ana(db: Database) -> Viewer:
    """Who owns what there is."""
    return await cast.join_the_hub(
        db, "Ana Lima", organisation="Hospital de São João", role="Patient safety manager", country="PT"
    )


@pytest.fixture
async def ben(db: Database) -> Viewer:
    """A member wherever Ana is one."""
    return await cast.join_the_hub(
        db, "Ben Okafor", organisation="Leeds Teaching Hospitals", role="Pharmacist", country="GB"
    )


@pytest.fixture
async def carol(db: Database) -> Viewer:
    """A member of the open network."""
    return await cast.join_the_hub(
        db, "Carol Nguyen", organisation="Mercy Health", role="Ward sister", country="AU"
    )


@pytest.fixture
async def dev(db: Database) -> Viewer:
    """A member of the hub, and of no network: the outsider."""
    return await cast.join_the_hub(
        db, "Dev Patel", organisation="Independent", role="Journalist", country="IN"
    )


@pytest.fixture
def visitor() -> None:
    """Somebody without an account."""
    return None


@pytest.fixture
async def open_network(db: Database, ana: Viewer, ben: Viewer, carol: Viewer) -> NetworkSeen:
    """Ana's, with Ben and Carol; anybody reads."""
    return await cast.found(db, ana, "Falls and frailty", "open", ben, carol)


@pytest.fixture
async def confidential_network(db: Database, ana: Viewer, ben: Viewer) -> NetworkSeen:
    """Ana's, with Ben; nobody else may learn of it."""
    return await cast.found(db, ana, "Speaking up circle", "confidential", ben)


@pytest.fixture
async def thread(db: Database, ana: Viewer, open_network: NetworkSeen) -> Thread:
    """Ana's question in the open network."""
    return await cast.start(
        db, ana, open_network, "Who checks the checklist?", "Ours is ticked before anybody has looked."
    )


@pytest.fixture
async def secret_thread(db: Database, ana: Viewer, confidential_network: NetworkSeen) -> Thread:
    """Ana's question in the confidential network."""
    return await cast.start(
        db, ana, confidential_network, "Retaliation after a report", "The zebra rota again."
    )


# A hub that runs


@pytest.fixture
async def live_server(empty_house: tuple[Database, Redis]) -> AsyncIterator[RunningHub]:
    """A hub of its own for this test: `.url`, `.client(ana)`, `.browser(ana)`, `.listening(ana, "t:7")`."""
    async with running(settings(), empty_house[0]) as hub:
        yield hub


@pytest.fixture
async def http(live_server: RunningHub) -> AsyncIterator[httpx2.AsyncClient]:
    """A visitor's client of the running hub."""
    async with live_server.client() as client:
        yield client
