"""Workers that are killed while they tell members of posts."""

import asyncio
import os
import signal

from tests import cast
from tests.workers.conftest import free_the_dead, start_worker, until


async def test_killed_workers_tell_everybody_once(
    db, database_url, redis_url, ana, ben, open_network, thread, post_office
):
    for guest in await cast.crowd(db, 230):
        await cast.let_in(db, open_network, guest)
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET told = 'all'")
    everybody = 231  # but who wrote it, and Ana, whom it answers

    async def told(so_many=None):
        # A member whose notice was read meanwhile would get another one if they were told again.
        async with db.transaction() as tx:
            await tx.run("UPDATE notice SET read_at = now() WHERE read_at IS NULL")
        return await cast.value(
            db, "SELECT count(*) >= :n FROM notice WHERE kind = 'topic.posted'", n=so_many or everybody
        )

    await cast.write(db, ben, thread, "Rounds move to eight.")
    for goal in (40, 130):
        worker = await start_worker(database_url, redis_url, post_office)
        await until(lambda goal=goal: told(goal))
        os.kill(worker.pid, signal.SIGKILL)
        await asyncio.wait_for(worker.wait(), 30)
        async with db.transaction() as tx:  # as if it had died before it could say what it has done
            await tx.run("UPDATE job SET done_at = NULL WHERE kind LIKE 'tell%'")
        await free_the_dead(db)
    worker = await start_worker(database_url, redis_url, post_office)
    await until(told)

    async def at_rest():
        return not await cast.value(
            db, "SELECT count(*) FROM job WHERE done_at IS NULL AND failed_at IS NULL"
        )

    await until(at_rest)
    worker.terminate()
    await asyncio.wait_for(worker.wait(), 30)
    assert await told()
    found = await cast.rows(
        db, "SELECT member_id FROM notice WHERE kind = 'topic.posted' GROUP BY member_id HAVING count(*) > 1"
    )
    assert found == []
    assert (
        await cast.value(db, "SELECT count(DISTINCT member_id) FROM notice WHERE kind = 'topic.posted'")
        == everybody
    )
