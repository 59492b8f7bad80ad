"""Redis only makes it fast: without it everything still arrives, a little later."""

import asyncio
from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError

from chat.tally import tally
from tests import cast, servers
from tests.hubs import running
from tests.live.conftest import NOWHERE


async def test_events_arrive_within_two_seconds(setting, db, ana, ben, thread):
    async with running(setting(REDIS_URL=NOWHERE), db) as hub, hub.listening(ben, thread.stream) as screen:
        for n in range(3):
            await cast.write(db, ana, thread, f"No. {n}")
            assert (await screen.next("post.added", within=2))["q"] == n + 2


async def test_the_api_and_ops_write_without_redis(setting, db, ana, ben, thread):
    async with (
        running(setting(REDIS_URL=NOWHERE), db) as hub,
        hub.client(ana) as api,
        hub.listening(ben, thread.stream) as screen,
    ):
        answer = await api.post(f"/api/v1/topics/{thread.id}/posts", json={"body": "Still here."})
        assert answer.status_code == 201
        assert (await screen.next("post.added", within=2))["d"] == answer.json()
        await screen.say(t="op", i=1, op="x", k="post.add", s=thread.stream, d={"body": "Me too."})
        heard = {(await screen.next(within=2))["t"] for _ in range(2)}
        assert heard == {"res", "ev"}


async def test_redis_dies_in_the_middle_and_two_processes_go_on(setting, db, ana, ben, thread):
    with servers.private_valkey() as url:
        config = setting(REDIS_URL=url)
        async with (
            running(config, db) as one,
            running(config, db) as two,
            one.listening(ben, thread.stream) as bens,
            two.listening(ben, thread.stream) as others,
            one.client(ana) as api,
        ):
            address = f"/api/v1/topics/{thread.id}/posts"
            await api.post(address, json={"body": "While it lives."})
            for screen in (bens, others):
                assert (await screen.next("post.added", within=0.9))["q"] == 2
            await asyncio.to_thread(_stop, url)
            for n in range(3, 6):
                assert (await api.post(address, json={"body": "After it died."})).status_code == 201
                for screen in (bens, others):
                    assert (await screen.next("post.added", within=2))["q"] == n
            assert one.house.bus.lost > 0
            assert tally["publishes_lost"] > 0
            assert tally["found_by_sweep"] > 0
            assert not two.house.bus.up


def _stop(url: str) -> None:
    with suppress(RedisError):
        Redis.from_url(url).shutdown(nosave=True)


async def test_a_publish_that_is_lost_is_found_by_looking(live_server, db, ana, ben, thread, monkeypatch):
    async with live_server.listening(ben, thread.stream) as screen:
        monkeypatch.setattr(db, "after_commit", None)
        await cast.write(db, ana, thread, "Nobody says so.")
        assert (await screen.next("post.added", within=2))["q"] == 2


async def test_an_accident_in_a_sweep_is_not_the_last_sweep(setting, db, ana, ben, thread, monkeypatch):
    async with running(setting(REDIS_URL=NOWHERE), db) as hub, hub.listening(ben, thread.stream) as screen:
        sweep, accidents = hub.house.hub.sweep, 0

        async def stumble():
            nonlocal accidents
            accidents += 1
            monkeypatch.setattr(hub.house.hub, "sweep", sweep)
            raise RuntimeError("out of the blue")

        monkeypatch.setattr(hub.house.hub, "sweep", stumble)
        while not accidents:
            await asyncio.sleep(0.02)
        await cast.write(db, ana, thread, "Still here.")
        assert (await screen.next("post.added", within=2))["q"] == 2
