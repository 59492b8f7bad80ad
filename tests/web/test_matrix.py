"""Every address about a network, asked by everybody in every access: who is let is what the table of rights says.

Each question meets the same world, because the hub undoes all that it was asked to do.
"""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx2
import pytest

from chat import discussions, networks
from chat.db import Database, Transaction
from chat.members import Viewer
from chat.networks import ACCESS, NetworkSeen
from tests import cast
from tests.hubs import RunningHub, running
from tests.web.addresses import Address, Things, furnish
from tests.web.conftest import csrf_of
from tests.web.crawling import CRAWL, filled, masked
from tests.web.needs import (
    HOSTS_THING,
    NEEDS,
    OWN_THING,
    ROLES,
    USUAL,
    WERE_IN,
    about_networks,
    may,
)

OPENED = {"private": ("start_topic", "invite")}  # to its members
NEVER = 999_999_999  # no thing has this number

# What is asked where the crawl's first question would not do it.
SENT: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/networks/{slug}/announcements"): {"form": {"title": "Now", "body": "Now.", "do": "send"}},
    ("POST", "/api/v1/networks/{slug}/requests"): {"json": {}},  # these ask no questions
}
# Nobody can do this to what the scene holds: who may is told that it is too late.
TOO_LATE: set[tuple[str, str]] = set()


class Scene(NamedTuple):
    """One network, and what stands in its addresses: of a plain member, of a host, and of whoever asks."""

    access: str
    usual: Things
    hosts: Things
    own: dict[str, Things]

    def about(self, whose: str, who: str) -> Things:
        return {USUAL: self.usual, HOSTS_THING: self.hosts, OWN_THING: self.own[who]}[whose]


class Asker(NamedTuple):
    browser: httpx2.AsyncClient
    program: httpx2.AsyncClient

    async def ask(self, address: Address, things: Things) -> httpx2.Response:
        key = (address.method, address.path)
        sent = filled(SENT.get(key) or CRAWL[key][0], things)
        if address.api:
            return await self.program.request(address.method, address.at(things), **sent)
        if not address.safe:
            csrf = csrf_of(self.browser) if "session" in self.browser.cookies else ""
            sent["data"] = {"csrf": csrf, **sent.pop("form", {})}
        return await self.browser.request(address.method, address.at(things), **sent)


@pytest.fixture
async def people(db: Database) -> dict[str, Viewer | None]:
    """Who asks."""
    names = {who: f"{who.split()[-2].title()} {who.split()[-1].title()}" for who in ROLES}
    return {who: None if who == "a visitor" else await cast.join_the_hub(db, names[who]) for who in ROLES}


@pytest.fixture
async def scenes(db: Database, people: dict[str, Viewer | None]) -> list[Scene]:
    crew = {name: await cast.join_the_hub(db, f"{name} Crew") for name in ("Olga", "Mia", "Hal", "Kim", "Zed")}
    return [await set_up(db, access, crew, people) for access in ACCESS]


@pytest.fixture
async def hub(db: Database, setting, monkeypatch) -> AsyncIterator[RunningHub]:
    """A hub that does everything, and undoes it. Without limits, which would end the questions."""
    async with running(setting(HUB_RATE_LIMITS="0"), db) as hub:
        monkeypatch.setattr(hub.house.db, "transaction", rehearsing(hub.house.db))
        yield hub


def test_every_address_about_a_network_says_what_it_takes():
    assert NEEDS.keys() ^ about_networks() == set(), "tell tests/web/needs.py what these take, or forget them there"


async def test_everybody_is_let_or_refused_as_the_table_says(
    hub: RunningHub, scenes: list[Scene], people: dict[str, Viewer | None]
):
    wrong: list[str] = []
    done: dict[tuple[str, str], int] = defaultdict(int)
    for who, viewer in people.items():
        async with hub.browser(viewer) as browser, hub.client(viewer) as program:
            asker = Asker(browser, program)
            for key, needs in NEEDS.items():
                address = Address(*key)
                for whose, need in (needs if isinstance(needs, dict) else {USUAL: needs}).items():
                    for scene in scenes:
                        things = scene.about(whose, who)
                        answer = await asker.ask(address, things)
                        if may(who, need, scene.access, OPENED.get(scene.access, ())):
                            done[key] += answer.status_code < 400
                            fault = "" if allowed(answer) else f"is refused what takes {need}"
                        elif not refused(answer):
                            fault = f"is let, though it takes {need}"
                        elif scene.access == "confidential" and ROLES[who] is None:
                            fault = await told_apart(asker, address, things, answer)
                        else:
                            fault = ""
                        if fault:
                            wrong.append(
                                f"{who} asks {address.method} {address.path} ({whose}) of a network that is {scene.access}, and {fault}: {answer.status_code}"
                            )
    assert not wrong, "\n".join(["the matrix differs:", *wrong])
    assert {key for key in NEEDS if not done[key]} == TOO_LATE, "an address that nobody could use proves nothing"


def allowed(answer: httpx2.Response) -> bool:
    """Whether they were let, though what they asked for may be no longer possible, or ill said."""
    return (answer.status_code < 400 and not to_sign_in(answer)) or answer.status_code in (409, 422)


def refused(answer: httpx2.Response) -> bool:
    return answer.status_code in (401, 403, 404) or to_sign_in(answer)


def to_sign_in(answer: httpx2.Response) -> bool:
    return answer.headers.get("location", "").startswith("/sign-in")


async def told_apart(asker: Asker, address: Address, things: Things, answer: httpx2.Response) -> str:
    """What is wrong if an address tells whether there is a network behind it."""
    nothing = {place: NEVER if place.endswith("/id") else value for place, value in things.items()}
    nothing["networks/slug"] = "there-never-was-one"
    never = await asker.ask(address, nothing)
    if told(answer, address.at(things)) == told(never, address.at(nothing)):
        return ""
    return f"would be told {never.status_code} if it had never been"


def told(answer: httpx2.Response, path: str) -> str:
    return masked(answer).replace(path, "")


def rehearsing(db: Database) -> Callable[[], Any]:
    """Transactions of this database that go as far as the commit."""

    @asynccontextmanager
    async def transaction() -> AsyncIterator[Transaction]:
        async with db.engine.connect() as connection:
            tx = Transaction(connection)
            yield tx
            await tx.number_events()
            await connection.rollback()

    return transaction


async def set_up(
    db: Database, access: str, crew: dict[str, Viewer], people: dict[str, Viewer | None]
) -> Scene:
    """Olga's network with all that a network can have. It gets its access last, so that each has the same."""
    olga, mia, hal, kim, zed = crew.values()
    network = await cast.found(db, olga, f"Sepsis {access}", "private", mia)
    await cast.let_in(db, network, hal, "host")
    for who in WERE_IN:
        await cast.let_in(db, network, person(people, who), ROLES[who] or "member")
    async with db.transaction() as tx:
        await networks.put_picture(tx, olga, network, b"RIFF")
    thread = await cast.start(db, olga, network, "Who looks at night?")
    things = await furnish(db, olga, network, thread)
    usual = {
        **things,
        "posts/id": (await cast.write(db, mia, thread, "The night nurse."))["id"],
        "members/handle": mia.handle,
        "bans/handle": mia.handle,
        "requests/id": (await cast.ask(db, zed, network)).id,
    }
    own = {
        who: {**usual, "posts/id": (await cast.write(db, person(people, who), thread, "I do."))["id"]}
        for who in WERE_IN
    }
    await cast.remove(db, olga, network, person(people, "a former member"))
    for banned in (person(people, "a banned member"), kim):
        await cast.ban(db, olga, network, banned)
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE network SET access = :access, members_may = :opened WHERE id = :id",
            access=access,
            opened=list(OPENED.get(access, ())),
            id=network.id,
        )
    hosts = {**usual, "members/handle": hal.handle, "bans/handle": hal.handle}
    return Scene(access, usual, hosts, {who: own.get(who, usual) for who in ROLES})


def person(people: dict[str, Viewer | None], who: str) -> Viewer:
    viewer = people[who]
    assert viewer is not None
    return viewer
