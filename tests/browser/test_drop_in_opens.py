"""Doors that open by themselves, before one's eyes."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from chat import clock, dropins
from chat.db import Database
from chat.dropins.scheduling import change_time
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.browser.windows import Opened, post, stays, texts, visit
from tests.hubs import RunningHub


@pytest.fixture
async def later(db: Database, ana: Viewer, confidential_network: NetworkSeen) -> int:
    """A drop-in that opens in a quarter of an hour."""
    series = await cast.schedule(db, ana, confidential_network, title="Tea", description="Come in, sit down.")
    return await hold(db, ana, series, timedelta(minutes=15))


async def hold(db: Database, host: Viewer, series: int, after: timedelta) -> int:
    async with db.transaction() as tx:
        return await dropins.hold(tx, host, series, clock.now() + after, minutes=30)


async def open_in_a_second(db: Database, drop_in: int) -> None:
    async with db.transaction() as tx:
        opens_at = clock.now() + timedelta(seconds=1)
        await change_time(tx, drop_in, opens_at, opens_at + timedelta(hours=1))


async def close_in_a_second(db: Database, drop_in: int) -> None:
    async with db.transaction() as tx:
        await tx.run("UPDATE drop_in SET closes_at = now() + interval '1 second' WHERE id = :id", id=drop_in)


async def test_the_networks_page_counts_down_by_the_hubs_clock(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, confidential_network: NetworkSeen
) -> None:
    """The browser's is another one here, as on many a ward."""
    cast.it_is("2026-11-17 09:00")
    await hold(db, ana, await cast.schedule(db, ana, confidential_network), timedelta(minutes=15))
    page = await opened(ben, f"/networks/{confidential_network.slug}")
    await expect(page.locator(".next-date .countdown")).to_have_text(re.compile(r"in 14:\d\d"))


async def test_the_doors_open_and_close(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, later: int, worker: None
) -> None:
    bens, anas = await opened(ben, "/settings"), await opened(ana, f"/drop-ins/{later}")
    await expect(anas.get_by_text("This page will do it by itself")).to_be_visible()
    await expect(anas.locator(".countdown")).to_contain_text("in 14:")
    still = await stays(bens)

    await open_in_a_second(db, later)
    await expect(bens.locator(".banner")).to_contain_text("Tea is open now in Speaking up circle.")
    await still()
    await expect(anas.locator(".live-mark")).to_have_text("open now")
    await expect(anas.locator(".banner")).to_have_count(0)
    await expect(post(anas, "Come in, sit down.")).to_be_visible()

    await bens.get_by_role("link", name="Drop in").click()
    for page in (anas, bens):
        await expect(page.locator("[data-people] .name")).to_have_text(["Ana Lima", "Ben Okafor"])
        await expect(page.locator("[data-count]")).to_have_text("2")
    await bens.get_by_label("Say something").fill("Good to be here.")
    await bens.get_by_label("Say something").press("Enter")
    await expect(post(anas, "Good to be here.")).to_be_visible()
    assert await texts(anas) == ["Come in, sit down.", "Good to be here."]

    await anas.get_by_label("Say something").fill("One more th")
    await close_in_a_second(db, later)
    for page in (anas, bens):
        await expect(page.locator(".standing")).to_have_text(
            "The hour is over. There is time for last words."
        )
        await expect(post(page, "Good to be here.")).to_be_visible()
    await expect(anas.get_by_label("Say something")).to_have_value("One more th")


async def test_a_closed_room_keeps_no_banner(
    opened: Opened, db: Database, ana: Viewer, ben: Viewer, later: int, worker: None
) -> None:
    page = await opened(ben, "/networks")
    await open_in_a_second(db, later)
    await expect(page.locator(".banner")).to_have_count(1)
    await close_in_a_second(db, later)
    await expect(page.locator(".banner")).to_have_count(0)


async def test_a_reader_of_an_open_network_joins_from_the_room(
    opened: Opened, db: Database, ana: Viewer, dev: Viewer, open_network: NetworkSeen
) -> None:
    series = await cast.schedule(db, ana, open_network, title="Tea")
    drop_in = await hold(db, ana, series, timedelta())
    page = await opened(dev, f"/drop-ins/{drop_in}")
    await page.get_by_role("button", name="Join the network").click()
    await expect(page.locator("[data-people] .name")).to_have_text(["Dev Patel"])
    await visit(page, "/")
    await expect(page.locator(".banner")).to_have_count(1)


async def test_one_sees_who_is_about_to_say_something(
    opened: Opened, beside: Opened, db: Database, ana: Viewer, ben: Viewer, carol: Viewer,
    open_network: NetworkSeen,
) -> None:  # fmt: skip
    room = f"/drop-ins/{await hold(db, ana, await cast.schedule(db, ana, open_network), timedelta())}"
    anas = await opened(ana, room, on="phone with a clock")
    bens, carols = await opened(ben, room), await opened(carol, room)
    await expect(anas.locator("[data-count]")).to_have_text("3")
    typing = anas.locator("[data-typing]")
    await bens.get_by_label("Say something").fill("Good to be here.")
    await expect(typing).to_have_text("Ben Okafor is typing…")
    await carols.get_by_label("Say something").fill("Is it")
    await expect(typing).to_have_text("Ben Okafor and Carol Nguyen are typing…")
    await bens.get_by_label("Say something").press("Enter")
    await expect(post(anas, "Good to be here.")).to_be_visible()
    await expect(typing).to_have_text("Carol Nguyen is typing…")
    await anas.clock.fast_forward(8000)
    await expect(typing).to_be_empty()

    for page in (await beside(bens, room), anas):  # another tab is told who is here, and is nobody else
        await expect(page.locator("[data-people] .name")).to_have_text(
            ["Ana Lima", "Ben Okafor", "Carol Nguyen"]
        )


async def test_nobody_types_in_a_crowd(
    opened: Opened, live_server: RunningHub, db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen
) -> None:
    drop_in = await hold(db, ana, await cast.schedule(db, ana, open_network), timedelta())
    page = await opened(ana, f"/drop-ins/{drop_in}")
    await expect(page.locator("[data-count]")).to_have_text("1")

    def say(count: int) -> None:
        here = [{"id": ben.id, "name": ben.name, "handle": ben.handle, "organisation": ""}]
        live_server.house.hub.said(f"d:{drop_in}", {"k": "presence", "d": {"count": count, "here": here}})
        live_server.house.hub.said(f"d:{drop_in}", {"k": "typing", "d": {"m": ben.id}})

    say(50)
    await expect(page.locator("[data-typing]")).to_have_text("Ben Okafor is typing…")
    say(51)
    await expect(page.locator("[data-typing]")).to_be_empty()
