"""Nobody outside can find out that a confidential network exists: not by a page, the API, the socket, or by searching.

The same questions are asked twice: with the network there, and with every trace of it gone. The answers are the same bytes.
"""

import io
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg
import pytest
from PIL import Image

from chat import calendars, discussions, dropins, feeds, networks
from chat.clock import now
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.cast import Thread
from tests.hubs import RunningHub, running
from tests.screens import connected, cursor
from tests.web.addresses import Things, from_letters, furnish
from tests.web.crawling import CANARIES, WORDS, Answers, crawl, unlisted

PAIRS = 60
SURE = 4.5  # standard deviations: by chance once in a hundred thousand

# Which rows are of a network, in an order in which they can be found.
TRACES = {
    "receipt": "audit_id IN (SELECT id FROM audit_entry WHERE network_id = {id})",
    "audit_entry": "network_id = {id}",
    "notice": "network_id = {id}",
    "op": "author_id IN (SELECT member_id FROM membership WHERE network_id = {id})",
    "job": "true",
    "delivery": "announcement_id IN (SELECT id FROM announcement WHERE network_id = {id})",
    "announcement": "network_id = {id}",
    "bookmark": "post_id IN (SELECT post.id FROM post JOIN topic ON topic.id = topic_id WHERE network_id = {id})",
    "following": "topic_id IN (SELECT id FROM topic WHERE network_id = {id})",
    "reading": "topic_id IN (SELECT id FROM topic WHERE network_id = {id})",
    "reaction": "post_id IN (SELECT post.id FROM post JOIN topic ON topic.id = topic_id WHERE network_id = {id})",
    "revision": "post_id IN (SELECT post.id FROM post JOIN topic ON topic.id = topic_id WHERE network_id = {id})",
    "flag": "concern_id IN (SELECT id FROM concern WHERE network_id = {id})",
    "concern": "network_id = {id}",
    "unmasking": "post_id IN (SELECT post.id FROM post JOIN topic ON topic.id = topic_id WHERE network_id = {id})",
    "pseudonym": "topic_id IN (SELECT id FROM topic WHERE network_id = {id})",
    "calendar_date": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "calendar_series": "series_id IN (SELECT id FROM series WHERE network_id = {id})",
    "calendar_feed": "network_id = {id}",
    "feed": "network_id = {id}",
    "reminder": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "rsvp": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "series_rsvp": "series_id IN (SELECT id FROM series WHERE network_id = {id})",
    "agenda_vote": "item_id IN (SELECT agenda_item.id FROM agenda_item JOIN drop_in ON drop_in.id = drop_in_id WHERE network_id = {id})",
    "agenda_item": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "lobby": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "muted": "topic_id IN (SELECT id FROM topic WHERE network_id = {id})",
    "question_vote": "question_id IN (SELECT question.id FROM question JOIN drop_in ON drop_in.id = drop_in_id WHERE network_id = {id})",
    "question": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "hand": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "ballot": "true",
    "poll": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id}) OR topic_id IN (SELECT id FROM topic WHERE network_id = {id})",
    "shared_link": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "certificate": "attended_id IN (SELECT attended.id FROM attended JOIN drop_in ON drop_in.id = drop_in_id WHERE network_id = {id})",
    "attended": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "attendance": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "minutes": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "retelling": "drop_in_id IN (SELECT id FROM drop_in WHERE network_id = {id})",
    "drop_in": "network_id = {id}",
    "series": "network_id = {id}",
    "mention": "post_id IN (SELECT post.id FROM post JOIN topic ON topic.id = topic_id WHERE network_id = {id})",
    "reference": "post_id IN (SELECT post.id FROM post JOIN topic ON topic.id = topic_id WHERE network_id = {id})",
    "draft": "network_id = {id} OR topic_id IN (SELECT id FROM topic WHERE network_id = {id})",
    "file": "network_id = {id}",
    "findable": "network_id = {id}",
    "post": "topic_id IN (SELECT id FROM topic WHERE network_id = {id})",
    "event": "stream_id IN (SELECT id FROM stream WHERE network_id = {id}) OR stream_id LIKE 'm:%'",
    "stream": "network_id = {id}",
    "topic": "network_id = {id}",
    "arrival": "invitation_id IN (SELECT id FROM invitation WHERE network_id = {id})",
    "batch_line": "batch_id IN (SELECT id FROM invitation_batch WHERE network_id = {id})",
    "invitation_key": "invitation_id IN (SELECT id FROM invitation WHERE network_id = {id})",
    "picture": "network_id = {id}",
    "join_request": "network_id = {id}",
    "admission": "invitation_id IN (SELECT id FROM invitation WHERE network_id = {id})",
    "invitation": "network_id = {id}",
    "invitation_batch": "network_id = {id}",
    "membership": "network_id = {id}",
    "network": "id = {id}",
}


class Looker(NamedTuple):
    """Somebody who looks for the network, with a browser and a program that are signed in."""

    viewer: Viewer | None
    cookie: str
    token: str
    things: list[Things]
    invitation: str


class Secret(NamedTuple):
    network: NetworkSeen
    topic: Thread
    drop_in: int
    series: int
    lookers: dict[str, Looker]


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "PNG")
    return content.getvalue()


@pytest.fixture
async def secret(db: Database, ana: Viewer, dev: Viewer, thread: Thread) -> Secret:
    """Ana's confidential circle, full of words that stand nowhere else. Frida was in it; Dev and Erin never were."""
    frida = await cast.join_the_hub(db, "Frida Muster")
    quokka = await cast.join_the_hub(db, "Quokka Bilby", organisation="Marsupial trust")
    network = await cast.found(db, ana, WORDS, "private", quokka)
    async with db.transaction() as tx:  # Dev asks for a place, and then it disappears before his eyes
        await networks.ask(tx, dev, await networks.network_of(tx, dev, network.slug), [])
        await networks.put_picture(tx, ana, network, picture())
        slug = await networks.change_access(tx, ana, network, {"access": "confidential"})
    async with db.snapshot() as tx:
        network = await networks.network_of(tx, ana, slug)
    used = await cast.invite(db, ana, network, places=5)
    await cast.accept(db, frida, used)
    await cast.invite(db, ana, network, email="potoroo@example.org")
    topic = await cast.start(db, ana, network, f"About the {WORDS}", f"The {WORDS} again.")
    own = await cast.write(db, frida, topic, f"Frida saw the {WORDS}.", op="used")
    await cast.write(db, quokka, topic, f"So did the {WORDS}.", parent=own["id"])
    naming = f"@quokka-bilby and #{topic.id} again, with @frida-muster."
    await cast.write(db, quokka, topic, naming, parent=own["id"])
    async with db.transaction() as tx:
        draft = await discussions.keep_draft(tx, frida, discussions.Spot(None, topic.id), "", f"My {WORDS}")
    things = await furnish(db, ana, network, topic, WORDS)
    async with db.transaction() as tx:
        await discussions.react(tx, quokka, topic.post, "with_you")
        await discussions.vote(tx, quokka, int(str(things["unsaid"])), 1, True)
    async with db.transaction() as tx:
        fridas_feed = (await calendars.ADDRESSES.make(tx, frida, network)).token
        fridas_news = (await feeds.ADDRESSES.make(tx, frida, network)).token
        devs = await calendars.ADDRESSES.make(tx, dev)
        await calendars.ADDRESSES.note_fetch(
            tx, devs.id
        )  # or the first to look would change what the next one sees
        devs_feed = devs.token
    await cast.remove(db, ana, network, frida)
    await cast.write(db, ana, topic, f"She is gone, {WORDS}.")

    async def looker(
        viewer: Viewer | None, token: str = "no-such-token", feed: str = "none", news: str = "none"
    ) -> Looker:
        letters = await from_letters(db, viewer, network, int(str(things["drop-ins/id"])))
        own_keys = {
            "i/token": token,
            "invitations/token": token,
            "calendars/token": feed,
            "feeds/token": news,
        }
        these = {**things, **letters, **own_keys}
        talk = {
            **these,
            "drop-ins/id": things["over"],
            "topics/id": things["talk"],
            "posts/id": things["talk's opening"],
        }
        unsaid = {**these, "topics/id": things["unsaid"], "posts/id": things["unsaid's post"]}
        fridas = {**these, "posts/id": own["id"], "members/handle": frida.handle, "drafts/id": draft.id}
        cookie = await cast.session(db, viewer) if viewer else ""
        bearer = await cast.bearer(db, viewer) if viewer else ""
        return Looker(viewer, cookie, bearer, [these, talk, unsaid, fridas], token)

    lookers = {
        "a visitor": await looker(None),
        "an outsider": await looker(dev, feed=devs_feed),
        "a newcomer": await looker(await cast.join_the_hub(db, "Erin Walsh", verified=False)),
        "a former member": await looker(frida, used.token, fridas_feed, fridas_news),
    }
    return Secret(network, topic, int(str(things["drop-ins/id"])), int(str(things["series/id"])), lookers)


@pytest.fixture
async def hub(db: Database, setting) -> AsyncIterator[RunningHub]:
    """As it runs for real: letters are sent, not shown. Without limits, which would end the questions."""
    async with running(setting(HUB_DEV="0", HUB_RATE_LIMITS="0"), db) as hub:
        yield hub


def test_every_address_is_asked():
    assert unlisted() == set(), "tell tests/web/crawling.py what to ask there"


async def test_pages_and_programs_hear_what_they_would_if_it_had_never_been(
    hub: RunningHub, secret: Secret, database_url: str
):
    there = {who: await ask_everywhere(hub, looker) for who, looker in secret.lookers.items()}
    await undo(database_url, secret.network.id)
    for who, looker in secret.lookers.items():
        never = await ask_everywhere(hub, looker)
        assert len(never) > 150
        assert sum(len(answer.statements) for answer in never.values()) > 50
        for asked, answer in there[who].items():
            assert answer.text == never[asked].text, f"{who} asks {asked}"
            # Who holds an invitation knows that it was one.
            if looker.invitation not in asked:
                assert answer.statements == never[asked].statements, f"{who} asks {asked}"
            assert "Marsupial" not in answer.text, f"{who} asks {asked}"


async def test_it_takes_no_longer_than_if_it_had_never_been(hub: RunningHub, secret: Secret):
    """A sign test: of two who are asked for in any order, neither takes longer too often to be chance."""
    dice, slug = random.Random(4), secret.network.slug
    never = {"{slug}": slug[:-6] + slug[-6:][::-1] + "0", "{id}": "999999"}
    looker = secret.lookers["a former member"]
    async with hub.client() as program, hub.browser() as browser:
        browser.cookies.set("session", looker.cookie)
        program.headers["Authorization"] = f"Bearer {looker.token}"
        for path, secret_id in (
            ("/networks/{slug}", 0),
            ("/topics/{id}", secret.topic.id),
            ("/drop-ins/{id}", secret.drop_in),
            ("/networks/{slug}/calendar.ics", 0),
            ("/api/v1/networks/{slug}/members", 0),
            ("/api/v1/topics/{id}/posts", secret.topic.id),
        ):
            client = program if path.startswith("/api/") else browser
            there = {"{slug}": slug, "{id}": str(secret_id)}
            longer = 0
            for _ in range(PAIRS):
                took = {}
                for name in dice.sample(("there", "never"), 2):
                    address = path
                    for word, value in (there if name == "there" else never).items():
                        address = address.replace(word, value)
                    began = perf_counter()
                    assert (await client.get(address)).status_code == 404
                    took[name] = perf_counter() - began
                longer += took["there"] > took["never"]
            deviations = (longer - PAIRS / 2) / (PAIRS / 4) ** 0.5
            assert abs(deviations) < SURE, f"{path}: {longer} of {PAIRS} took longer"


async def test_the_socket_says_what_it_would_if_it_had_never_been(
    hub: RunningHub, secret: Secret, database_url: str, ana: Viewer
):
    there = {who: await say_everything(hub, secret, looker, ana) for who, looker in secret.lookers.items()}
    await undo(database_url, secret.network.id)
    for who, looker in secret.lookers.items():
        assert there[who] == await say_everything(hub, secret, looker, ana), who
        assert len(there[who]) > 20


async def test_nothing_of_it_comes_by_the_streams_one_may_follow(
    hub: RunningHub, secret: Secret, thread: Thread, ana: Viewer
):
    allowed = [thread.stream, f"n:{thread.network.id}"]
    async with AsyncExitStack() as stack:
        screens = []
        for looker in secret.lookers.values():
            own = [f"m:{looker.viewer.id}"] if looker.viewer else []
            for form in ("html", "json"):
                streams = [*allowed, *own, *names(secret, ana)]
                screens.append(
                    await stack.enter_async_context(hub.listening(looker.viewer, *streams, as_=form))
                )
        for screen in screens:
            for name in names(secret, ana):
                await screen.next(t="gone", s=name)
        await live_on(hub.db, secret, ana)
        await cast.write(hub.db, ana, thread, "The last word, in the open.")
        for screen in screens:
            last = await screen.next("post.added")
            assert last["s"] == thread.stream
            assert not [word for word in CANARIES if word in str(screen.heard)]
            assert {m["s"] for m in screen.heard if m["t"] in ("ev", "eph")} <= set(allowed)


async def ask_everywhere(hub: RunningHub, looker: Looker) -> Answers:
    async with hub.client() as program, hub.browser() as browser:
        if looker.viewer:
            browser.cookies.set("session", looker.cookie)
            program.headers["Authorization"] = f"Bearer {looker.token}"
        return await crawl(browser, program, looker.things)


def names(secret: Secret, ana: Viewer) -> list[str]:
    return [f"n:{secret.network.id}", secret.topic.stream, f"d:{secret.drop_in}", f"m:{ana.id}"]


async def say_everything(
    hub: RunningHub, secret: Secret, looker: Looker, ana: Viewer
) -> list[dict[str, Any]]:
    """All that the socket answers to somebody who tries all they can say about the network."""
    streams = names(secret, ana)
    async with connected(hub.url, looker.token or None) as screen:
        await screen.say(t="hello", subs=[cursor(name, "wrong", 3) for name in streams])
        for i, name in enumerate(streams):
            await screen.say(t="sub", i=i, s=name)
            await screen.say(t="sub", i=i, s=name, q=0)
            await screen.say(t="eph", s=name, k="typing")
            for op in ("used", "new"):
                await screen.say(t="op", i=i, op=op, k="post.add", s=name, d={"body": WORDS})
            await screen.say(t="unsub", i=i, s=name)
        await screen.say(t="unsub", i=99, s="t:1")
        await screen.next(t="ok", i=99)
        return [message for message in screen.heard if message["t"] != "hb"]


async def live_on(db: Database, secret: Secret, ana: Viewer) -> None:
    """The network does all that networks do."""
    await cast.start(db, ana, secret.network, f"More {WORDS}", WORDS)
    post = await cast.write(db, ana, secret.topic, WORDS)
    async with db.transaction() as tx:
        await discussions.edit(tx, ana, post["id"], WORDS + "!")
        await discussions.remove(tx, ana, post["id"])
    await cast.schedule(db, ana, secret.network, title=WORDS)
    async with db.transaction() as tx:
        drop_in = await dropins.hold(tx, ana, await _another_series(tx, secret), now())
        await dropins.open_doors(tx, drop_in)
    await cast.let_in(db, secret.network, await cast.join_the_hub(db, "Gita Numbat"))


async def _another_series(tx, secret: Secret) -> int:
    return await tx.value("SELECT max(id) FROM series WHERE network_id = :id", id=secret.network.id)


async def undo(database_url: str, network_id: int) -> None:
    """As if the network had never been."""
    connection = await asyncpg.connect(database_url.replace("hub@", "postgres@"))
    await connection.execute("SET session_replication_role = replica")
    for table, rows in TRACES.items():
        await connection.execute(f"DELETE FROM {table} WHERE {rows.format(id=network_id)}")
    await connection.execute("UPDATE stream SET head = 0 WHERE id LIKE 'm:%'")
    for (table,) in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        left = await connection.fetch(f"SELECT t::text FROM {table} AS t WHERE t::text ILIKE '%{WORDS}%'")
        assert not left, f"TRACES does not know of those in {table}"
    await connection.close()
