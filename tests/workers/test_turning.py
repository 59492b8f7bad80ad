"""Workers that are killed in the middle of opening doors."""

import asyncio
import os
import signal
import sys

from chat import dropins
from chat.clock import now
from command.environment import child_environment
from tests import cast

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


async def start_worker(database_url, redis_url):
    environment = child_environment(DATABASE_URL=database_url, REDIS_URL=redis_url, HUB_LOG_LEVEL="error")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "command", "worker", env=environment
    )


async def until(question, seconds=40):
    async with asyncio.timeout(seconds):
        while not await question():
            await asyncio.sleep(0.05)


async def test_two_workers_die_with_the_doors_half_open_and_a_third_opens_each_once(
    db, redis, database_url, redis_url, ana, open_network
):
    series = [await cast.schedule(db, ana, open_network) for _ in range(12)]
    ids = []
    for one in series:
        async with db.transaction() as tx:
            ids.append(await dropins.hold(tx, ana, one, now()))

    async def opened():
        return await cast.value(
            db, "SELECT count(*) FROM drop_in WHERE id = ANY(:ids) AND opened_at IS NOT NULL", ids=ids
        )

    # The last thing that is done before the commit waits for us.
    async with db.transaction() as gate:
        await gate.run("SELECT id FROM stream WHERE id = :id FOR UPDATE", id=f"n:{open_network.id}")
        for _ in range(2):
            worker = await start_worker(database_url, redis_url)
            await until(lambda: cast.value(db, WAITING))
            os.kill(worker.pid, signal.SIGKILL)
            await worker.wait()
            # What it had locked is free when the server finds it gone; it looks when it has the lock, or is told.
            async with db.transaction() as tx:
                await tx.run(
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
            await until(lambda: nobody_waits(db))
        assert await opened() == 0
    worker = await start_worker(database_url, redis_url)

    async def all_of_them():
        return await opened() == len(ids)

    try:
        await until(all_of_them)
        survivor = await start_worker(database_url, redis_url)
        await asyncio.sleep(0.5)
        survivor.terminate()
        await survivor.wait()
    finally:
        worker.terminate()
        await worker.wait()
    for drop_in in ids:
        kinds = [kind for _, kind, _ in await cast.events(db, f"d:{drop_in}")]
        assert kinds == ["room.opened"]
    said = [ref for _, kind, ref in await cast.events(db, f"n:{open_network.id}") if kind == "dropin.opened"]
    assert sorted(said) == sorted(ids)
    posts = await cast.rows(db, "SELECT post_count FROM topic JOIN drop_in ON topic.id = topic_id WHERE drop_in.id = ANY(:ids)", ids=ids)  # fmt: skip
    assert {row.post_count for row in posts} == {1}


async def nobody_waits(db):
    return not await cast.value(db, WAITING)
