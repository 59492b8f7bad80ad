"""The main pages on a phone and a ward's monitor, by day and by night: nothing sticks out, nothing is pale."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page

from chat import announcements, discussions, networks
from chat.db import Database
from chat.members import Viewer, notify
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.test_drop_in_opens import hold
from tests.browser.windows import SCREENS, Opened, visit

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
LONG = {
    "organisation": "Universitätsklinikum Hamburg-Eppendorf, Zentrum für Patientensicherheit und Qualitätsmanagement",
    "role": "Landesbeauftragte für Krankenhaushygiene und Arzneimitteltherapiesicherheit",
    "country": "DE",
}
BODY = (
    "https://example.org/"
    + "a-very-long-address" * 12
    + "\n\n`"
    + "unbreakable" * 20
    + "`\n\n| a | b |\n|---|---|\n| "
    + "x" * 90
    + " | y |"
)


@pytest.fixture
async def everywhere(db: Database, confidential_network: NetworkSeen, ana: Viewer) -> list[str]:
    """The main pages of a network where a lot is long; who looks is its owner."""
    network = confidential_network
    maximiliane = await cast.join_the_hub(
        db, "Maximiliane-Konstanze Freifrau von Württemberg-Hohenzollern", **LONG
    )
    await cast.let_in(db, network, maximiliane)
    thread = await cast.start(
        db, maximiliane, network, "Pneumonoultramicroscopicsilicovolcanoconiosis " * 3, BODY
    )
    first = await cast.write(db, ana, thread, BODY)
    await cast.write(db, maximiliane, thread, BODY, parent=first["id"])
    await cast.invite(
        db, ana, network, email="a.very.long.address.of.somebody@subdomain.of.a.hospital.example.org"
    )
    erin = await cast.join_the_hub(db, "Erin-Theodora Featherstonehaugh-Cholmondeley", **LONG)
    await cast.let_in(db, network, erin)
    await cast.ban(db, ana, network, erin)
    drop_in = await hold(db, ana, await cast.schedule(db, ana, network, title="Tea " * 20), timedelta())
    talk = await cast.value(db, "SELECT topic_id FROM drop_in WHERE id = :id", id=drop_in)
    await cast.write(db, maximiliane, cast.Thread(talk, 0, network), BODY)
    lines = "\n".join(
        [
            f"{'a-very-long-name' * 5} <somebody@{'very-long.' * 9}example.org>",
            "unbreakable" * 20,
            "ana-lima@example.org",
        ]
    )
    async with db.transaction() as tx:
        batch = await networks.draft_list(tx, ana, network, networks.entries(lines), {"word": "Welcome" * 20})
    await cast.allow_anonymity(db, network)
    unsaid = await cast.write(db, maximiliane, thread, BODY, anonymous=True)
    async with db.transaction() as tx:
        await discussions.ask_to_unmask(tx, ana, unsaid["id"], "Somebody is in danger there. " * 12)
    async with db.transaction() as tx:
        announced = await announcements.announce(
            tx, ana, network, {"title": "Donaudampfschifffahrt" * 6, "body": BODY}
        )
        await notify(tx, [ana.id], "role.changed", network_id=network.id, actor_id=maximiliane.id)
    inside = f"/networks/{network.slug}"
    return [
        "/", "/networks", inside, f"{inside}/members", f"{inside}/invitations", f"{inside}/drop-ins", f"/topics/{thread.id}",
        f"/drop-ins/{drop_in}", "/settings", "/settings/profile", "/settings/letters", "/settings/notices", "/settings/password", f"/members/{maximiliane.handle}", "/search?q=unbreakable", "/networks/new", "/nowhere", "/notices",
        f"{inside}/members/{maximiliane.handle}", f"{inside}/leave", f"{inside}/bans", f"{inside}/audit",
        f"/posts/{unsaid['id']}/unmask", f"{inside}/unmaskings",
        f"{inside}/settings", f"{inside}/settings/picture", f"{inside}/access", f"{inside}/access?to=open", f"{inside}/requests",
        f"{inside}/announcements", f"{inside}/announcements/new", f"{inside}/announcements/{announced}", f"{inside}/dashboard",
        f"{inside}/invitations/many", f"{inside}/invitations/many/{batch}",
        f"{inside}/preferences", f"{inside}/members?q=nobody&country=DE",
    ]  # fmt: skip


async def faults(page: Page, paths: list[str]) -> dict[str, list[str]]:
    """What sticks out and what is pale, by page."""
    found: dict[str, list[str]] = {}
    for path in paths:
        await visit(page, path)
        for name in ("phone", "desk"):
            await page.set_viewport_size(SCREENS[name])
            more = await page.evaluate("document.documentElement.scrollWidth") - SCREENS[name]["width"]
            wrong = [f"{more} px stick out"] if more > 0 else []
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                wrong += [f"{scheme}: {pale}" for pale in await page.evaluate(CONTRAST)]
            if wrong:
                found[f"{path} on a {name}"] = wrong
    await page.set_viewport_size(SCREENS["phone"])
    await page.emulate_media(color_scheme="light")
    return found


async def test_pages_fit_and_can_be_read(opened: Opened, everywhere: list[str], ana: Viewer) -> None:
    assert await faults(await opened(ana, on="phone"), everywhere) == {}
    assert await faults(await opened(None, on="phone"), ["/", "/sign-up", "/sign-in", "/forgot"]) == {}


async def test_the_header_leaves_a_phone_s_screen(opened: Opened, everywhere: list[str], ana: Viewer) -> None:
    page = await opened(ana, everywhere[6], on="phone")
    await page.evaluate("scrollTo(0, 400)")
    assert await page.evaluate("document.querySelector('.top').getBoundingClientRect().bottom") < 0
