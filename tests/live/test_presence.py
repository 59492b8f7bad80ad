"""Who is in the room."""

import asyncio

import pytest

from chat import dropins
from chat.clock import now
from tests import cast
from tests.hubs import running


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr("web.live.rooms.TELL_EVERY", 0.1)
    monkeypatch.setattr("web.live.rooms.GONE_AFTER", 0.6)


@pytest.fixture
async def room(db, ana, open_network) -> str:
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        return f"d:{await dropins.hold(tx, ana, series, now())}"


async def here(screen) -> set[str]:
    """Who is in the room, as whoever enters is told. That somebody joined may be said to them before."""
    while "here" not in (told := await screen.next("presence"))["d"]:
        pass
    assert told["t"] == "eph"
    assert "q" not in told
    return {person["handle"] for person in told["d"]["here"]}


async def test_who_enters_is_told_who_is_here(live_server, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        assert await here(anas) == {"ana-lima"}
        async with live_server.listening(ben, room) as bens:
            assert await here(bens) == {"ana-lima", "ben-okafor"}
            joined = await anas.next("presence")
            assert joined["d"]["count"] == 2
            [person] = joined["d"]["joined"]
            assert person == {
                "id": ben.id,
                "handle": "ben-okafor",
                "name": "Ben Okafor",
                "organisation": "Leeds Teaching Hospitals",
            }


async def test_who_leaves_is_said_to_have_left_after_a_while(live_server, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        async with live_server.listening(ben, room) as bens:
            await here(bens)
            await anas.next("presence")
            while "ben-okafor" not in str(anas.heard):
                await anas.next("presence")
        await anas.silence(0.4)
        left = await anas.next("presence", within=3)
        assert (left["d"]["left"], left["d"]["count"]) == ([ben.id], 1)


async def test_who_is_back_soon_never_left(live_server, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        async with live_server.listening(ben, room) as bens:
            await here(bens)
            while "ben-okafor" not in str(anas.heard):
                await anas.next("presence")
        async with live_server.listening(ben, room):
            await anas.silence(1.2)


async def test_two_screens_of_one_member_are_one_person(live_server, ana, ben, room):
    async with live_server.listening(ana, room) as anas, live_server.listening(ben, room):
        async with live_server.listening(ben, room):
            while "ben-okafor" not in str(anas.heard):
                await anas.next("presence")
        await anas.silence(1.2)


async def test_people_on_another_process_are_here_too(live_server, db, ana, ben, room):
    async with (
        running(live_server.house.settings, db) as second,
        live_server.listening(ana, room) as anas,
        second.listening(ben, room) as bens,
    ):
        assert await here(bens) == {"ana-lima", "ben-okafor"}
        while "ben-okafor" not in str(anas.heard):
            await anas.next("presence", within=3)


async def test_ghosts_of_a_dead_process_are_not_here(live_server, redis, ana, ben, carol, room):
    await redis.hset(f"presence:{room}", mapping={f"dead:{ben.id}": 1, f"alive:{carol.id}": 1})
    await redis.set("proc:alive", 1)
    async with live_server.listening(ana, room) as anas:
        assert await here(anas) == {"ana-lima", "carol-nguyen"}
    assert not await redis.hexists(f"presence:{room}", f"dead:{ben.id}")


async def test_after_a_loss_of_redis_everybody_is_here_again(live_server, redis, ana, room):
    async with live_server.listening(ana, room) as anas:
        await here(anas)
        await redis.flushall()
        presence = live_server.house.rooms.presence
        keeping = asyncio.create_task(presence.keep_lease())
        await asyncio.sleep(0.1)
        keeping.cancel()
        assert await presence.here(room) == {ana.id}


async def test_presence_never_moves_a_cursor(live_server, db, ana, ben, room):
    async with live_server.listening(ana, room) as anas, live_server.listening(ben, room):
        assert anas.told["subs"][0]["head"] == 0
        await here(anas)
        async with db.transaction() as tx:
            await dropins.open_doors(tx, int(room[2:]))
        assert (await anas.next("room.opened"))["q"] == 1
