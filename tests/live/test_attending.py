"""Who was in the room is in the database, whatever becomes of their screens and of the web processes."""

import asyncio

import pytest

from chat import attendance, dropins
from chat.clock import now
from tests import cast
from tests.hubs import running
from web.live import attending


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr("web.live.attending.NOTE_EVERY", 0.1)


@pytest.fixture
async def room(db, ana, open_network) -> str:
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        return f"d:{await dropins.hold(tx, ana, series, now())}"


async def stretches(db, member, count: int = 1, beyond=None) -> list:
    """What is noted of a member, once it is so many stretches, and reaches beyond a moment."""
    async with asyncio.timeout(10):
        while True:
            found = await cast.rows(
                db, "SELECT from_at, until_at FROM attendance WHERE member_id = :id ORDER BY 1", id=member.id
            )
            if len(found) == count and (beyond is None or found[-1].until_at > beyond):
                return found
            await asyncio.sleep(0.02)


async def test_two_tabs_and_a_reconnect_are_one_stay(live_server, db, ana, room):
    begun = now()
    async with live_server.listening(ana, room) as one, live_server.listening(ana, room) as two:
        await one.next("presence")
        await two.next("presence")
        [stay] = await stretches(db, ana)
        assert begun <= stay.from_at
    async with live_server.listening(ana, room) as again:
        await again.next("presence")
        came_back = now()
        [later] = await stretches(db, ana, beyond=came_back)
    assert later.from_at == stay.from_at


async def test_who_leaves_is_not_there_any_more(live_server, db, ana, ben, room):
    async with live_server.listening(ana, room) as anas:
        await anas.next("presence")
        async with live_server.listening(ben, room) as bens:
            await bens.next("presence")
        left = now()
        await stretches(db, ana, beyond=left)
        [stay] = await stretches(db, ben)
        assert stay.until_at <= now()
        await stretches(db, ana, beyond=now())
        assert await stretches(db, ben) == [stay]


async def test_two_processes_write_one_stay(live_server, db, setting, ana, room):
    async with running(setting(), db) as second:
        async with live_server.listening(ana, room) as here, second.listening(ana, room) as there:
            await here.next("presence")
            await there.next("presence")
            await stretches(db, ana, beyond=now())
        await stretches(db, ana)


async def test_redis_is_not_asked(db, setting, ana, room):
    async with (
        running(setting(REDIS_URL="redis://127.0.0.1:1/0"), db) as hub,
        hub.listening(ana, room) as screen,
    ):
        await screen.next("presence")
        await stretches(db, ana, beyond=now())


async def test_what_the_database_could_not_take_is_said_when_it_is_back(
    live_server, db, ana, room, monkeypatch
):
    refused = asyncio.Event()
    note = attendance.note

    async def away(*_):
        refused.set()
        raise OSError("the database is away")

    monkeypatch.setattr(attending.attendance, "note", away)
    async with live_server.listening(ana, room) as screen:
        await screen.next("presence")
        await asyncio.wait_for(refused.wait(), 5)
    async with asyncio.timeout(5):
        while live_server.house.rooms.attending.here:
            await asyncio.sleep(0.02)
    left = now()
    monkeypatch.setattr(attending.attendance, "note", note)
    [stay] = await stretches(db, ana)
    assert stay.until_at <= left


async def test_a_process_that_ends_says_what_it_has_seen(db, setting, ana, room, monkeypatch):
    monkeypatch.setattr("web.live.attending.NOTE_EVERY", 3600)
    async with running(setting(), db) as hub, hub.listening(ana, room) as screen:
        await screen.next("presence")
    await stretches(db, ana)
