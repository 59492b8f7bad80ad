"""Nobody learns who wrote an anonymous post, or what a former member wrote: not by a page, the API or the socket."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import asyncpg
import httpx2
import pytest

from chat import clock, discussions, dropins
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.cast import Thread
from tests.hubs import RunningHub, running
from tests.screens import connected, cursor
from tests.web.addresses import Address, Things
from tests.web.crawling import CRAWL, WORDS, filled, masked

REASON = "A ward is named, and somebody is in danger there."


class Looker(NamedTuple):
    browser: httpx2.AsyncClient
    program: httpx2.AsyncClient
    token: str | None


class Scene(NamedTuple):
    network: NetworkSeen
    streams: list[str]
    things: list[Things]


@pytest.fixture
async def hub(db: Database, setting) -> AsyncIterator[RunningHub]:
    async with running(setting(HUB_RATE_LIMITS="0"), db) as hub:
        yield hub


@pytest.fixture
async def hosts(db: Database, open_network: NetworkSeen) -> list[Viewer]:
    hosts = [await cast.join_the_hub(db, name) for name in ("Hanna Weber", "Igor Novak")]
    for host in hosts:
        await cast.let_in(db, open_network, host, "host")
    return hosts


async def say_all(
    db: Database, writer: Viewer, ana: Viewer, thread: Thread, things: Things, **how: Any
) -> Scene:
    """Whatever can be written, written by one member in all the ways there are."""
    network = thread.network
    topic = await cast.start(db, writer, network, f"About the {WORDS}", f"The {WORDS}.", **how)
    own = await cast.write(db, writer, topic, f"Again the {WORDS}.", **how)
    asked = await cast.write(db, ana, topic, "Which ones?", parent=own["id"])
    reply = await cast.write(db, writer, thread, f"Here the {WORDS}.", parent=thread.post, **how)
    gone = await cast.write(db, writer, thread, f"Gone are the {WORDS}.", **how)
    talk = Thread(int(str(things["talk"])), 0, network)
    said = await cast.write(db, writer, talk, f"In the talk the {WORDS}.", **how)
    async with db.transaction() as tx:
        await discussions.edit(tx, writer, reply["id"], f"Changed are the {WORDS}.")
        await discussions.remove(tx, writer, gone["id"])
        await discussions.react(tx, writer, asked["id"], "thanks")
    pairs = [(topic.id, topic.post), (topic.id, own["id"]), (topic.id, asked["id"]), (thread.id, reply["id"]), (thread.id, gone["id"]), (talk.id, said["id"])]  # fmt: skip
    more = [{**things, "topics/id": t, "posts/id": p} for t, p in pairs]
    streams = [topic.stream, thread.stream, talk.stream, f"n:{network.id}", f"d:{things['drop-ins/id']}"]
    return Scene(network, streams, more)


@asynccontextmanager
async def looking(hub: RunningHub, viewer: Viewer | None) -> AsyncIterator[Looker]:
    """With a browser and a program that stay signed in."""
    async with hub.browser(viewer) as browser, hub.client(viewer) as program:
        yield Looker(browser, program, await cast.bearer(hub.db, viewer) if viewer else None)


async def answers(hub: RunningHub, looker: Looker, scene: Scene) -> dict[str, str]:
    """What every page and every question of the API answers, and every frame of the streams in both forms."""
    told: dict[str, str] = {}
    for (method, path), requests in CRAWL.items():
        address = Address(method, path)
        for these in scene.things if address.safe else ():
            for request in requests:
                asked = f"{address.at(these)} {request}"
                if asked not in told:
                    client = looker.program if address.api else looker.browser
                    told[asked] = masked(await client.get(address.at(these), **filled(request, these)))
    epoch = await cast.value(hub.db, "SELECT epoch FROM meta")
    for form in ("html", "json"):
        for stream in scene.streams:
            told[f"{stream} as {form}"] = await frames(hub, looker.token, stream, epoch, form)
    return told


async def frames(hub: RunningHub, token: str | None, stream: str, epoch: str, form: str) -> str:
    async with connected(hub.url, token) as screen:
        await screen.say(t="hello", v=1, subs=[cursor(stream, epoch, 0)], **{"as": form})
        subs = (await screen.next(t="ok"))["subs"]
        return repr([await screen.next(t="ev") for _ in range(subs[0]["head"] if subs else 0)])


async def change_hands(database_url: str, old: Viewer, new: Viewer) -> None:
    """As if somebody else had written all that is anonymous."""
    connection = await asyncpg.connect(database_url)
    for change in (
        "UPDATE pseudonym SET member_id = $2 WHERE member_id = $1",
        "UPDATE post SET author_id = $2 WHERE author_id = $1 AND pseudonym_id IS NOT NULL",
        "UPDATE topic SET author_id = $2 WHERE author_id = $1 AND pseudonym_id IS NOT NULL",
        "UPDATE post SET removed_by = $2 WHERE removed_by = $1 AND pseudonym_id IS NOT NULL",
        "UPDATE reaction SET member_id = $2 WHERE member_id = $1 AND pseudonym_id IS NOT NULL",
        "UPDATE reading SET member_id = $2 WHERE member_id = $1",
        "UPDATE notice SET member_id = $2 WHERE member_id = $1",
        "UPDATE op SET author_id = $2 WHERE author_id = $1",
    ):
        await connection.execute(change, old.id, new.id)
    await connection.close()


async def test_whoever_wrote_an_anonymous_post_everybody_is_told_the_same(
    hub: RunningHub, db: Database, database_url: str, ana, ben, carol, dev, hosts, thread, things
):
    scene = await say_all(db, ben, ana, thread, things, anonymous=True)
    async with db.transaction() as tx:
        asked = await discussions.ask_to_unmask(tx, hosts[0], scene.things[0]["posts/id"], REASON)
        await discussions.agree_to_unmask(tx, hosts[1], asked)
        await discussions.ask_to_unmask(tx, hosts[0], scene.things[1]["posts/id"], REASON)
    eve = await cast.join_the_hub(db, "Eve Adeyemi")
    await cast.let_in(db, scene.network, eve)
    # The two hosts may see the author of one post, when they ask for it; nothing tells them unasked.
    who_look = {"the owner": ana, "a host": hosts[0], "a member": eve, "an outsider": dev, "a visitor": None}
    async with AsyncExitStack() as stack:
        lookers = {
            who: await stack.enter_async_context(looking(hub, viewer)) for who, viewer in who_look.items()
        }
        of_ben = {who: await answers(hub, looker, scene) for who, looker in lookers.items()}
        assert sum("Anonymous " in text for text in of_ben["a visitor"].values()) > 20
        await change_hands(database_url, ben, carol)
        for who, looker in lookers.items():
            of_carol = await answers(hub, looker, scene)
            differ = [asked for asked in of_carol if of_carol[asked] != of_ben[who][asked]]
            assert not differ, f"{who} can tell Ben from Carol by {differ}"


async def test_what_a_former_member_wrote_leads_nowhere(
    hub: RunningHub, db: Database, ana, dev, thread, things
):
    network = thread.network
    wilma = await cast.join_the_hub(db, "Wilma Zott", organisation="Zott Infirmary", role="Zottist")
    await cast.let_in(db, network, wilma, "host")
    series = await cast.schedule(db, wilma, network, title="Evening hour")
    async with db.transaction() as tx:
        drop_in = await dropins.hold(tx, wilma, series, clock.now())
        await dropins.open_doors(tx, drop_in)
    scene = await say_all(db, wilma, ana, thread, things)
    scene.things.append({**things, "series/id": series, "drop-ins/id": drop_in})
    # A number of hers may stand in the address of a standard.
    named = re.compile(rf"zott|wilma|(?<!w3\.org/)\b{wilma.id}\b", re.IGNORECASE)
    async with looking(hub, None) as nobody:
        seen = await answers(hub, nobody, scene)
    assert sum(bool(named.search(text)) for text in seen.values()) > 20
    await cast.leave_unnamed(db, network, wilma)
    for who in (ana, dev, None):
        async with looking(hub, who) as looker:
            seen = await answers(hub, looker, scene)
        for asked, text in seen.items():
            if "/audit" not in asked:  # which tells the owners who was a member
                assert not (found := named.search(text)), (
                    f"{asked}: {text[max(0, found.start() - 300) : found.end() + 100]}"
                )


async def test_a_former_member_is_not_found_by_their_name(hub: RunningHub, db: Database, ana, ben, thread):
    await cast.write(db, ben, thread, "We read it aloud.")
    await cast.leave_unnamed(db, thread.network, ben)
    async with hub.client(ana) as program:
        for words in ("Ben", "Okafor", "ben-okafor", "Leeds"):
            for q in (words, f'from:"{words}" aloud'):
                found = (await program.get("/api/v1/search", params={"q": q})).json()
                assert (found["hits"], found["authors"]) == ([], [])
        (hit,) = (await program.get("/api/v1/search", params={"q": "aloud"})).json()["hits"]
        assert hit["author"] == "Former member"


async def test_logs_do_not_say_who_posts(hub: RunningHub, db: Database, caplog, ben, thread):
    await cast.allow_anonymity(db, thread.network)
    caplog.set_level("DEBUG")
    async with hub.client(ben) as program, hub.listening(ben, thread.stream) as screen:
        sent = {"body": "Nobody knows.", "anonymous": True}
        assert (await program.post(f"/api/v1/topics/{thread.id}/posts", json=sent)).status_code == 201
        await screen.say(t="op", i=1, op="a1", k="post.add", s=thread.stream, d=sent)
        await screen.next(t="res")
    said = "\n".join(
        record.getMessage() for record in caplog.records if record.name.partition(".")[0] in ("chat", "web")
    )
    assert not re.search(rf"ben|\b{ben.id}\b|Nobody knows", said, re.IGNORECASE)
