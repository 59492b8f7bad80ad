"""A process that is told to stop sends its clients away, and they miss nothing where they come back to."""

import asyncio
from contextlib import AsyncExitStack

from chat.config import settings
from tests import cast
from tests.hubs import running
from tests.live.conftest import rude_client
from tests.screens import cursor
from web.live import line

SOME = 12


async def test_everyone_is_told_and_goes_on_elsewhere(db, ana, ben, thread, redis_url, setting, monkeypatch):
    setting(HUB_LIVE_PER_MEMBER="100")
    monkeypatch.setattr(line, "RESTARTS_A_SECOND", SOME * 5)  # over a fifth of a second
    told: list[float] = []
    async with running(settings(), db) as next_one, AsyncExitStack() as open_screens:
        async with running(settings(), db) as hub:
            screens = [
                await open_screens.enter_async_context(hub.listening(ben, thread.stream)) for _ in range(SOME)
            ]
            writing = asyncio.create_task(write_on(db, ana, thread))
            for screen in screens:
                await screen.next("post.added")
            leaving = [asyncio.create_task(sent_away(screen, told)) for screen in screens]
        assert await asyncio.gather(*leaving) == [1012] * SOME
        assert 0.02 < max(told) - min(told) < 1  # one after the other
        await writing
        for screen in screens:
            numbers = [m["q"] for m in screen.heard if m["t"] == "ev"]
            epoch = screen.told["subs"][0]["e"]
            async with next_one.listening(ben, cursor(thread.stream, epoch, numbers[-1])) as again:
                while numbers[-1] < 31:
                    numbers.append((await again.next("post.added"))["q"])
            assert numbers == list(range(numbers[0], 32))


async def write_on(db, ana, thread) -> None:
    for n in range(30):
        await cast.write(db, ana, thread, f"A thought, number {n}")
        await asyncio.sleep(0.02)


async def sent_away(screen, told: list[float]) -> int:
    code = await screen.closed()
    told.append(asyncio.get_running_loop().time())
    return code


async def test_whoever_cannot_be_told_is_cut_off(db, ana, ben, thread, setting):
    async with running(setting(HUB_LIVE_STALL="9"), db) as hub, rude_client(hub, ben) as rude:
        await rude.say(t="hello", subs=[{"s": thread.stream}])
        for _ in range(12):
            await cast.write(db, ana, thread, "A long answer. " * 4000)
        while all(c.writable for c in hub.house.hub.connections):
            await asyncio.sleep(0.01)
        (connection,) = hub.house.hub.connections
        connection.shutdown()
        assert await rude.dropped(within=2)
