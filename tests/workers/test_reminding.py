"""Workers that are killed between claiming reminders and sending them."""

import os
import signal
from collections import Counter

from chat import dropins
from chat.clock import now
from tests import cast
from tests.workers.conftest import free_the_dead, start_worker, until

COMING = 60


async def test_killed_workers_remind_everybody_and_name_no_letter_twice(
    db, redis, database_url, redis_url, ana, open_network, post_office
):
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        drop_in = await dropins.hold(tx, ana, series, now(), 60)
    for guest in await cast.crowd(db, COMING):
        await cast.let_in(db, open_network, guest)
        async with db.transaction() as tx:
            await dropins.answer(tx, guest, drop_in, "yes")

    async with db.transaction() as tx:
        await tx.run("DELETE FROM job WHERE kind = 'send_calendar_mail'")  # letters of another kind

    async def mailed():
        return await cast.value(
            db, "SELECT count(*) = :n FROM reminder WHERE mailed_at IS NOT NULL", n=COMING
        )

    for goal in (5, 30):
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
    assert len(post_office.letters) - COMING <= 2 * 2
    notices = (
        "SELECT count(*) = :n AND count(DISTINCT member_id) = :n FROM notice WHERE kind = 'reminder.live'"
    )
    assert await cast.value(db, notices, n=COMING)
    letter = post_office.whole[0]
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in letter
    assert b"List-Unsubscribe: <http" in letter
