"""Workers that are killed while they tell of a date that has moved."""

import os
import signal
from collections import Counter

from chat.dropins.changing import changed
from tests import cast
from tests.workers.conftest import free_the_dead, start_worker, until

COMING = 90


async def test_killed_workers_tell_everybody_of_a_change_once(
    db, redis, database_url, redis_url, ana, open_network, post_office
):
    series = await cast.schedule(db, ana, open_network)
    drop_in = await cast.value(
        db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at LIMIT 1", id=series
    )
    for guest in await cast.crowd(db, COMING):
        await cast.let_in(db, open_network, guest)
    async with db.transaction() as tx:
        await tx.run("UPDATE job SET done_at = now()")  # nothing but the change
        await tx.run(
            "INSERT INTO rsvp (drop_in_id, member_id, answer) SELECT :id, id, (ARRAY['yes', 'maybe'])[id % 2 + 1] "
            "FROM member WHERE handle LIKE 'guest-%'",
            id=drop_in,
        )
        await tx.run(
            "UPDATE drop_in SET opens_at = opens_at + '1 hour', closes_at = closes_at + '1 hour', moved_at = now()"
        )
        await changed(tx, drop_in, "moved", "The theatre runs late.")

    async def mailed():
        return await cast.value(db, "SELECT count(*) = :n FROM calendar_date WHERE known = 1", n=COMING)

    for goal in (5, 40, 70):
        worker = await start_worker(database_url, redis_url, post_office)

        async def so_many(goal=goal):
            return len(post_office.letters) >= goal

        await until(so_many)
        os.kill(worker.pid, signal.SIGKILL)
        await worker.wait()
        assert not await mailed()
        await free_the_dead(db)
    worker = await start_worker(database_url, redis_url, post_office)
    await until(mailed)
    worker.terminate()
    await worker.wait()

    by_name = Counter(name for _, name in post_office.letters)
    assert len(by_name) == len({to for to, _ in post_office.letters}) == COMING
    # Only a letter that was on its way when a worker died can come again, under its own name: one of each of two jobs.
    assert len(post_office.letters) - COMING <= 3 * 2
    told = "SELECT count(*) = :n AND count(DISTINCT member_id) = :n FROM notice WHERE kind = 'dropin.moved'"
    assert await cast.value(db, told, n=COMING)
    assert b"text/calendar" in post_office.whole[0]
    assert b'method="REQUEST"' in post_office.whole[0]
