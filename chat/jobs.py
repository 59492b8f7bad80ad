"""Work that outlives its transaction: rows with a lease. Who runs them is for the workers to say.

A job may run twice (a worker that died after the work and before the mark), so each is safe to repeat.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import structlog
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from chat import clock
from chat.db import AWAY, Database, Transaction
from chat.redis import known_errors
from chat.tasks import end

LEASE = timedelta(seconds=30)
RENEW_SECONDS = 10
GIVE_UP_AFTER = 20  # tries; with the growing pauses of `_pause` that is about two days
KEEP_DONE = timedelta(days=7)

Work = Callable[..., Awaitable[None]]

log = structlog.get_logger()


class Job(NamedTuple):
    id: int
    kind: str
    args: dict[str, Any]
    tries: int


CLAIM = """
UPDATE job SET lease_until = :until, tries = tries + 1
WHERE id = (
    SELECT id FROM job
    WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= :now AND (lease_until IS NULL OR lease_until < :now)
      AND (CAST(:only AS bigint) IS NULL OR id = :only)
    ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, args, tries
"""


async def claim(db: Database, only: int | None = None) -> Job | None:
    """Take one job that is due, or that one if it is; nobody else has it until the lease ends."""
    now = clock.now()
    async with db.transaction() as tx:
        row = await tx.first(CLAIM, now=now, until=now + LEASE, only=only)
    return Job(row.id, row.kind, row.args, row.tries) if row else None


async def work(db: Database, kinds: Mapping[str, Work], only: int | None = None) -> bool:
    """Do one job that is due. False when there was none."""
    job = await claim(db, only)
    if job is None:
        return False
    renewing = asyncio.create_task(_keep_lease(db, job))
    try:
        await kinds[job.kind](**job.args)
    except Exception as error:
        log.warning("job failed", kind=job.kind, job=job.id, tries=job.tries, error=repr(error))
        await _put_back(db, job, repr(error))
    else:
        await _finish(db, job)
    finally:
        await end([renewing])
    return True


async def work_all(db: Database, kinds: Mapping[str, Work]) -> int:
    """Do all that is due now; how many jobs that was."""
    count = 0
    while await work(db, kinds):
        count += 1
    return count


async def next_due(db: Database) -> datetime | None:
    """When the next job that nobody holds is due."""
    async with db.snapshot() as tx:
        return await tx.value(
            "SELECT min(greatest(run_at, coalesce(lease_until, run_at))) FROM job WHERE done_at IS NULL AND failed_at IS NULL"
        )


async def answered(tx: Transaction, keys: list[str]) -> None:
    """Nobody need take these jobs any more: what they were to do is done by this transaction."""
    await tx.run(
        "UPDATE job SET done_at = :now WHERE id IN ("
        "SELECT id FROM job WHERE key = ANY(:keys) AND done_at IS NULL AND lease_until IS NULL FOR UPDATE SKIP LOCKED)",
        now=clock.now(),
        keys=keys,
    )


async def forget_done(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.run("DELETE FROM job WHERE done_at < :before", before=clock.now() - KEEP_DONE)


async def _keep_lease(db: Database, job: Job) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        with suppress(*AWAY):  # the next renewal is still in time
            async with db.transaction() as tx:
                await tx.run(
                    "UPDATE job SET lease_until = :until WHERE id = :id AND tries = :tries",
                    until=clock.now() + LEASE,
                    id=job.id,
                    tries=job.tries,
                )


async def _finish(db: Database, job: Job) -> None:
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE job SET done_at = :now, lease_until = NULL, error = NULL WHERE id = :id AND tries = :tries",
            now=clock.now(),
            id=job.id,
            tries=job.tries,
        )


async def _put_back(db: Database, job: Job, error: str) -> None:
    now = clock.now()
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE job SET lease_until = NULL, error = :error, run_at = :again, failed_at = :failed WHERE id = :id AND tries = :tries",
            error=error[:2000],
            again=now + _pause(job.tries),
            failed=now if job.tries >= GIVE_UP_AFTER else None,
            id=job.id,
            tries=job.tries,
        )


def _pause(tries: int) -> timedelta:
    return timedelta(seconds=min(2**tries, 4 * 3600))


class Doorbell:
    """Tells the workers that there is work, through arq. Nobody has to hear it: a sweep finds the row."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._pool: Any = None

    async def ring(self, jobs: list[int]) -> None:
        try:
            pool = self._pool = self._pool or arq_pool(self._url)
            for job_id in jobs:
                await pool.enqueue_job("do", job_id, _job_id=f"job:{job_id}")
        except (TimeoutError, RedisError, OSError) as error:
            log.warning("a doorbell was not heard; the sweep will find the job", error=repr(error))

    async def close(self) -> None:
        if self._pool is not None:
            with suppress(RedisError, OSError):
                await self._pool.aclose()


def arq_pool(redis_url: str) -> Any:
    """arq's Redis client, with JSON in place of its pickles."""
    from arq.connections import ArqRedis  # only processes that ring or work load it

    pool = known_errors(ConnectionPool.from_url(redis_url, socket_timeout=5, socket_connect_timeout=2))
    return ArqRedis(pool, job_serializer=dumps, job_deserializer=msgspec.json.decode)


def dumps(value: Any) -> bytes:
    return msgspec.json.encode(value, enc_hook=repr)  # a failed call's exception becomes its text
