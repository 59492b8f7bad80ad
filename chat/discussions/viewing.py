"""How often topics are seen: one view per visitor, topic and eight hours; crawlers don't count.

What a process has seen it gathers, and tells Redis a little later; a worker brings it into the topics.
"""

import asyncio
import hashlib
from collections import OrderedDict

import structlog
from redis.asyncio import Redis

from chat import clock
from chat.db import Database
from chat.members import Viewer
from chat.redis import ABSENT

ONE_VIEW_PER = 8 * 3600  # seconds, for one visitor and topic
COUNTED, FOLDING = (
    "views:{counted}",
    "views:{counted}:folding",
)  # the braces keep both on one server of a cluster
FOLDING_LOCK = 7_201_847  # any number, the same in every process
CRAWLERS = ("bot", "crawl", "spider", "slurp", "preview", "curl/", "wget/", "python-")
TELL_SECONDS = 2
REMEMBERED = 20_000  # looks that this process need not tell of again
MOST_WAITING = 20_000

log = structlog.get_logger()


class Looks:
    """The looks at topics that one process has answered."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._known: OrderedDict[str, float] = OrderedDict()
        self._waiting: list[tuple[int, str]] = []

    def count(self, topic_id: int, viewer: Viewer | None, address: str, browser: str) -> None:
        """One more look, by a member or from an address. Past what can wait, it is not counted."""
        who, now = f"m{viewer.id}" if viewer else _anonymous(f"{address} {browser}"), clock.now().timestamp()
        key = f"{topic_id} {who}"
        if self._known.get(key, 0) > now:
            return
        if any(word in browser.lower() for word in CRAWLERS) or len(self._waiting) >= MOST_WAITING:
            return
        self._known[key] = now + ONE_VIEW_PER
        self._known.move_to_end(key)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self._waiting.append((topic_id, who))

    async def tell(self) -> None:
        """Tell Redis what has gathered. Lost when Redis is away."""
        looks, self._waiting = self._waiting, []
        try:
            for topic_id, who in looks:
                if await self._redis.set(f"seen:{topic_id}:{who}", 1, nx=True, ex=ONE_VIEW_PER):
                    await self._redis.hincrby(COUNTED, str(topic_id), 1)  # type: ignore[misc]
        except ABSENT as error:
            log.warning("views were not counted", error=repr(error))

    async def tell_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            await self.tell()


def _anonymous(who: str) -> str:
    return hashlib.blake2b(who.encode(), digest_size=8).hexdigest()


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
