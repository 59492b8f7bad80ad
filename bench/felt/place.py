"""The demo community, with a drop-in that is open to all and live."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from chat import clock, discussions, dropins, members, networks, rooms
from chat.db import Database
from command import listening
from command.demo import content, loading
from command.testing import browser
from command.trouble import Trouble

NETWORK = "patient-safety-commons"
HOST, VISITS = "carol", "ben"
ASKED = ("How do others keep handovers short?", "Who writes to the family afterwards?")
SAID = 12  # of the talk


class Place(NamedTuple):
    """Addresses of pages by what they show, and the cookie of a member of that network."""

    pages: dict[str, str]
    cookie: str


async def settle(database_url: str, redis_url: str) -> Place:
    await loading.load(database_url, redis_url)
    db = Database(database_url, pool=1)
    try:
        room = await _room(db)
        async with db.transaction() as tx:
            longest = await tx.value(
                "SELECT topic.id FROM topic JOIN network ON network.id = network_id WHERE slug = :slug ORDER BY post_count DESC LIMIT 1",
                slug=NETWORK,
            )
            visitor = await tx.value("SELECT id FROM member WHERE handle = :handle", handle=VISITS)
            cookie = await members.sign_in(tx, visitor)
    finally:
        await db.close()
    pages = {"topic": f"/topics/{longest}", "network": f"/networks/{NETWORK}", "room": f"/drop-ins/{room}"}
    return Place(pages, cookie)


async def _room(db: Database) -> int:
    """A drop-in that began five minutes ago and goes on for longer than anything here takes."""
    now = clock.now()
    topics = content.topics(NETWORK)
    talk = [reply for topic in topics for reply in topic.get("reply", ())][:SAID]
    async with db.transaction() as tx:
        cast = {
            handle: await members.by_id(
                tx, await tx.value("SELECT id FROM member WHERE handle = :handle", handle=handle)
            )
            for handle in {HOST, VISITS, *(reply["by"] for reply in talk)}
        }
        host = cast[HOST]
        network = await networks.network_of(tx, host, NETWORK)
        series, *_ = await dropins.series_in(tx, network)
        drop_in = await dropins.hold(tx, host, series.id, now + timedelta(seconds=1), minutes=240)
    clock.pretend(now + timedelta(seconds=2))
    try:
        async with db.transaction() as tx:
            await dropins.turn(tx, [drop_in])
            here = await dropins.drop_in_of(tx, host, drop_in)
            for question in ASKED:
                await rooms.ask(tx, cast[VISITS], drop_in, question)
            for reply in talk:
                await discussions.reply(tx, cast[reply["by"]], here.topic_id, reply["body"])
    finally:
        clock.pretend(None)
    return drop_in


@contextmanager
def chromium(url: str, cookie: str) -> Iterator[int]:
    """The port of a browser with nothing in it but this session."""
    found = browser()
    if not found:
        raise Trouble("There is no Chromium here.")
    with listening.sockets("127.0.0.1", 0) as (held,):
        port = held.getsockname()[1]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            "", executable_path=found, headless=True, args=[f"--remote-debugging-port={port}"]
        )
        if cookie:
            context.add_cookies([{"name": "session", "value": cookie, "url": url}])
        try:
            yield port
        finally:
            context.close()
