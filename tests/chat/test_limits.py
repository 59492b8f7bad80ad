import asyncio

import pytest
from redis.asyncio import Redis

from chat import limits
from chat.errors import TooMany


async def test_so_many_and_no_more(redis):
    for _ in range(5):
        await limits.allow(redis, "posts", 7, 5, 60)
    with pytest.raises(TooMany) as refused:
        await limits.allow(redis, "posts", 7, 5, 60)
    assert refused.value.retry == 12
    assert "Try again in 12 seconds." in refused.value.sentence


async def test_each_act_and_each_member_counts_apart(redis):
    await limits.allow(redis, "posts", 7, 1, 60)
    await limits.allow(redis, "posts", 8, 1, 60)
    await limits.allow(redis, "topics", 7, 1, 60)
    with pytest.raises(TooMany):
        await limits.allow(redis, "posts", 7, 1, 60)


async def test_room_comes_back_little_by_little(redis):
    for _ in range(3):
        await limits.allow(redis, "posts", 7, 3, 1)
    with pytest.raises(TooMany):
        await limits.allow(redis, "posts", 7, 3, 1)
    await asyncio.sleep(0.4)
    await limits.allow(redis, "posts", 7, 3, 1)
    with pytest.raises(TooMany):
        await limits.allow(redis, "posts", 7, 3, 1)


async def test_of_twenty_at_once_five_pass(redis):
    tries = await asyncio.gather(
        *(limits.allow(redis, "posts", 7, 5, 60) for _ in range(20)), return_exceptions=True
    )
    assert sum(t is None for t in tries) == 5


async def test_without_redis_everything_is_allowed():
    away = Redis.from_url("unix:///nowhere/at.sock")
    for _ in range(3):
        await limits.allow(away, "posts", 7, 1, 60)
    await away.aclose()


async def test_limits_may_be_off(redis, setting):
    setting(HUB_RATE_LIMITS="0")
    for _ in range(3):
        await limits.allow(redis, "posts", 7, 1, 60)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("testclient", "testclient"),
    ],
)
def test_whom_an_address_stands_for(address, counted):
    assert limits.neighbourhood(address) == counted
