"""How far members have read, and how often topics are seen."""

import hashlib

import structlog
from redis.asyncio import Redis

from chat import clock
from chat.db import Database, Transaction
from chat.discussions.queries import topic_of
from chat.errors import SignInFirst
from chat.events import member_stream
from chat.members import Viewer
from chat.redis import ABSENT

ONE_VIEW_PER = 8 * 3600  # seconds, for one visitor and topic
COUNTED, FOLDING = (
    "views:{counted}",
    "views:{counted}:folding",
)  # the braces keep both on one server of a cluster
FOLDING_LOCK = 7_201_847  # any number, the same in every process
CRAWLERS = ("bot", "crawl", "spider", "slurp", "preview", "curl/", "wget/", "python-")

log = structlog.get_logger()


async def mark_read(tx: Transaction, viewer: Viewer | None, topic_id: int, number: int) -> None:
    """The member has read up to this post. Late and repeated news of it change nothing."""
    if viewer is None:
        raise SignInFirst
    topic = await topic_of(tx, viewer, topic_id)
    number = max(0, min(number, topic.post_count))
    # Numbers of posts that were moved elsewhere are read with the one before: nobody could come to them.
    following = await tx.value(
        "SELECT number FROM post WHERE topic_id = :topic AND number > :number ORDER BY number LIMIT 1",
        topic=topic_id,
        number=number,
    )
    if number:
        number = following - 1 if following else topic.post_count
    moved = await tx.run(
        "INSERT INTO reading (member_id, topic_id, number, at) VALUES (:member, :topic, :number, :now) "
        "ON CONFLICT (member_id, topic_id) DO UPDATE SET number = excluded.number, at = excluded.at WHERE reading.number < excluded.number",
        member=viewer.id,
        topic=topic_id,
        number=number,
        now=clock.now(),
    )
    if moved:
        tx.announce(member_stream(viewer.id), "read.moved", topic_id, number)


async def count_view(redis: Redis, topic_id: int, viewer: Viewer | None, address: str, browser: str) -> None:
    """Count a look at a topic: one per visitor and eight hours, crawlers none. Lost when Redis is away."""
    if any(word in browser.lower() for word in CRAWLERS):
        return
    who = (
        f"m{viewer.id}"
        if viewer
        else hashlib.blake2b(f"{address} {browser}".encode(), digest_size=8).hexdigest()
    )
    try:
        if await redis.set(f"seen:{topic_id}:{who}", 1, nx=True, ex=ONE_VIEW_PER):
            await redis.hincrby(COUNTED, str(topic_id), 1)  # type: ignore[misc]
    except ABSENT as error:
        log.warning("a view was not counted", error=repr(error))


async def fold_views(db: Database, redis: Redis) -> int:
    """Bring the views counted in Redis into the topics; how many there were."""
    async with db.transaction() as tx:
        if not await tx.value("SELECT pg_try_advisory_xact_lock(:lock)", lock=FOLDING_LOCK):
            return 0  # another worker is at it
        if not await redis.exists(FOLDING):  # left by a worker that died: those first
            if not await redis.exists(COUNTED):
                return 0
            await redis.rename(COUNTED, FOLDING)
        counts = {int(topic): int(n) for topic, n in (await redis.hgetall(FOLDING)).items()}  # type: ignore[misc]
        await tx.run(
            "UPDATE topic SET views = views + counted.n FROM unnest(CAST(:ids AS bigint[]), CAST(:counts AS bigint[])) AS counted (id, n) "
            "WHERE topic.id = counted.id",
            ids=list(counts),
            counts=list(counts.values()),
        )
        # Before the commit: should that fail, views are lost, which is better than counting them twice.
        await redis.delete(FOLDING)
    return sum(counts.values())
