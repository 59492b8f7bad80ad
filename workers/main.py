"""The worker: it does jobs when rung for, when they are due, and what the timetable says.

arq only rings. The sweep needs nothing but the database, so with Redis away jobs are done all the same.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from redis.exceptions import RedisError

from chat import clock, jobs, logs
from chat.config import Settings
from chat.db import AWAY, Database
from chat.jobs import Work, arq_pool, dumps
from chat.realtime.telling import telling
from chat.tasks import end
from workers.jobs import kinds
from workers.timetable import TIMETABLE, keep

log = structlog.get_logger()

SWEEP_SECONDS = 2.0


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set."""
    logs.set_up(settings)
    async with telling(
        settings.database_url, settings.redis_url, cluster=settings.redis_cluster, queue_url=settings.queue_url,
        pool=settings.db_pool,
    ) as (db, bus):  # fmt: skip
        work = kinds(db, bus.redis)
        lines = (keep(line, db, bus.redis) for line in TIMETABLE)
        forever = (sweep_for_ever(db, work), answer_for_ever(settings, db, work), *lines)
        tasks = [asyncio.create_task(task) for task in forever]
        try:
            await stop.wait()
        finally:
            await end(tasks)


async def sweep_for_ever(db: Database, work: Mapping[str, Work]) -> None:
    """Do what is due, and look again when the next job is, in two seconds at the latest."""
    while True:
        seconds = SWEEP_SECONDS
        try:
            await jobs.work_all(db, work)
            if due := await jobs.next_due(db):
                seconds = min(seconds, max(0.02, (due - clock.now()) / timedelta(seconds=1)))
        except AWAY as error:
            log.warning("the sweep waits for the database", error=repr(error))
        await asyncio.sleep(seconds)


async def answer_for_ever(settings: Settings, db: Database, work: Mapping[str, Work]) -> None:
    """Answer the doorbell. arq's worker dies with its Redis, so there is a new one then."""
    from arq.worker import Worker, func

    async def do(ctx: dict[str, Any], job_id: int) -> None:
        await jobs.work(db, work, only=job_id)

    while True:
        worker = Worker(
            functions=[func(do, name="do", keep_result=0)], redis_pool=arq_pool(settings.queue_url or settings.redis_url), handle_signals=False, poll_delay=0.2,
            max_jobs=10, job_timeout=300, job_serializer=dumps, job_deserializer=msgspec.json.decode,
        )  # fmt: skip
        try:
            await worker.async_run()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("the doorbell waits for Redis", error=repr(error))
            await asyncio.sleep(1)
        finally:
            with suppress(RedisError, OSError):
                await worker.close()
