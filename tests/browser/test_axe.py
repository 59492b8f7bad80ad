"""Every page passes axe's rules for WCAG 2.2, by day and by night, on the narrowest phone and at a desk."""

from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.places import pages, with_keys
from tests.browser.windows import Opened, visit
from tests.hubs import RunningHub
from tests.web.addresses import Things, furnish

AXE = Axe().axe_script
NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 800}
ALL = {"rules": {"target-size": {"enabled": True}}}
# What is left to ask by day at a desk and by night on a phone, where the other two have been asked everything.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
Look = tuple[ViewportSize, Literal["light", "dark"], dict[str, Any]]
LOOKS: list[Look] = [
    (NARROW, "light", ALL), (NARROW, "dark", COLOURS), (WIDE, "light", COLOURS), (WIDE, "dark", ALL),
]  # fmt: skip
RUN = "options => axe.run(document, { resultTypes: ['violations'], preload: false, ...options })"


@pytest.fixture
async def things(
    db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen, thread: cast.Thread
) -> Things:
    """Ana's network with all that a network can have."""
    await cast.write(
        db, ben, thread, "We read it **aloud**, and `tick` it [afterwards](https://example.org/)."
    )
    return await furnish(db, ana, open_network, thread)


# Whoever sees much is asked in parts, which several processes can do at once.
@pytest.mark.parametrize(
    ("who", "part", "parts"),
    [("visitor", 0, 1), ("ben", 0, 2), ("ben", 1, 2), *(("ana", n, 4) for n in range(4))],
)
async def test_every_page_passes(
    opened: Opened,
    live_server: RunningHub,
    things: Things,
    dev: Viewer,
    who: str,
    part: int,
    parts: int,
    request: pytest.FixtureRequest,
) -> None:
    member = request.getfixturevalue(who)
    things = await with_keys(live_server, things, dev)
    page = await opened(member)
    looks = (
        LOOKS if who == "ana" else [look for look in LOOKS if look[2] is ALL]
    )  # the owner sees all that others do
    paths = [path async for _, path in pages(live_server, member, things)]
    wrong = [fault for path in paths[part::parts] for fault in await faults(page, path, looks)]
    assert not wrong, "\n".join(wrong)


async def faults(page: Page, path: str, looks: list[Look]) -> list[str]:
    """What axe finds wrong on a page, each with where, when and on which element."""
    await visit(page, path)
    await page.evaluate(AXE)
    found: dict[str, str] = {}
    for size, scheme, options in looks:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=scheme)
        for fault in said(await page.evaluate(RUN, options)):
            found.setdefault(fault, f"{path}, {size['width']} px, {scheme}: {fault}")
    return list(found.values())


def said(result: dict[str, Any]) -> list[str]:
    return [
        f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()[:200]})"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
