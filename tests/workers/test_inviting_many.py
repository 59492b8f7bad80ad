"""A long list of addresses, and workers that die over it."""

import asyncio
from collections import Counter
from datetime import timedelta

from chat import clock, mail, networks
from chat.config import settings
from tests import cast
from tests.workers.test_working import eventually, working
from workers import main

GUESTS = [f"guest-{n}@example.org" for n in range(180)]  # the mailbox keeps two hundred letters


async def invited(db):
    return [email for (email,) in await cast.rows(db, "SELECT email FROM invitation ORDER BY id")]


async def test_workers_that_are_killed_invite_each_once(db, redis, ana, confidential_network):
    async with db.transaction() as tx:
        batch = await networks.draft_list(
            tx, ana, confidential_network, networks.entries("\n".join(GUESTS)), {}
        )
        await networks.confirm_list(tx, ana, confidential_network, batch)
    lives = 0
    while not await cast.value(db, "SELECT done_at FROM invitation_batch"):
        lives += 1
        assert lives < 20
        await live_and_die(db)
        clock.pretend(clock.now() + timedelta(seconds=31))  # until the leases of the dead end
    async with working(), working():
        await eventually(lambda: cast.value(db, "SELECT bool_and(done_at IS NOT NULL) FROM job"))
    assert await invited(db) == GUESTS
    assert await cast.value(db, "SELECT bool_and(sent_at IS NOT NULL) FROM invitation")
    letters = Counter(letter.to for letter in await mail.mailbox(redis))
    assert set(letters) == set(GUESTS)


async def live_and_die(db):
    """A worker gets some way with the list, and is killed in the middle of whatever it does."""
    before = len(await invited(db))
    task = asyncio.create_task(main.run(settings(), asyncio.Event()))

    async def got_on():
        done = await cast.value(db, "SELECT done_at FROM invitation_batch")
        return done or len(await invited(db)) > before

    await eventually(got_on)
    task.cancel()  # once: a second time would keep it from ending what it runs, and that would work on in later scenes
    await asyncio.wait([task], timeout=60)
    assert task.done()


async def test_a_letter_that_was_handed_over_is_not_sent_again(db, redis, ana, confidential_network):
    offer = await cast.invite(db, ana, confidential_network, email="erin@example.org")
    async with working():
        await eventually(lambda: cast.value(db, "SELECT bool_and(done_at IS NOT NULL) FROM job"))
        async with db.transaction() as tx:  # the worker died before it could say that the job was done
            await tx.run("UPDATE job SET done_at = NULL")
        await eventually(
            lambda: cast.value(db, "SELECT bool_and(done_at IS NOT NULL) AND max(tries) = 2 FROM job")
        )
    assert len(await mail.mailbox(redis)) == 1
    assert (
        await cast.value(db, "SELECT count(*) FROM invitation_key WHERE invitation_id = :id", id=offer.id)
        == 2
    )
