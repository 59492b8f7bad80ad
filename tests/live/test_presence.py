"""Who is in the room."""

import asyncio
from types import SimpleNamespace

import pytest

from chat import dropins
from chat.clock import now
from chat.realtime.presence import Presence
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


async def comes(screen, handle: str) -> dict:
    """What is said when this member has joined. Before it the screen has been told who is here, in either order;
    who is in that list already may not be said to have joined."""
    while True:
        told = [m["d"] for m in screen.heard if m.get("k") == "presence"]
        joined = [d for d in told if handle in str(d.get("joined"))]
        lists = [str(d["here"]) for d in told if "here" in d]
        if joined and lists:
            return joined[0]
        listed = any(handle in here for here in lists)
        try:
            await screen.next("presence", within=0.5 if listed else 5)
        except AssertionError:
            if listed:
                return told[-1]
            raise


async def counted(screen, count: int) -> dict:
    while (told := await screen.next("presence"))["d"]["count"] != count:
        pass
    return told["d"]


async def test_who_enters_is_told_who_is_here(live_server, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        assert await here(anas) == {"ana-lima"}
        async with live_server.listening(ben, room) as bens:
            assert await here(bens) == {"ana-lima", "ben-okafor"}
            joined = await comes(anas, "ben-okafor")
            assert joined["count"] == 2
            [person] = joined["joined"]
            assert person == {
                "id": ben.id,
                "handle": "ben-okafor",
                "name": "Ben Okafor",
                "organisation": "Leeds Teaching Hospitals",
            }


async def test_who_comes_while_names_are_read_is_not_forgotten(live_server, ana, ben, room, monkeypatch):
    """What tells who is here replaces what the page knew."""
    read, asked, answered = dropins.people_here, asyncio.Event(), asyncio.Event()

    async def read_late(tx, members, drop_in):
        if ana.id in members and not answered.is_set():
            asked.set()
            await answered.wait()
        return await read(tx, members, drop_in)

    monkeypatch.setattr(dropins, "people_here", read_late)
    async with live_server.listening(ana, room) as anas:
        await asked.wait()
        async with live_server.listening(ben, room):
            while live_server.house.rooms.size(room) != 2:
                await asyncio.sleep(0.02)
            answered.set()
            assert await here(anas) == {"ana-lima", "ben-okafor"}


async def test_who_leaves_is_said_to_have_left_after_a_while(live_server, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        async with live_server.listening(ben, room) as bens:
            await here(bens)
            await comes(anas, "ben-okafor")
        await anas.silence(0.4)
        assert (await counted(anas, 1))["left"] == [ben.id]


async def test_who_is_back_soon_never_left(live_server, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        async with live_server.listening(ben, room) as bens:
            await here(bens)
            await comes(anas, "ben-okafor")
        async with live_server.listening(ben, room):
            await anas.silence(1.2)


async def test_two_screens_of_one_member_are_one_person(live_server, ana, ben, room):
    async with live_server.listening(ana, room) as anas, live_server.listening(ben, room):
        async with live_server.listening(ben, room):
            await comes(anas, "ben-okafor")
        await anas.silence(1.2)


async def test_people_on_another_process_are_here_too(live_server, db, ana, ben, room):
    async with (
        running(live_server.house.settings, db) as second,
        live_server.listening(ana, room) as anas,
        second.listening(ben, room) as bens,
    ):
        assert await here(bens) == {"ana-lima", "ben-okafor"}
        await comes(anas, "ben-okafor")


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
        async with asyncio.timeout(5):
            await presence._renew()  # its time has come
            while not await redis.hexists(f"presence:{room}", f"{presence.process}:{ana.id}"):
                await asyncio.sleep(0.02)


async def test_a_loss_of_redis_makes_nobody_leave(live_server, redis, db, ana, ben, room):
    """Whose lease is gone with everything else is given the time to renew it."""
    async with (
        running(live_server.house.settings, db) as second,
        live_server.listening(ana, room) as anas,
        second.listening(ben, room) as bens,
    ):
        await here(bens)
        await comes(anas, "ben-okafor")
        await redis.flushall()
        await asyncio.gather(anas.silence(1.5), bens.silence(1.5))
        for hub in (live_server, second):
            assert await redis.exists(f"proc:{hub.house.rooms.presence.process}")


async def test_who_was_on_a_process_that_died_has_left_at_once(
    live_server, redis, ana, ben, carol, room, monkeypatch
):
    """Its lease has outlasted the absence that others are granted."""
    monkeypatch.setattr("web.live.rooms.GONE_AFTER", 60)
    await redis.hset(f"presence:{room}", mapping={f"other:{ben.id}": 1, f"third:{carol.id}": 1})
    await redis.mset({"proc:other": 1, "proc:third": 1})
    async with live_server.listening(ana, room) as anas:
        assert await here(anas) == {"ana-lima", "ben-okafor", "carol-nguyen"}
        await redis.delete("proc:other")
        assert (await counted(anas, 2))["left"] == [ben.id]
    async with asyncio.timeout(3):
        while await redis.hexists(f"presence:{room}", f"other:{ben.id}"):
            await asyncio.sleep(0.02)


async def test_two_first_renewals_at_once_are_no_loss_of_redis(redis, monkeypatch):
    """As after a start, when somebody asks who lives before the lease has been written."""
    presence = Presence(SimpleNamespace(redis=redis))
    answered = asyncio.Event()
    write = redis.set

    async def set_late(*args, **options):
        monkeypatch.setattr(redis, "set", write)
        await answered.wait()
        return await write(*args, **options)

    await redis.set("proc:other", 1)
    monkeypatch.setattr(redis, "set", set_late)
    first = asyncio.create_task(presence._renew())
    await asyncio.sleep(0)
    assert await presence._alive({"other"}) == {"other"}
    await redis.delete(f"proc:{presence.process}", "proc:other")
    answered.set()
    await first
    assert await presence._alive({"other"}) == set()


async def test_who_is_also_elsewhere_has_not_left_with_a_process(live_server, redis, ana, ben, room):
    await redis.hset(f"presence:{room}", f"other:{ben.id}", 1)
    await redis.set("proc:other", 1)
    async with live_server.listening(ana, room) as anas, live_server.listening(ben, room) as bens:
        assert await here(anas) == {"ana-lima", "ben-okafor"}
        assert await here(bens) == {"ana-lima", "ben-okafor"}
        await redis.delete("proc:other")
        async with asyncio.timeout(3):
            while await redis.hexists(f"presence:{room}", f"other:{ben.id}"):
                await asyncio.sleep(0.02)
        await anas.silence(1.2)


async def test_a_crowd_is_a_count_and_the_first_few(
    live_server, db, ana, ben, carol, dev, room, open_network, monkeypatch
):
    monkeypatch.setattr("web.live.rooms.CROWD", 2)
    monkeypatch.setattr("web.live.rooms.SHOWN", 2)
    await cast.let_in(db, open_network, dev)
    async with live_server.listening(ana, room) as anas:
        await here(anas)
        async with live_server.listening(ben, room):
            await counted(anas, 2)
            async with live_server.listening(carol, room) as carols:
                told = await carols.next("presence")
                assert (told["d"]["count"], len(told["d"]["here"])) == (3, 2)
                crowd = await counted(anas, 3)
                assert [p["handle"] for p in crowd["here"]] == ["ana-lima", "ben-okafor"]
                async with live_server.listening(dev, room):
                    # Whom the page shows has not changed, so only the number is told.
                    assert (await anas.next("presence"))["d"] == {"count": 4, "joined": [], "left": []}
                assert (await anas.next("presence"))["d"] == {"count": 3, "joined": [], "left": []}
        # Ben goes: of those who are shown one is another now, and then they are no crowd any more.
        assert [p["handle"] for p in (await counted(anas, 1))["here"]] == ["ana-lima"]


async def test_a_room_where_nothing_happens_is_not_read_again_and_again(live_server, redis, ana, ben, room):
    async with live_server.listening(ana, room) as anas, live_server.listening(ben, room) as bens:
        await here(bens)
        await comes(anas, "ben-okafor")
        before = (await redis.info("commandstats"))["cmdstat_hgetall"]["calls"]
        await anas.silence(1.0)  # ten looks
        assert (await redis.info("commandstats"))["cmdstat_hgetall"]["calls"] == before


async def test_what_was_not_heard_is_read(live_server, redis, ana, ben, room, monkeypatch):
    monkeypatch.setattr("chat.realtime.presence.READ_EVERY", 0.3)
    await redis.set("proc:other", 1)
    async with live_server.listening(ana, room) as anas:
        await here(anas)
        own = f"{live_server.house.rooms.presence.process}:{ben.id}"
        # Another process has lost its voice; of this one something was left that is not true.
        await redis.hset(f"presence:{room}", mapping={f"other:{ben.id}": 1, own: 1})
        await comes(anas, "ben-okafor")
        async with asyncio.timeout(3):
            while await redis.hexists(f"presence:{room}", own):
                await asyncio.sleep(0.02)
        await redis.hdel(f"presence:{room}", f"other:{ben.id}")
        assert (await anas.next("presence", within=3))["d"]["left"] == [ben.id]


async def test_a_process_that_ends_takes_its_people_along(live_server, redis, db, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        async with running(live_server.house.settings, db) as second:
            async with second.listening(ben, room) as bens:
                await here(bens)
                await comes(anas, "ben-okafor")
            process = second.house.rooms.presence.process
        assert not [f for f in await redis.hkeys(f"presence:{room}") if f.startswith(process.encode())]
        assert (await anas.next("presence", within=3))["d"]["left"] == [ben.id]


async def test_nonsense_between_processes_is_passed_over(live_server, redis, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        await here(anas)
        for words in (b"{}", b'{"p":5}', b'{"p":"x","came":["y"]}', b"[]", b"?", b'{"p":"x","went":[1]}'):
            await redis.publish(f"live:p:{room}", words)
        async with live_server.listening(ben, room):
            await counted(anas, 2)


async def test_typing_is_off_in_a_crowd_wherever_it_is(live_server, db, ana, ben, room, monkeypatch):
    monkeypatch.setattr("web.live.conversation.TYPING_CROWD", 1)
    async with (
        running(live_server.house.settings, db) as second,
        live_server.listening(ana, room) as anas,
    ):
        await here(anas)
        await anas.say(t="eph", s=room, k="typing")
        assert (await anas.next("typing"))["d"] == {"m": ana.id}
        async with second.listening(ben, room) as bens:
            await here(bens)
            await bens.say(t="eph", s=room, k="typing")
            await comes(anas, "ben-okafor")
            await anas.silence(0.3)


async def test_typing_is_off_where_many_processes_have_readers(
    live_server, db, ana, ben, carol, thread, monkeypatch
):
    monkeypatch.setattr("web.live.conversation.TYPING_CROWD", 2)
    async with (
        running(live_server.house.settings, db) as second,
        live_server.listening(ana, thread.stream) as anas,
    ):
        await anas.say(t="eph", s=thread.stream, k="typing")
        await anas.next("typing")
        async with (
            second.listening(ben, thread.stream) as bens,
            second.listening(carol, thread.stream),
        ):
            await bens.say(t="eph", s=thread.stream, k="typing")
            await anas.silence(0.3)


async def test_presence_never_moves_a_cursor(live_server, db, ana, ben, room):
    async with live_server.listening(ana, room) as anas, live_server.listening(ben, room):
        assert anas.told["subs"][0]["head"] == 0
        await here(anas)
        async with db.transaction() as tx:
            await dropins.open_doors(tx, int(room[2:]))
        assert (await anas.next("room.opened"))["q"] == 1
