"""Many drop-ins that are due at the same second: how long until all are announced, and each once.

Real workers open them; a client of a real web process follows their networks and hears of each.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from bench.figures import Figure, figure
from bench.live.servers import HUB, LOAD_TEST, House, Server
from chat import clock, dropins, members, networks
from chat.db import Database
from command.embedded import tied
from command.environment import child_environment, me
from command.trouble import Trouble

GOAL = "≤ 2,000"  # ms, until the last is announced
PATIENCE = 60.0  # seconds, for what should take two
LEAD = timedelta(seconds=4)  # from the last preparation until they are due

EVENTS = """
SELECT count(*) AS events, count(DISTINCT ref_id) AS drop_ins, min(at) AS first, max(at) AS last FROM event
WHERE kind = :kind AND ref_id = ANY(:ids)
"""


def opening(
    built: House, count: int, in_networks: int, workers: int, runs: int, profile: Path | None
) -> Iterator[Figure | None]:
    built_for: dict[str, Any] = {"drop_ins": count, "networks": in_networks, "workers": workers}
    announced, heard, cpu = [], [], []
    with built.serving(HUB) as server, working(built, workers, profile) as pids:
        for run in range(runs):
            told = asyncio.run(_one(built, server, pids, count, in_networks, run))
            announced.append(told["announced"])
            heard.append(told["heard"])
            cpu.append(told["cpu"])
    yield figure("opening.announced", announced, "ms", goal=GOAL, n=count, **built_for)
    yield figure("opening.heard", heard, "ms", goal=GOAL, n=count, **built_for)
    yield figure("opening.cpu", cpu, "ms", n=count, **built_for)


@contextmanager
def working(built: House, count: int, profile: Path | None = None) -> Iterator[list[int]]:
    """Worker processes, and their ids."""
    environment = child_environment(**built.urls, **LOAD_TEST, HUB_DATA_DIR=str(built.folder))
    command = me("worker")
    if profile:
        command[2:2] = ["-m", "cProfile", "-o", str(profile)]
    processes = [tied.spawn(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(15)


async def _one(
    built: House, server: Server, pids: list[int], count: int, in_networks: int, run: int
) -> dict[str, float]:
    from bench import machine

    db = Database(built.urls["DATABASE_URL"], pool=4)
    try:
        host, made = await _found(db, in_networks, run)
        series, due = await _schedule(db, host, made, count)
        ids = [row.id for row in await _rows(db, series)]
        if len(ids) != count:
            raise Trouble(f"There are {len(ids)} drop-ins, and there should be {count}.")
        following = asyncio.create_task(_follow(server.port, [n.id for n in made], set(ids)))
        await asyncio.sleep(max(0.0, (due - clock.now()) / timedelta(seconds=1) - 0.5))
        used = machine.cpu_of_tree(pids[0]) + built.cpu()
        heard = await asyncio.wait_for(following, PATIENCE)
        used = machine.cpu_of_tree(pids[0]) + built.cpu() - used
        await asyncio.sleep(1)  # for whoever would announce one again
        row = await _announced(db, "dropin.opened", ids)
        for kind in ("dropin.opened", "room.opened"):
            told = await _announced(db, kind, ids)
            if (told.events, told.drop_ins) != (count, count):
                raise Trouble(f"{kind} was said {told.events} times of {told.drop_ins} drop-ins.")
        if row.first < due:
            raise Trouble("One was announced before its time.")
        return {
            "announced": (row.last - due) / timedelta(milliseconds=1),
            "heard": (heard - due.timestamp()) * 1000,
            "cpu": used * 1000,
        }
    finally:
        await db.close()


async def _found(db: Database, count: int, run: int) -> tuple[Any, list[Any]]:
    async with db.transaction() as tx:
        host = await members.by_id(tx, await tx.value("SELECT id FROM member WHERE handle = 'ana'"))
        made = []
        for number in range(count):
            slug = await networks.found(tx, host, {"name": f"Ward {run} {number}", "access": "open"})
            made.append(await networks.network_of(tx, host, slug))
    return host, made


async def _schedule(db: Database, host: Any, made: list[Any], count: int) -> tuple[list[int], datetime]:
    """One date of each of so many series, all of the same second, which has still to come when all is prepared."""
    began = time.monotonic()
    # They are made for tomorrow, and then given the time: nobody knows how long it takes to make them.
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    form = {"title": "Weekly drop-in", "zone": "UTC", "rule": "FREQ=DAILY;COUNT=1", "starts_on": tomorrow, "local_time": "12:00"}  # fmt: skip
    series = []
    for first in range(0, count, 50):
        async with db.transaction() as tx:
            for number in range(first, min(first + 50, count)):
                network = made[number % len(made)]
                series.append(await dropins.schedule(tx, host, network, form))
    took = time.monotonic() - began
    due = (datetime.now(UTC) + LEAD + timedelta(seconds=took)).replace(microsecond=0)
    for row in await _rows(db, series):
        async with db.transaction() as tx:
            await tx.run("UPDATE drop_in SET moved_at = :due WHERE id = :id", id=row.id, due=due)
            await dropins.change_time(tx, row.id, due, due + timedelta(hours=1))
    print(json.dumps({"prepared_in": round(time.monotonic() - began, 1)}), file=sys.stderr)
    if datetime.now(UTC) > due - timedelta(seconds=1):
        raise Trouble("This machine was too slow to prepare them in time.")
    return series, due


async def _rows(db: Database, series: list[int]) -> list[Any]:
    async with db.snapshot() as tx:
        return await tx.all("SELECT * FROM drop_in WHERE series_id = ANY(:ids) ORDER BY id", ids=series)


async def _announced(db: Database, kind: str, ids: list[int]) -> Any:
    async with db.snapshot() as tx:
        return await tx.first(EVENTS, kind=kind, ids=ids)


async def _follow(port: int, followed: list[int], ids: set[int]) -> float:
    """When the last of these drop-ins was heard to open; each may be heard of once."""
    seen: set[int] = set()
    async with connect(f"ws://127.0.0.1:{port}/live", max_size=None) as socket:
        subs = [{"s": f"n:{network}"} for network in followed]
        await socket.send(json.dumps({"t": "hello", "v": 1, "as": "json", "subs": subs}))
        while True:
            for told in _messages(await socket.recv()):
                if told.get("t") == "hb":
                    await socket.send('{"t":"pong"}')
                if told.get("k") != "dropin.opened" or told["d"]["id"] not in ids:
                    continue
                if told["d"]["id"] in seen:
                    raise Trouble(f"Drop-in {told['d']['id']} was heard to open twice.")
                seen.add(told["d"]["id"])
                if seen == ids:
                    return time.time()


def _messages(text: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in str(text).splitlines() if line]
