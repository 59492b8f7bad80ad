"""A worker that is killed in the middle of an announcement."""

import asyncio
import os
import signal
from collections import Counter

from chat import announcements
from tests import cast
from tests.workers.conftest import start_worker, until


async def test_killed_workers_leave_nobody_out_and_name_no_letter_twice(
    db, redis, database_url, redis_url, ana, open_network, post_office
):
    guests = await cast.crowd(db, 117)
    for guest in guests:
        await cast.let_in(db, open_network, guest)
    everybody = 120
    async with db.transaction() as tx:
        await announcements.announce(tx, ana, open_network, {"title": "Rounds move", "body": "To eight."})

    async def mailed():
        return await cast.value(
            db, "SELECT count(*) = :n FROM delivery WHERE mailed_at IS NOT NULL", n=everybody
        )

    for goal in (15, 60, 95):
        worker = await start_worker(database_url, redis_url, post_office)

        async def so_many(goal=goal):
            return len(post_office.letters) >= goal

        await until(so_many)
        os.kill(worker.pid, signal.SIGKILL)
        await asyncio.wait_for(worker.wait(), 30)
        async with db.transaction() as tx:  # instead of half a minute until the dead one's leases end
            await tx.run("UPDATE job SET lease_until = NULL, run_at = now() WHERE done_at IS NULL")
    worker = await start_worker(database_url, redis_url, post_office)
    await until(mailed)
    worker.terminate()
    await asyncio.wait_for(worker.wait(), 30)

    by_name = Counter(name for _, name in post_office.letters)
    assert len(by_name) == everybody
    assert len({to for to, _ in post_office.letters}) == everybody
    # Only a letter that was on its way when a worker died can come again, under its own name: one of each of three jobs.
    assert len(post_office.letters) - everybody <= 3 * 3
    assert await cast.value(db, "SELECT count(*) FROM notice") == everybody - 1
