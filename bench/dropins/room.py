"""A drop-in's room, full: what it costs, how late its screens are, and whether all of them are right in the end."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from bench import machine
from bench.aides import Aide
from bench.dropins.people import Scene
from bench.figures import Figure, figure
from bench.live.servers import HUB, LOAD_TEST, House
from chat import clock, dropins, members, networks
from chat.db import Database
from chat.secrets import hashed, new_token
from command.embedded import tied
from command.environment import child_environment, me

PATIENCE = 300  # seconds for each order

PEOPLE = """
WITH made AS (
    INSERT INTO member (handle, email, name, organisation, role, country, verified_at)
    SELECT 'person-' || n, 'person-' || n || '@example.org', 'Person ' || n, 'Hospital ' || n % 60, 'Nurse', 'GB', now()
    FROM generate_series(1, CAST(:count AS integer)) AS n RETURNING id
), placed AS (
    INSERT INTO membership (network_id, member_id, role) SELECT :network, id, 'member' FROM made
), streams AS (
    INSERT INTO stream (id) SELECT 'm:' || id FROM made
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM made
)
INSERT INTO api_token (token_hash, member_id) SELECT (CAST(:hashes AS bytea[]))[n], id FROM numbered
"""


class Run(NamedTuple):
    told: dict[str, Any]
    cpu: dict[str, float]  # seconds, by process
    seconds: float


def room(built: House, people: int, runs: int, seconds: float, churn: float = 0.1) -> Iterator[Figure | None]:
    """`churn`: the part of the people who leave in a minute, and come back."""
    found = [_run(built, people, seconds, churn) for _ in range(runs)]
    of: dict[str, Any] = {"people": people, "seconds": seconds}
    told = [run.told for run in found]
    cpu = [100 * sum(run.cpu.values()) / run.seconds for run in found]
    yield figure("room.wrong", [t["wrong"] for t in told], "screens", goal="≤ 0", n=people, **of)
    yield figure("room.p50", [t["p50"] for t in told], "ms", n=told[0]["deliveries"], **of)
    late = "≤ 150" if people <= 200 else "≤ 500"
    yield figure("room.p99", [t["p99"] for t in told], "ms", goal=late, n=told[0]["deliveries"], **of)
    yield figure("room.max", [t["max"] for t in told], "ms", n=told[0]["deliveries"], **of)
    yield figure("room.cpu", cpu, "% of a core", goal="≤ 25" if people <= 200 else "", **of)
    for name in found[0].cpu:
        yield figure(
            f"room.cpu.{name}", [100 * run.cpu[name] / run.seconds for run in found], "% of a core", **of
        )


def _run(built: House, people: int, seconds: float, churn: float) -> Run:
    scene = asyncio.run(_settle(built, people, churn))
    with built.serving(HUB) as server, tempfile.NamedTemporaryFile(suffix=".json") as file:
        worker = tied.spawn(
            me("worker"), env=child_environment(**built.urls, **LOAD_TEST, HUB_DATA_DIR=str(built.folder))
        )
        try:
            scene.port = server.port
            file.write(msgspec.json.encode(scene))
            file.flush()
            command = [sys.executable, "-P", "-m", "bench.dropins.people", file.name]
            with Aide("The people in the room", command) as crowd:
                crowd.ask("gather", PATIENCE)

                def used() -> dict[str, float]:
                    servers = {
                        server.name.lower(): machine.cpu_of_tree(process.pid)
                        for server, process in built.embedded.processes.items()
                    }
                    return {"web": server.cpu(), "worker": machine.cpu(worker.pid), **servers}

                before = used()
                crowd.ask(f"go {seconds}", seconds + PATIENCE)
                after = used()
                told = crowd.ask("compare", PATIENCE)
        finally:
            worker.terminate()
            worker.wait(15)
    if told["wrong"]:
        print(told["first_wrong"])
    print(told["counts"], told["things"])
    return Run(told, {name: after[name] - before[name] for name in before}, seconds)


async def _settle(built: House, people: int, churn: float) -> Scene:
    """A private network of so many, and the drop-in that is open there now."""
    db = Database(built.urls["DATABASE_URL"], pool=1)
    tokens = [new_token() for _ in range(people)]
    try:
        async with db.transaction() as tx:
            host = await members.by_id(tx, await tx.value("SELECT id FROM member WHERE handle = 'ana'"))
            await tx.run(
                "DELETE FROM api_token WHERE member_id IN (SELECT id FROM member WHERE handle LIKE 'person-%')"
            )
            slug = await networks.found(tx, host, {"name": "Patient safety managers", "access": "private"})
            network = await networks.network_of(tx, host, slug)
            await tx.run(PEOPLE, network=network.id, count=people, hashes=[hashed(t) for t in tokens])
            host_token = await members.issue_token(tx, "ana@example.org")
            form = {"title": "Weekly drop-in", "zone": "Europe/London", "local_time": "03:00"}
            series = await dropins.schedule(tx, host, network, form)
            drop_in = await dropins.hold(tx, host, series, clock.now() - timedelta(seconds=1), 240)
            topic = await tx.value("SELECT topic_id FROM drop_in WHERE id = :id", id=drop_in)
        async with db.transaction() as tx:
            await dropins.open_doors(tx, drop_in)
    finally:
        await db.close()
    return Scene(
        0,
        drop_in,
        topic,
        network.id,
        tokens,
        host_token,
        talk=2,
        votes=5,
        hands=0.5,
        questions=0.2,
        churn=churn,
    )
