import asyncio
import random

import pytest
from redis.asyncio import Redis

from chat import discussions
from chat.discussions.viewing import COUNTED, FOLDING
from chat.errors import NotFound, SignInFirst
from tests import cast


async def mark(db, member, thread, number):
    async with db.transaction() as tx:
        await discussions.mark_read(tx, member, thread.id, number)


async def topic(db, viewer, thread):
    async with db.snapshot() as tx:
        return await discussions.topic_of(tx, viewer, thread.id)


async def test_what_is_new_for_ben(db, ana, ben, thread):
    assert (await topic(db, ben, thread)).unread == 0  # he has not been here
    await mark(db, ben, thread, 1)
    for _ in range(3):
        await cast.write(db, ana, thread, "And another thing.")
    assert (await topic(db, ben, thread)).unread == 3
    assert (await topic(db, ana, thread)).unread == 0
    await mark(db, ben, thread, 4)
    assert (await topic(db, ben, thread)).unread == 0


async def test_a_read_position_never_goes_back(db, ana, ben, thread):
    for _ in range(9):
        await cast.write(db, ana, thread, "more")
    numbers = [*range(1, 11)] * 2
    random.Random(7).shuffle(numbers)
    await asyncio.gather(*(mark(db, ben, thread, n) for n in numbers))
    assert (await topic(db, ben, thread)).read == 10
    await mark(db, ben, thread, 3)
    assert (await topic(db, ben, thread)).read == 10
    revs = [
        r.rev
        for r in await cast.rows(
            db, "SELECT rev FROM event WHERE stream_id = :s ORDER BY seq", s=f"m:{ben.id}"
        )
        if r.rev
    ]
    assert revs[-1] == 10


@pytest.mark.parametrize(("said", "kept"), [(10**12, 1), (-5, 0), (0, 0)])
async def test_a_position_outside_the_topic_is_brought_inside(db, ben, thread, said, kept):
    await mark(db, ben, thread, said)
    assert (await topic(db, ben, thread)).read == kept
    moved = await cast.rows(
        db, "SELECT rev FROM event WHERE stream_id = :s AND kind = 'read.moved'", s=f"m:{ben.id}"
    )
    assert [m.rev for m in moved] == [kept]


async def test_only_readers_have_read(db, dev, visitor, thread, secret_thread):
    with pytest.raises(SignInFirst):
        await mark(db, visitor, thread, 1)
    with pytest.raises(NotFound):
        await mark(db, dev, secret_thread, 1)


# Views


async def look(redis, thread, viewer=None, address="192.0.2.1", browser="Firefox"):
    looks = discussions.Looks(redis)
    looks.count(thread.id, viewer, address, browser)
    await looks.tell()


async def test_a_view_counts_once_for_each_who_looks(db, redis, ana, ben, thread):
    for _ in range(3):
        await look(redis, thread, ana)
        await look(redis, thread, ben)
        await look(redis, thread)
        await look(redis, thread, address="192.0.2.2")
        await look(redis, thread, browser="Googlebot/2.1")
    assert await discussions.fold_views(db, redis) == 4
    assert await discussions.fold_views(db, redis) == 0
    assert (await topic(db, ana, thread)).views == 4


async def test_what_a_dead_worker_left_is_folded_first(db, redis, ana, thread):
    await redis.hset(FOLDING, str(thread.id), 5)
    await redis.hset(COUNTED, str(thread.id), 2)
    assert await discussions.fold_views(db, redis) == 5
    assert await discussions.fold_views(db, redis) == 2
    assert (await topic(db, ana, thread)).views == 7


async def test_five_workers_that_fold_at_once_count_nothing_twice(db, redis, ana, thread):
    for _ in range(10):
        await redis.hincrby(COUNTED, str(thread.id), 100)
        await asyncio.gather(*(discussions.fold_views(db, redis) for _ in range(5)))
    assert (await topic(db, ana, thread)).views == 1000


async def test_a_view_of_a_vanished_topic_is_dropped(db, redis):
    await redis.hset(COUNTED, "99", 1)
    await discussions.fold_views(db, redis)
    assert await discussions.fold_views(db, redis) == 0


async def test_without_redis_nobody_is_kept_from_reading(thread):
    away = Redis.from_url("unix:///nowhere.sock")
    await look(away, thread)
    await away.aclose()
