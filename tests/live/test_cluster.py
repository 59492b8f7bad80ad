"""Redis as a cluster: each stream at the server that owns its slot, wherever that is at the moment."""

import asyncio

import pytest

from chat import discussions, dropins, limits
from chat.clock import now
from chat.errors import TooMany
from chat.events import Event
from chat.realtime.bus import Bus
from chat.redis import each_address
from chat.tasks import end
from tests import cast
from tests.clusters import private_cluster
from tests.hubs import running

NAMES = [f"t:{n}" for n in range(1, 13)]


@pytest.fixture(scope="module")
async def cluster():
    async with private_cluster() as cluster:
        yield cluster


class Ear:
    """A process that listens."""

    def __init__(self, cluster):
        self.bus = Bus(cluster.url, cluster=True)
        self.heard: asyncio.Queue[Event] = asyncio.Queue()
        self.reconnected = asyncio.Event()

    async def __aenter__(self):
        self.listening = asyncio.create_task(
            self.bus.listen(self.heard.put_nowait, lambda *_: None, self.reconnected.set)
        )
        await self.all_heard()
        return self

    async def __aexit__(self, *_):
        await end([self.listening])
        await self.bus.close()

    async def all_heard(self):
        """Until everything that is followed is heard."""
        async with asyncio.timeout(20):
            while not self.bus.up:
                self.reconnected.clear()
                await self.reconnected.wait()

    async def next(self) -> Event:
        async with asyncio.timeout(5):
            return await self.heard.get()


@pytest.fixture
async def ear(cluster):
    async with Ear(cluster) as ear:
        for name in NAMES:
            await ear.bus.follow(name)
        await ear.all_heard()
        yield ear


@pytest.fixture
async def mouth(cluster):
    """A process that only publishes, as a worker does."""
    bus = Bus(cluster.url, cluster=True)
    yield bus
    await bus.close()


def event(name, seq=1):
    return Event(name, seq, "post.added", 7, 1, 1, "e0")


async def test_streams_are_spread_over_the_servers_and_each_is_heard_once(cluster, ear, mouth):
    spread = await cluster.heard()
    assert all(spread.values())
    for name in NAMES:
        assert [port for port, channels in spread.items() if f"live:{name}" in channels] == [
            cluster.owner(f"live:{name}").port
        ]
    await mouth.publish([event(name) for name in NAMES])
    assert {(await ear.next()).stream for _ in NAMES} == set(NAMES)
    assert ear.heard.empty()
    assert mouth.lost == 0


async def test_a_stream_that_nobody_follows_is_let_go(cluster, ear):
    for name in NAMES:
        await ear.bus.unfollow(name)
    await ear.bus.follow("t:99")  # by now the servers have heard of it
    async with asyncio.timeout(5):
        while set().union(*(await cluster.heard()).values()) != {"live:sys", "live:t:99"}:
            await asyncio.sleep(0.02)


async def test_a_slot_that_moves_is_followed(cluster, ear, mouth):
    name = "t:88"
    channel = f"live:{name}"
    await ear.bus.follow(name)
    await mouth.publish([event(name, 1)])
    assert (await ear.next()).seq == 1
    to = next(node for node in cluster.nodes if node is not cluster.owner(channel))
    ear.reconnected.clear()
    await cluster.move(channel, to)
    async with asyncio.timeout(30):
        while channel not in (await cluster.heard())[to.port]:
            await asyncio.sleep(0.02)
        await ear.reconnected.wait()  # what fell into the gap is asked for
    await mouth.publish([event(name, 2)])  # at the old address, which names the new one
    assert (await ear.next()).seq == 2
    assert mouth.lost == 0


async def test_a_shard_that_dies_takes_only_its_own_streams_along(cluster, ear, mouth):
    dead = cluster.owner(f"live:{NAMES[0]}")
    theirs = [name for name in NAMES if cluster.owner(f"live:{name}") is dead]
    others = [name for name in NAMES if name not in theirs]
    await asyncio.to_thread(dead.kill)
    async with asyncio.timeout(30):
        while ear.bus.up:  # so the hub looks for itself, four times a second
            await asyncio.sleep(0.02)
    await mouth.publish([event(name) for name in NAMES])
    assert {(await ear.next()).stream for _ in others} == set(others)
    assert mouth.lost == len(theirs)
    dead.start()
    await cluster.agree()
    await ear.all_heard()
    await asyncio.sleep(0.2)  # past the pause in which nobody asks again
    await mouth.publish([event(name, 2) for name in NAMES])
    assert {await ear.next() for _ in NAMES} == {event(name, 2) for name in NAMES}


async def test_a_whole_hub_runs_on_a_cluster(cluster, setting, db, redis_url, ana, ben, thread):
    config = setting(REDIS_URL=cluster.url, HUB_REDIS_CLUSTER="1", HUB_QUEUE_URL=redis_url)
    async with (
        running(config, db) as one,
        running(config, db) as two,
        two.listening(ben, thread.stream) as bens,
        one.client(ana) as api,
    ):
        while not (one.house.bus.up and two.house.bus.up):
            await asyncio.sleep(0.02)
        two.house.hub.sweep = _nothing  # what arrives now has come by the bus
        for n in range(2, 6):
            answer = await api.post(f"/api/v1/topics/{thread.id}/posts", json={"body": "Spread out."})
            assert answer.status_code == 201
            assert (await bens.next("post.added"))["q"] == n
        assert one.house.bus.lost == 0
        for redis in (one.house.redis, two.house.redis):
            looks = discussions.Looks(redis)
            looks.count(thread.id, None, "::1", "Firefox")
            await looks.tell()
        assert await discussions.fold_views(db, one.house.redis) == 1
        await limits.allow(one.house.redis, "shout", ben.id, 1, 60)
        with pytest.raises(TooMany):
            await limits.allow(two.house.redis, "shout", ben.id, 1, 60)


async def test_presence_on_a_cluster(cluster, setting, db, redis_url, ana, ben, open_network):
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        room = f"d:{await dropins.hold(tx, ana, series, now())}"
    config = setting(REDIS_URL=cluster.url, HUB_REDIS_CLUSTER="1", HUB_QUEUE_URL=redis_url)
    async with running(config, db) as one, running(config, db) as two:
        while not (one.house.bus.up and two.house.bus.up):
            await asyncio.sleep(0.02)
        await one.house.redis.hset(f"presence:{room}", "dead:77", 1)
        async with one.listening(ana, room) as anas:
            await anas.next("presence")
            async with two.listening(ben, room) as bens:
                assert (await bens.next("presence"))["d"]["count"] == 2
                while "ben-okafor" not in str(anas.heard):
                    await anas.next("presence", within=3)
                assert await one.house.bus.listeners(room) == 2
            assert not await one.house.redis.hexists(f"presence:{room}", "dead:77")


async def _nothing():
    return None


async def test_several_servers_stand_in_one_address():
    assert each_address("rediss://u:p%40@a:1,b:2/0?x=1") == [
        "rediss://u:p%40@a:1/0?x=1",
        "rediss://u:p%40@b:2/0?x=1",
    ]
    assert each_address("redis://a") == ["redis://a"]
    assert each_address("redis://a:1,b?ssl=c,d") == ["redis://a:1?ssl=c,d", "redis://b?ssl=c,d"]
