"""The proxy before a real Valkey: what it lets through, and what it makes of messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.faults.proxy import Proxy, end_of_reply


@pytest.fixture
async def proxy(redis_url: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(redis_url.removeprefix("unix://"), seed=1)
    await proxy.start()
    yield proxy
    await proxy.stop()


async def heard(proxy: Proxy, count: int) -> list[int]:
    """What a listener gets of so many messages, before one that always passes."""
    async with aclosing(Redis.from_url(proxy.address)) as redis, redis.pubsub() as listener:
        await listener.subscribe("a")
        while (await listener.get_message(timeout=2))["type"] != "subscribe":
            pass
        for n in range(count):
            await redis.publish("a", n)
        await asyncio.sleep(0.1)
        proxy.drop = proxy.double = proxy.delay = 0.0
        await redis.publish("a", "end")
        numbers = []
        while (message := await listener.get_message(timeout=2))["data"] != b"end":
            numbers.append(int(message["data"]))
        return numbers


async def test_without_faults_everything_passes(proxy):
    assert await heard(proxy, 20) == list(range(20))


async def test_messages_are_dropped_doubled_and_reordered(proxy):
    proxy.drop = 0.5
    some = await heard(proxy, 40)
    assert 0 < len(some) < 40
    assert proxy.dropped == 40 - len(some)
    proxy.double = 1.0
    assert await heard(proxy, 3) == [0, 0, 1, 1, 2, 2]
    proxy.delay, proxy.longest_delay = 0.5, 0.05
    late = await heard(proxy, 40)
    assert sorted(late) == list(range(40))
    assert late != sorted(late)


async def test_a_line_that_hangs_and_one_that_is_cut(proxy):
    async with aclosing(Redis.from_url(proxy.address)) as redis:
        await redis.ping()
        proxy.hang()
        asking = asyncio.create_task(redis.ping())
        await asyncio.sleep(0.1)
        assert not asking.done()
        proxy.flow()
        assert await asking
        proxy.hang()
        asking = asyncio.create_task(redis.ping())
        await asyncio.sleep(0.05)
        proxy.cut()
        with pytest.raises((RedisError, OSError)):
            await asking


def test_where_a_reply_ends():
    reply = b"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n"
    assert end_of_reply(bytearray(reply + b"+OK\r\n"), 0) == len(reply)
    assert all(end_of_reply(bytearray(reply[:n]), 0) is None for n in range(len(reply)))
