"""A thousand who come back at once to a process that knows nothing yet."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chat.realtime.delivering import FURTHEST_BEHIND, MOST_REPLAYED
from chat.realtime.hub import Cursor, Hub
from chat.realtime.streams import RING
from tests.chat.realtime.outside import Bus
from tests.chat.realtime.readers import messages
from tests.chat.realtime.world import World


class Silent:
    """A connection that keeps what it is sent."""

    session_id = token_id = None
    slot, heard_at = 0, 0.0

    def __init__(self, form: str = "json") -> None:
        self.member_id, self.form = 1, form
        self.streams: dict[str, Any] = {}
        self.open = self.writable = True
        self.sent = b""

    def write(self, frames: bytes) -> None:
        self.sent += frames

    @property
    def numbers(self) -> list[int]:
        return [said["q"] for said in messages(self.sent) if said["t"] == "ev"]


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def hub(world: World) -> AsyncIterator[Hub]:
    hub = Hub(world, Bus(world.gates), world)
    await hub.start()
    yield hub
    await hub.stop()


async def come(hub: Hub, connection: Silent, **cursors: int) -> dict[str, Any]:
    hub.arrive(connection)
    wanted = {name.replace("_", ":"): Cursor("e0", seq) for name, seq in cursors.items()}
    told = await hub.follow(connection, wanted)
    for name in wanted:
        hub.begin(connection, name)
    return told


async def all_live(connections: list[Silent]) -> None:
    async with asyncio.timeout(10):
        while not all(follower.live for c in connections for follower in c.streams.values()):
            await asyncio.sleep(0.005)


async def test_a_thousand_cost_one_read_of_each_stream(world, hub):
    for n in range(RING):
        world.write([("t:1", "add", n), ("n:1", "add", n)])
    crowd = [Silent(("json", "html")[n % 2]) for n in range(1000)]
    await asyncio.gather(*(come(hub, one, t_1=n % RING, n_1=RING - 1) for n, one in enumerate(crowd)))
    await all_live(crowd)
    assert sorted(world.reads) == [("n:1", 0), ("t:1", 0)]
    for n, one in enumerate(crowd):
        assert sorted(one.numbers) == sorted([*range(n % RING + 1, RING + 1), RING])


async def test_a_stream_that_a_few_follow_is_read_back_once_more_at_most(world, hub):
    for n in range(50):
        world.write([("t:1", "add", n)])
    early = Silent()
    await come(hub, early, t_1=50)
    for n in range(5):
        hub.bus.carry(world.write([("t:1", "add", n)])[0])
    await all_live([early])
    late = [Silent() for _ in range(300)]
    await asyncio.gather(*(come(hub, one, t_1=20) for one in late))
    await all_live(late)
    assert len(world.reads) == 1
    assert {tuple(one.numbers) for one in late} == {tuple(range(21, 56))}


async def test_too_far_behind_is_a_page_and_not_a_replay(world, hub, monkeypatch):
    for n in range(FURTHEST_BEHIND + 2):
        world.write([("t:1", "edit", n)])
    near, far = Silent(), Silent()
    assert (await come(hub, near, t_1=2))["t:1"]["state"] == "catchup"
    assert (await come(hub, far, t_1=1))["t:1"]["why"] == "behind"
    await all_live([near])
    assert near.numbers == list(range(3, FURTHEST_BEHIND + 3))
    assert far.streams == {}


async def test_so_is_too_much_to_replay(world, hub, monkeypatch):
    monkeypatch.setattr("tests.chat.realtime.world.LONG", "x" * 60_000)
    for n in range(100):
        world.write([("t:1", "add a long one", n)])
    one = Silent()
    await come(hub, one, t_1=0)
    async with asyncio.timeout(10):
        while one.streams:
            await asyncio.sleep(0.005)
    *_, last = messages(one.sent)
    assert (last["t"], last["why"]) == ("resync", "behind")
    assert MOST_REPLAYED < len(one.sent) < MOST_REPLAYED + 128 * 1024
