"""All readers are cut off at once and come back with their cursors, while somebody goes on writing."""

import asyncio
import signal
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.figures import Figure, figure
from bench.live.servers import HUB, House
from command.trouble import Trouble

HOW = ("cut", "stop", "kill")
RATE, WRITING = 5, 5  # messages a second, and for how long they are written: from a second before
PATIENCE = 120


class Run(NamedTuple):
    live: float  # seconds until all are live again
    level: float  # and until they have all that was written meanwhile
    lost: int
    log_reads: int
    vain: int  # attempts that were refused or took too long


def storm(
    built: House, readers: int, runs: int, how: tuple[str, ...] = HOW, processes: int = 1
) -> Iterator[Figure | None]:
    """`cut`: the network breaks. `stop`: the web processes are replaced, orderly. `kill`: they are killed."""
    found: dict[str, list[Run]] = {way: [] for way in how}
    for _ in range(runs):
        for way in how:
            found[way].append(_run(built, readers, way, processes))
    for way, values in found.items():
        of: dict[str, Any] = {"how": way, "readers": readers, "processes": processes}
        yield figure("storm.live", [r.live for r in values], "s", goal="≤ 10", n=readers, **of)
        yield figure("storm.level", [r.level for r in values], "s", n=readers, **of)
        yield figure(
            "storm.log_reads", [r.log_reads for r in values], "reads", goal=f"≤ {processes}", n=readers, **of
        )
        yield figure("storm.vain", [r.vain for r in values], "attempts", n=readers, **of)
        yield figure("storm.lost", [r.lost for r in values], "deliveries", goal="≤ 0", n=readers, **of)


def _run(built: House, readers: int, how: str, processes: int) -> Run:
    before = asyncio.run(_log_reads(built))
    with built.serving(HUB, processes) as server, server.crowd(readers, comes_back=True) as crowd:
        crowd.gather()
        crowd.await_complete(built.writer.ask("pace 20 5")["last"])
        built.writer.say(f"pace {RATE} {RATE * WRITING}")
        time.sleep(1)
        crowd.mark()
        began = time.monotonic()
        if how == "cut":
            crowd.cut()
        else:
            server.replace(signal.SIGTERM if how == "stop" else signal.SIGKILL)
        crowd.gather_again(PATIENCE)
        live = time.monotonic() - began
        crowd.await_complete(built.writer.hear(PATIENCE)["last"], PATIENCE)
        level = time.monotonic() - began
        told = crowd.report()
        if told["resyncs"]:
            raise Trouble(f"Not everybody could go on from a cursor: {told}")
    # PostgreSQL counts what a process did once it has left.
    reads = asyncio.run(_log_reads(built)) - before
    # A connection that is cut by the server is dropped once; whatever goes beyond that was in vain.
    vain = told["dropped"] - (0 if how == "cut" else readers)
    return Run(live, level, told["skipped"] + told["repeated"], reads, vain)


async def _log_reads(built: House) -> int:
    """How often the log has been looked into since it was made."""
    import asyncpg

    connection = await asyncpg.connect(built.urls["DATABASE_URL"])
    try:
        return await connection.fetchval(
            "SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'event'"
        )
    finally:
        await connection.close()
