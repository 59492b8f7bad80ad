"""Work that outlives its transaction."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, jobs
from tests import cast


@pytest.fixture
def done():
    return []


@pytest.fixture
def kinds(done):
    async def note(**args):
        done.append(args)
        await asyncio.sleep(0)

    async def fail(**args):
        raise RuntimeError("the printer is on fire")

    return {"note": note, "fail": fail}


async def enqueue(db, kind="note", key="k1", **more):
    async with db.transaction() as tx:
        await tx.enqueue(kind, key, **more)


async def job(db, key="k1"):
    return (await cast.rows(db, "SELECT * FROM job WHERE key = :key", key=key))[0]


async def test_a_job_is_done_with_its_arguments(db, kinds, done):
    await enqueue(db, member_id=7, words="Grüße")
    assert await jobs.work_all(db, kinds) == 1
    assert done == [{"member_id": 7, "words": "Grüße"}]
    row = await job(db)
    assert row.done_at
    assert (row.tries, row.lease_until, row.error) == (1, None, None)
    assert await jobs.work(db, kinds) is False


async def test_a_key_is_one_piece_of_work_even_when_it_is_done(db, kinds, done):
    await asyncio.gather(*(enqueue(db, key="same") for _ in range(5)))
    await jobs.work_all(db, kinds)
    await enqueue(db, key="same")
    assert await jobs.work_all(db, kinds) == 0
    assert len(done) == 1


async def test_what_is_undone_leaves_no_work(db, kinds):
    with pytest.raises(RuntimeError):
        async with db.transaction() as tx:
            await tx.enqueue("note", "k1")
            raise RuntimeError
    assert await jobs.work_all(db, kinds) == 0


async def test_many_workers_do_each_job_once(db, kinds, done):
    for n in range(30):
        await enqueue(db, key=f"k{n}", n=n)
    counts = await asyncio.gather(*(jobs.work_all(db, kinds) for _ in range(8)))
    assert sum(counts) == 30
    assert sorted(d["n"] for d in done) == list(range(30))


async def test_one_job_is_claimed_by_one(db):
    await enqueue(db)
    claims = await asyncio.gather(*(jobs.claim(db) for _ in range(8)))
    assert len([c for c in claims if c]) == 1


async def test_a_job_waits_for_its_time(db, kinds, done):
    cast.it_is("2026-11-19 09:00")
    await enqueue(db, run_at=clock.now() + timedelta(hours=1))
    assert await jobs.work_all(db, kinds) == 0
    assert await jobs.next_due(db) > clock.now() + timedelta(minutes=59)
    cast.it_is("2026-11-19 10:00:01")
    assert await jobs.work_all(db, kinds) == 1
    assert await jobs.next_due(db) is None


async def test_a_ring_for_one_job_does_that_one(db, kinds, done):
    await enqueue(db, key="k1", n=1)
    await enqueue(db, key="k2", n=2)
    assert await jobs.work(db, kinds, only=(await job(db, "k2")).id)
    assert done == [{"n": 2}]
    assert await jobs.work(db, kinds, only=(await job(db, "k2")).id) is False


async def test_a_dead_workers_job_is_taken_after_its_lease(db, kinds, done):
    await enqueue(db)
    assert await jobs.claim(db)  # and then it died
    assert await jobs.work_all(db, kinds) == 0
    clock.pretend(clock.now() + jobs.LEASE - timedelta(seconds=1))
    assert await jobs.work_all(db, kinds) == 0
    clock.pretend(clock.now() + timedelta(seconds=2))
    assert await jobs.work_all(db, kinds) == 1
    assert (await job(db)).tries == 2


async def test_who_lost_the_lease_has_no_say_any_more(db, kinds):
    await enqueue(db)
    slow = await jobs.claim(db)
    clock.pretend(clock.now() + jobs.LEASE + timedelta(seconds=1))
    fast = await jobs.claim(db)
    assert (slow.id, slow.tries, fast.tries) == (fast.id, 1, 2)
    await jobs._finish(db, slow)
    await jobs._put_back(db, slow, "too late")
    row = await job(db)
    assert (row.done_at, row.error) == (None, None)
    assert row.lease_until > clock.now()
    await jobs._finish(db, fast)
    assert (await job(db)).done_at


async def test_a_long_job_keeps_its_lease(db, monkeypatch):
    monkeypatch.setattr(jobs, "RENEW_SECONDS", 0.02)
    await enqueue(db)
    leases = []

    async def long():
        for _ in range(3):
            await asyncio.sleep(0.06)
            leases.append((await job(db)).lease_until)

    await jobs.work(db, {"note": long})
    assert leases == sorted(set(leases))
    assert len(leases) == 3


async def test_a_failed_job_pauses_longer_each_time(db, kinds):
    await enqueue(db, "fail")
    pauses = []
    for _ in range(5):
        assert await jobs.work_all(db, kinds) == 1
        row = await job(db)
        assert "printer is on fire" in row.error
        pauses.append(round((row.run_at - clock.now()).total_seconds()))
        assert await jobs.work_all(db, kinds) == 0
        clock.pretend(row.run_at + timedelta(milliseconds=10))
    assert pauses == [2, 4, 8, 16, 32]
    assert jobs._pause(19) == timedelta(hours=4)


async def test_at_last_it_gives_up_and_keeps_the_reason(db, kinds):
    await enqueue(db, "fail")
    async with db.transaction() as tx:
        await tx.run("UPDATE job SET tries = :n", n=jobs.GIVE_UP_AFTER - 1)
    await jobs.work_all(db, kinds)
    row = await job(db)
    assert row.failed_at
    assert row.error
    clock.pretend(clock.now() + timedelta(days=30))
    assert await jobs.work_all(db, kinds) == 0
    assert await jobs.next_due(db) is None


async def test_one_failing_job_holds_no_other_up(db, kinds, done):
    await enqueue(db, "fail", "k1")
    await enqueue(db, "from a newer version", "k2")
    await enqueue(db, "note", "k3")
    assert await jobs.work_all(db, kinds) == 3
    assert len(done) == 1
    assert (await job(db, "k2")).failed_at is None


async def test_done_jobs_are_forgotten_after_a_week(db, kinds):
    await enqueue(db)
    await jobs.work_all(db, kinds)
    await enqueue(db, key="waiting")
    clock.pretend(clock.now() + jobs.KEEP_DONE + timedelta(minutes=1))
    await jobs.forget_done(db)
    assert [r.key for r in await cast.rows(db, "SELECT key FROM job")] == ["waiting"]
