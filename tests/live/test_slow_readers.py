"""A client that stops reading is dropped, holds little, and keeps nobody else waiting."""

import asyncio

import pytest

from tests import cast
from tests.hubs import running
from tests.live.conftest import frame, rude_client
from tests.screens import cursor

LONG = "A long answer. " * 4000  # 60 KB


@pytest.fixture
async def hub(setting, db):
    async with running(setting(HUB_LIVE_STALL="1"), db) as hub:
        yield hub


def held_for(hub, member) -> int:
    """Bytes that the server holds for a member's connections."""
    return sum(
        c.transport.get_write_buffer_size() for c in hub.house.hub.connections if c.member_id == member.id
    )


async def test_who_stops_reading_is_dropped_and_the_others_go_on(hub, db, ana, ben, carol, thread):
    async with rude_client(hub, ben) as rude, hub.listening(carol, thread.stream) as screen:
        await rude.say(t="hello", subs=[{"s": thread.stream}])
        for n in range(12):
            await cast.write(db, ana, thread, LONG)
            assert (await screen.next("post.added"))["q"] == n + 2
            assert held_for(hub, ben) <= 256 * 1024
        assert await rude.dropped(within=4)
        await cast.write(db, ana, thread, "Where is Ben?")
        assert (await screen.next("post.added"))["q"] == 14
        assert {c.member_id for c in hub.house.hub.connections} == {carol.id}


async def test_answers_wait_for_who_reads_them(hub, db, ben):
    """The server holds at most 256 KiB for a connection, whatever the client does."""
    async with rude_client(hub, ben) as rude:
        await rude.say(t="hello")
        while not hub.house.hub.connections:
            await asyncio.sleep(0.01)
        flood, most = asyncio.create_task(rude.send(frame('{"t":"unsub","i":1,"s":"t:1"}') * 60_000)), 0
        async with asyncio.timeout(20):
            while hub.house.hub.connections:  # until it is dropped
                most = max(most, held_for(hub, ben))
                await asyncio.sleep(0.005)
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)
        assert 0 < most <= 128 * 1024  # and as much in the kernel


async def test_of_many_pings_at_once_the_last_is_answered(hub, db, ben):
    async with rude_client(hub, ben) as rude:
        await rude.say(t="hello")
        async with asyncio.timeout(20):
            await rude.send(b"".join(frame(f"{n:0120}", opcode=9) for n in range(60_000)))
            answers = b""
            while f"{59_999:0120}".encode() not in answers:
                assert held_for(hub, ben) <= 128 * 1024
                answers = answers[-4096:] + await asyncio.get_running_loop().sock_recv(rude.sock, 4096)
    assert {c.member_id for c in hub.house.hub.connections} <= {ben.id}


async def test_who_reads_again_in_time_misses_nothing(live_server, db, ana, ben, thread):
    async with live_server.listening(ana, thread.stream) as screen:
        screen.socket.transport.pause_reading()
        for _ in range(12):
            await cast.write(db, ana, thread, LONG)
        await asyncio.sleep(0.3)
        screen.socket.transport.resume_reading()
        assert [(await screen.next("post.added"))["q"] for _ in range(12)] == list(range(2, 14))


async def test_a_long_way_behind_comes_in_pieces(hub, db, ana, ben, thread):
    for _ in range(20):
        await cast.write(db, ana, thread, LONG)
    async with hub.listening(ben, cursor(thread.stream, None, 1)) as screen:
        assert [(await screen.next("post.added"))["q"] for _ in range(20)] == list(range(2, 22))
        assert held_for(hub, ben) <= 256 * 1024
