"""Every address about a network, asked by everybody in every access: who is let is what the table of rights says.

Each question meets the same world, because the hub undoes all that it is asked to do.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import httpx2
import pytest
from asyncpg import Connection
from starlette.types import ASGIApp

from chat import agenda, discussions, networks
from chat.config import Settings
from chat.db import Database, Transaction
from chat.members import Viewer
from chat.networks import ACCESS, RIGHTS
from tests import cast
from tests.hubs import NO_TLS
from tests.web.addresses import Address, Things, furnish
from tests.web.conftest import csrf_of
from tests.web.crawling import CRAWL, filled
from tests.web.needs import (
    A_DATE,
    ASK,
    BANNED,
    HOST,
    IN_THE_OPEN,
    JOIN,
    NEEDS,
    OVER,
    OWN_ITEM,
    OWN_POST,
    POLLED,
    REMOVED,
    REVEALED,
    ROLES,
    UNSIGNED,
    USUAL,
    WERE_IN,
    about_networks,
    may,
)

HUB = "http://127.0.0.1:8000"
OPENED = {"private": ("start_topic", "invite")}  # to its members
NEVER = 999_999_999  # no thing has this number

# What is sent where the crawl's first request would not do it.
SENT: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/networks/{slug}/announcements"): {"form": {"title": "Now", "body": "Now.", "do": "send"}},
    ("POST", "/networks/{slug}/access"): {"form": {"access": "open", "was": "{was}", "name": "Sepsis"}},
    ("POST", "/api/v1/networks/{slug}/requests"): {"json": {}},  # no questions are asked
    ("PUT", "/api/v1/topics/{id:id}/answer"): {"json": {"post": "{posts/id}"}},
}
# Who may is told that this is no picture: to draw one takes longer than a hundred questions.
NOT_DONE = {
    ("POST", "/networks/{slug}/settings/picture"), ("PUT", "/api/v1/networks/{slug}/picture"),
}  # fmt: skip


class Scene(NamedTuple):
    """A network, and what stands in addresses about each of the things that NEEDS names; of one's own, by who asks."""

    access: str
    things: dict[str, Things]
    own: dict[str, Things]

    def about(self, what: str, who: str) -> Things:
        return self.own[who] if what in (OWN_POST, OWN_ITEM) else self.things[what]


class Asker(NamedTuple):
    """Somebody's browser, without scripts, and their program."""

    db: Database
    browser: httpx2.AsyncClient
    program: httpx2.AsyncClient

    async def ask(self, address: Address, things: Things) -> httpx2.Response:
        key = (address.method, address.path)
        sent = filled(SENT.get(key) or CRAWL[key][0], things)
        async with rehearsal(self.db):
            if address.api:
                return await self.program.request(address.method, address.at(things), **sent)
            if not address.safe:
                csrf = csrf_of(self.browser) if "session" in self.browser.cookies else ""
                sent["data"] = {"csrf": csrf, **sent.pop("form", {})}
                sent["headers"] = {"x-csrf": csrf}
            return await self.browser.request(address.method, address.at(things), **sent)


People = dict[str, Viewer]


@pytest.fixture
async def people(db: Database) -> People:
    """Who asks and has an account."""
    return {who: await cast.join_the_hub(db, f"{who.title()} Known") for who in ROLES if who != "a visitor"}


@pytest.fixture
async def hub(db: Database, setting: Callable[..., Settings], monkeypatch) -> AsyncIterator[ASGIApp]:
    """The application on a database that commits nothing; no sockets, since there are thousands of questions."""
    from web.app import create_app
    from web.lifespan import open_house

    settings = setting(HUB_DEV="0", HUB_RATE_LIMITS="0")
    app = create_app(settings)
    async with open_house(settings) as house:
        monkeypatch.setattr(house.db, "__class__", Rehearsing)
        app.pages.state.house = house  # type: ignore[attr-defined]
        yield app


def test_every_address_about_a_network_says_what_it_takes():
    unknown, gone = about_networks() - NEEDS.keys(), NEEDS.keys() - about_networks()
    assert not unknown, "tell tests/web/needs.py what it takes to be answered there"
    assert not gone, "tests/web/needs.py knows addresses that there are not"


@pytest.mark.parametrize("access", ACCESS)
async def test_who_is_let_is_what_the_table_says(db: Database, hub: ASGIApp, people: People, access: str):
    scene = await set_up(db, access, people)
    wrong, done, could = [], set(), set()
    never: dict[tuple[Address, bool], tuple[object, ...]] = {}
    for who in ROLES:
        async with asking(db, hub, people.get(who)) as asker:
            for address, what, need in questions(who, access):
                things = scene.about(what, who)
                answer = await asker.ask(address, things)
                right = may(who, need, access, OPENED.get(access, ()))
                fault = ""
                if right:
                    could.add((address.method, address.path))
                    if answer.status_code < 400:
                        done.add((address.method, address.path))
                    if not let(answer):
                        fault = "was refused"
                elif not refused(answer):
                    fault = "was let"
                elif access == "confidential" and ROLES[who] is None:
                    if (asked := (address, who == "a visitor")) not in never:
                        nothing = of_nothing(things)
                        never[asked] = told(await asker.ask(address, nothing), address.at(nothing))
                    if told(answer, address.at(things)) != never[asked]:
                        fault = f"was told otherwise than of nothing ({never[asked][0]}),"
                if fault:
                    wrong.append(
                        f"{who} {fault} with {answer.status_code} by {address.method} {address.path}, "
                        f"about {what}, in a network that is {access}: it takes {need!r}"
                    )
    assert not wrong, "\n".join(["the table says else:", *wrong])
    assert could - done == NOT_DONE & could, "where nobody gets it done, nothing is proved"


def questions(who: str, access: str) -> list[tuple[Address, str, str]]:
    """What somebody asks in a network of this access: the address, about what, and what that takes."""
    return [
        (Address(*key), what, need)
        for key, needs in NEEDS.items()
        for what, need in (needs if isinstance(needs, dict) else {USUAL: needs}).items()
        if worth_asking(who, Address(*key), need, access)
    ]


def worth_asking(who: str, address: Address, need: str, access: str) -> bool:
    """A confidential network is asked everything, the others what they may answer otherwise, or show to other people."""
    if access == "confidential" or need in (ASK, JOIN) or (need in RIGHTS and RIGHTS[need].if_opened):
        return True
    if access == "open":
        # Who is banned was made a member first: an outsider's questions about others' rights are theirs.
        return address.safe or who != "a banned member" or need not in RIGHTS or need in IN_THE_OPEN
    return address.safe and ROLES[who] is None


def let(answer: httpx2.Response) -> bool:
    """Whether they might, though what they asked for may be no longer possible, or ill said."""
    return (answer.status_code < 400 and not to_sign_in(answer)) or answer.status_code in (409, 422)


def refused(answer: httpx2.Response) -> bool:
    return answer.status_code in (401, 403, 404) or to_sign_in(answer)


def to_sign_in(answer: httpx2.Response) -> bool:
    return answer.headers.get("location", "").startswith("/sign-in")


def of_nothing(things: Things) -> Things:
    nothing = {place: NEVER if place.endswith("/id") else thing for place, thing in things.items()}
    return {**nothing, "networks/slug": "there-never-was-one"}


def told(answer: httpx2.Response, path: str) -> tuple[object, ...]:
    """What an answer says, but for its address and, in the page's head, for who reads it."""
    text = answer.text.partition("<main")[2].partition("</main")[0] or answer.text
    return answer.status_code, answer.headers.get("location", "").replace(path, ""), text.replace(path, "")


@asynccontextmanager
async def asking(db: Database, hub: ASGIApp, member: Viewer | None) -> AsyncIterator[Asker]:
    def client(**more: Any) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(hub, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url=HUB, trust_env=False, verify=NO_TLS, **more)

    cookies = {"session": await cast.session(db, member)} if member else {}
    bearer = {"Authorization": f"Bearer {await cast.bearer(db, member)}"} if member else {}
    browsers = {"Origin": HUB, "Sec-Fetch-Site": "same-origin"}
    async with client(cookies=cookies, headers=browsers) as browser, client(headers=bearer) as program:
        yield Asker(db, browser, program)


_rehearsal: ContextVar[Connection | None] = ContextVar("rehearsal", default=None)


@asynccontextmanager
async def rehearsal(db: Database) -> AsyncIterator[None]:
    """What is asked for within goes up to the commit, and is undone at the end: only who asked has seen it."""
    async with Database._connection(db, "work", 10) as connection:
        undone = connection.transaction()
        await undone.start()
        token = _rehearsal.set(connection)
        try:
            yield
        finally:
            _rehearsal.reset(token)
            await undone.rollback()


class Rehearsing(Database):
    """A database that commits nothing of a rehearsal, and tells nobody of it."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._connection("work", 10) as connection, connection.transaction():
            tx = Transaction(connection)
            yield tx
            await tx.number_events()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        async with self._connection("work", 10) as connection, connection.transaction():
            yield Transaction(connection)

    @asynccontextmanager
    async def _connection(self, pool: str, size: int) -> AsyncIterator[Connection]:
        if (connection := _rehearsal.get()) is not None:
            yield connection
        else:
            async with super()._connection(pool, size) as connection:
                yield connection


async def _proposed(db: Database, who: Viewer, drop_in: int) -> int:
    async with db.transaction() as tx:
        return await agenda.propose(tx, who, drop_in, {"title": "Who looks at night?"})


async def set_up(db: Database, access: str, people: People) -> Scene:
    """Olga's network with all that a network can have. It gets its access last, so that each has the same."""
    olga, mia, hal, kim, zed = [
        await cast.join_the_hub(db, f"{name} Ward") for name in ("Olga", "Mia", "Hal", "Kim", "Zed")
    ]
    network = await cast.found(db, olga, "Sepsis", "private", mia)
    await cast.let_in(db, network, hal, "host")
    for who in WERE_IN:
        await cast.let_in(
            db, network, people[who], ROLES[who] or "host"
        )  # what those were who were sent away
    thread = await cast.start(db, olga, network, "Who looks at night?")
    furniture = await furnish(db, olga, network, thread)
    series = await cast.schedule(db, olga, network)
    next_week = await cast.rows(db, "SELECT id, local_date FROM drop_in WHERE series_id = :id ORDER BY local_date DESC LIMIT 1", id=series)  # fmt: skip
    usual = {
        **furniture,
        "date": next_week[0].local_date.isoformat(),
        "was": access,
        "invitations/id": (await cast.invite(db, olga, network, email="pia@example.org")).id,
        "posts/id": (mias := (await cast.write(db, mia, thread, "The nihgt nurse."))["id"]),
        "members/handle": mia.handle,
        "bans/handle": mia.handle,
        "muted/handle": mia.handle,
        "lobby/handle": mia.handle,
        "series/id": series,  # furnish has held the other today
        "requests/id": (await cast.ask(db, zed, network)).id,
    }
    await cast.mend(db, mia, mias, "The night nurse.")
    removed = (await cast.write(db, mia, thread, "Mrs Bell of ward three."))["id"]
    async with db.transaction() as tx:
        await discussions.remove(tx, olga, removed)
    posts = {
        name: (await cast.write(db, mia, thread, "I would not say.", anonymous=True))["id"]
        for name in (UNSIGNED, REVEALED)
    }
    async with db.transaction() as tx:
        await networks.put_picture(tx, olga, network, b"RIFF")
        asked = await discussions.ask_to_unmask(tx, people["a host"], posts[REVEALED], "Who is in danger?")
        await discussions.agree_to_unmask(tx, people["an owner"], asked)
    own = {
        who: {
            **usual,
            "posts/id": (await cast.write(db, people[who], thread, "I do."))["id"],
            "agenda/id": await _proposed(db, people[who], int(str(usual["drop-ins/id"]))),
        }
        for who in WERE_IN
    }
    await cast.remove(db, olga, network, people["a former member"])
    await cast.ban(db, olga, network, people["a banned member"])
    await cast.ban(db, olga, network, kim)
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE network SET access = :access, members_may = :opened WHERE id = :id",
            access=access,
            opened=list(OPENED.get(access, ())),
            id=network.id,
        )
        # The letter is old enough to be sent again.
        await tx.run(
            "UPDATE invitation SET created_at = created_at - interval '1 day', letter_asked_at = NULL"
        )
    things: dict[str, Things] = {
        USUAL: usual,
        HOST: {**usual, "members/handle": hal.handle, "bans/handle": hal.handle},
        OVER: {**usual, "drop-ins/id": furniture["over"]},
        BANNED: {**usual, "bans/handle": kim.handle},
        POLLED: {**usual, "topics/id": furniture["unsaid"]},
        REMOVED: {**usual, "posts/id": removed},
        A_DATE: {**usual, "drop-ins/id": next_week[0].id},
        **{name: {**usual, "posts/id": post} for name, post in posts.items()},
    }
    return Scene(access, things, {who: own.get(who, usual) for who in ROLES})
