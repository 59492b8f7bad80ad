"""What the bus says late, twice or not at all: every follower still hears each event once, in order."""

import random

import pytest

from chat.db import Database
from chat.realtime import log as event_log
from tests import cast


@pytest.fixture
async def quiet_db(database_url, db):
    """Commits without saying so."""
    database = Database(database_url, pool=2)
    yield database
    await database.close()


async def events_of(db, thread, after=1):
    async with db.snapshot() as tx:
        return await event_log.events_after(tx, thread.stream, after, 100)


async def in_order(screen, until):
    heard = [(await screen.next("post.added", within=3))["q"] for _ in range(2, until + 1)]
    assert heard == list(range(2, until + 1))
    await screen.silence(0.2)


async def test_backwards(live_server, quiet_db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        for n in range(5):
            await cast.write(quiet_db, ana, thread, f"No. {n}")
        for event in reversed(await events_of(quiet_db, thread)):
            live_server.house.hub.heard(event)
        await in_order(screen, 6)


async def test_twice_and_thrice(live_server, quiet_db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        for n in range(5):
            await cast.write(quiet_db, ana, thread, f"No. {n}")
        for event in await events_of(quiet_db, thread, after=0):
            for _ in range(3):
                live_server.house.hub.heard(event)
        await in_order(screen, 6)


async def test_only_the_last(live_server, quiet_db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        for n in range(5):
            await cast.write(quiet_db, ana, thread, f"No. {n}")
        live_server.house.hub.heard((await events_of(quiet_db, thread))[-1])
        await in_order(screen, 6)


async def test_any_way_at_all(live_server, quiet_db, ana, ben, carol, thread):
    chance = random.Random(7)
    async with (
        live_server.listening(ben, thread.stream) as one,
        live_server.listening(carol, thread.stream) as two,
    ):
        for n in range(30):
            await cast.write(quiet_db, ana, thread, f"No. {n}")
            said = await events_of(quiet_db, thread, after=0)
            for event in chance.choices(said, k=3):
                live_server.house.hub.heard(event)
        for screen in (one, two):
            await in_order(screen, 31)


async def test_an_event_that_the_log_does_not_have_is_waited_for(live_server, quiet_db, ana, ben, thread):
    """Heard of a number that no row has yet: nothing is told before it is true."""
    [first] = await events_of(quiet_db, thread, after=0)
    async with live_server.listening(ben, thread.stream) as screen:
        live_server.house.hub.heard(first._replace(seq=3))
        await screen.silence(0.2)
        for n in range(2):
            await cast.write(quiet_db, ana, thread, f"No. {n}")
        await in_order(screen, 3)


async def test_nonsense_on_the_bus_is_passed_over(live_server, redis, db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        for words in (
            b"?",
            b"[]",
            b"[1,2,3,4,5,6,7]",
            b'{"k":',
            b"5",
            b"null",
            b'["t:1"]',
            b'"x"',
            b'[5,"x",3,{},null,[]]',
            b"{}",
            b'[["t:1"],1,"k",1,1,1]',
            b'{"t":"ev"}',
            b'{"s":"t:1"}',
        ):
            await redis.publish(f"live:{thread.stream}", words)
            await redis.publish("live:sys", words)
        await cast.write(db, ana, thread, "Sense.")
        assert (await screen.next("post.added", within=3))["q"] == 2
        await cast.write(db, ana, thread, "And again.")
        assert (await screen.next("post.added", within=0.9))["q"] == 3
