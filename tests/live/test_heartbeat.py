"""Heartbeats prove the tail; who answers none is dropped."""

import pytest

from tests import cast
from tests.hubs import running
from tests.live.conftest import rude_client


@pytest.fixture
async def quick_hub(setting, db):
    async with running(setting(HUB_LIVE_HEARTBEAT="1"), db) as hub:
        yield hub


async def test_a_heartbeat_tells_the_heads(quick_hub, db, ana, ben, thread):
    async with quick_hub.listening(ben, thread.stream, f"m:{ben.id}") as screen:
        assert screen.told["hb"] == 1000
        await cast.write(db, ana, thread, "One more.")
        await screen.next("post.added")
        beat = await screen.next(t="hb", within=2.5)
        assert beat["h"] == {thread.stream: 2, f"m:{ben.id}": screen.told["subs"][1]["head"]}
        await screen.say(t="pong")
        assert (await screen.next(t="hb", within=2.5))["h"][thread.stream] == 2


async def test_who_answers_no_ping_is_dropped(quick_hub, ben, thread, monkeypatch):
    monkeypatch.setattr("web.live.heart.SILENT_FOR", 1.6)
    async with rude_client(quick_hub, ben) as silent, quick_hub.listening(ben, thread.stream) as screen:
        await silent.say(t="hello", subs=[{"s": thread.stream}])
        for _ in range(4):
            await screen.next(t="hb", within=2.5)  # this one answers
        assert len(quick_hub.house.hub.connections) == 1
