"""Members at real screens: one Chromium for each of the run's processes, and a window for whoever sits down."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from redis.asyncio import Redis

from chat.config import Settings, settings
from chat.db import Database
from chat.members import Viewer
from command.testing import browser
from tests import cast
from tests.browser.windows import PATIENCE, Machines, Opened, Windows
from tests.hubs import RunningHub, running
from workers import main as worker_main

HERE = Path(__file__).parent


def why_not() -> str:
    """Why there can be no browser tests here; empty where there can."""
    return os.environ.get("HUB_NO_BROWSER") or ("" if browser() else "there is no Chromium here")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            if why_not():
                item.add_marker(pytest.mark.skip(reason=why_not()))


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    # One process for all windows starts them faster; and for root, Chromium has no sandbox.
    arguments = ["--process-per-site", *([] if os.geteuid() else ["--no-sandbox"])]
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=browser(), args=arguments)
        yield running
        await running.close()


@pytest.fixture(scope="session")
def port() -> int:
    """The same for all tests of this process, so that Chromium keeps what it has cached."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def machines(chromium: Browser, port: int) -> Machines:
    return Machines(chromium, f"http://127.0.0.1:{port}")


@pytest.fixture
async def live_server(empty_house: tuple[Database, Redis], port: int) -> AsyncIterator[RunningHub]:
    async with running(settings(), empty_house[0], port) as hub:
        yield hub


@pytest.fixture
async def windows(machines: Machines, live_server: RunningHub) -> AsyncIterator[Windows]:
    windows = Windows(machines, live_server)
    yield windows
    await windows.close()
    assert not windows.complaints


@pytest.fixture
def opened(windows: Windows) -> Opened:
    """`page = await opened(ana, "/networks")`: a window of Ana's, whose console must stay silent.

    Or `on="phone"`, on a "phone with a clock", or on a machine "without scripts".
    """
    return windows.open


@pytest.fixture
def beside(windows: Windows) -> Opened:
    """`tab = await beside(page, "/networks")`: another tab of that window's browser."""
    return windows.beside


@pytest.fixture
def public(live_server: RunningHub, setting: Callable[..., Settings]) -> Settings:
    """Links in letters and invitations lead to this test's hub."""
    return setting(HUB_PUBLIC_URL=live_server.url)


@pytest.fixture
async def worker(live_server: RunningHub) -> AsyncIterator[None]:
    """The real worker, as long as the test runs."""
    stop = asyncio.Event()
    working = asyncio.create_task(worker_main.run(settings(), stop))
    yield
    stop.set()
    await working


@pytest.fixture
async def anas_screen(opened: Opened, ana: Viewer, thread: cast.Thread) -> Page:
    """Ana has her question open."""
    return await opened(ana, f"/topics/{thread.id}")


@pytest.fixture
async def bens_screen(opened: Opened, ben: Viewer, thread: cast.Thread) -> Page:
    """Ben has Ana's question open."""
    return await opened(ben, f"/topics/{thread.id}")
