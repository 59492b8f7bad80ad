"""What was lost or late and made good, counted since this process began."""

import asyncio
from collections import Counter

import structlog

log = structlog.get_logger()

PUBLISHES_LOST = "publishes_lost"
FOUND_BY_SWEEP = "found_by_sweep"  # streams that were further on than this process had heard
RESYNCS = "resyncs"  # clients sent to read their page again
STALLED = "stalled"  # connections dropped because they stopped reading

LOG_EVERY = 60  # seconds

tally: Counter[str] = Counter()


async def log_for_ever() -> None:
    """A line a minute, when there is something to say."""
    told: Counter[str] = Counter()
    while True:
        await asyncio.sleep(LOG_EVERY)
        if new := tally - told:
            log.info("made good in the last minute", **new)
            told = tally.copy()
