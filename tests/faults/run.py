"""One run: the curtain rises, everybody writes and listens, things go wrong, then quiet, and the checker has its say."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import asyncpg
import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat.migrate import migrate
from chat.realtime.telling import telling
from chat.tasks import end
from command.embedded import Embedded
from tests.faults import clients, journal, things, writers
from tests.faults.asking import NoAnswer, ask
from tests.faults.cast import Cast, assemble
from tests.faults.checker import check
from tests.faults.findings import Findings, Limits
from tests.faults.journal import Here, Rows, now
from tests.faults.schedule import ALL, Step, schedule
from tests.faults.truth import Truth, collect
from tests.faults.world import ROOT, Lent, World, ended

HEARTBEAT = 2.0  # as world.py sets it


@dataclass(frozen=True)
class Course:
    """What a run is like."""

    seconds: float
    seed: int
    clients: int = 24
    rate: float = 20.0  # writes a second
    kills: int = 0
    others: int = 0
    kinds: tuple[str, ...] = ALL
    removals: int = 2  # victims removed at a time
    new_topics: int = 4  # by each writer
    restore: bool = False
    plant: str = ""
    lose: float = 0.0  # the chance that a publish is never made
    linger: float = 0.0  # seconds of quiet before the end, for ghosts to go
    patience: float = 0.0  # seconds that a busy machine may add to each limit
    settle: float = 25.0  # how long the clients may take in the end
    processes: int = 2


class Result(NamedTuple):
    findings: Findings
    summary: dict[str, Any]


async def run(course: Course, folder: Path, servers: Lent | None = None) -> Result:
    """Raises what goes wrong with the run itself; what is wrong with the product is in the findings."""
    world = World(
        folder, course.seed, processes=course.processes, plant=course.plant, lose=course.lose, servers=servers
    )
    try:
        await world.start_servers()
        await migrate(world.database_url)
        stage = Stage(course, world, folder)
        await asyncio.gather(stage.assemble(), world.start_processes())
        await stage.play()
        eras = await stage.truths()
    finally:
        await world.stop()
    findings = check(stage.records, stage.cast.clients, eras, Limits().with_patience(course.patience))
    return Result(findings, {**_how(course, world, stage), **findings.summary()})


def _how(course: Course, world: World, stage: "Stage") -> dict[str, Any]:
    return {
        "seed": course.seed, "seconds": course.seconds, "clients": course.clients, "kills": world.kills,
        "faults": dict(stage.inflicted),
        "publishes": {"dropped": world.proxy.dropped, "doubled": world.proxy.doubled, "delayed": world.proxy.delayed},
        "accidents": accidents(stage.folder), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def accidents(folder: Path) -> list[str]:
    """The last line of each kind of traceback in the processes' logs."""
    found: Counter[str] = Counter()
    for log in sorted(folder.glob("*.log")):
        inside = False
        for line in log.read_text(errors="replace").splitlines():
            if "Traceback (most recent call last)" in line:
                inside = True
            elif inside and line and line[0] not in " |+":
                found[f"{log.stem}: {line[:160]}"] += 1
                inside = False
    return [f"{count}x {line}" for line, count in found.most_common(12)]


@dataclass
class Stage:
    course: Course
    world: World
    folder: Path
    inflicted: Counter[str] = field(default_factory=Counter)

    async def assemble(self) -> None:
        self.rng = Random(self.course.seed)
        self.locks: dict[str, asyncio.Lock] = {}
        self.restored_at: float | None = None
        async with telling(self.world.database_url, self.world.servers.redis_url) as (db, _):
            self.cast: Cast = await assemble(db, self.rng, self.course.clients)

    # The play

    async def play(self) -> None:
        scene = clients.Scene(
            self.course.seed, self.world.ports, HEARTBEAT, self.cast.slugs, self.cast.clients
        )
        script = writers.Scene(
            self.course.seed, self.world.ports, self.course.rate, self.course.new_topics, self.cast.writers
        )
        self.swarm = swarm = await self._company("swarm", scene)
        pens = None
        going_on: list[asyncio.Task] = []
        try:
            await said(swarm, "ready", 30)
            pens = await self._company("writers", script)
            await said(pens, "ready", 10)
            going_on = [
                asyncio.create_task(work)
                for work in (self._inspect(), self._watch_room(), self._end_sessions())
            ]
            going_on += [asyncio.create_task(self._remove(n)) for n in range(self.course.removals)]
            await self._let_go_wrong()
            await asyncio.sleep(self.course.linger)
            await asyncio.gather(*(self.world.answering(place) for place in range(len(self.world.webs))))
            await self._quiet(swarm, pens, going_on)
        finally:
            await end(going_on)
            for process in filter(None, (swarm, pens)):
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _company(self, name: str, scene: msgspec.Struct) -> asyncio.subprocess.Process:
        file = self.folder / f"{name}.json"
        file.write_bytes(msgspec.json.encode(scene))
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"tests.faults.{name}", str(file), str(self.folder / f"{name}.journal"),
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(self.folder / f"{name}.log").open("ab"),
            limit=1 << 24,
        )  # fmt: skip

    async def _quiet(self, swarm: Any, pens: Any, going_on: list[asyncio.Task]) -> None:
        """Let what is under way come to its end, then let everybody say what they have."""
        order(swarm, do="calm")
        await end(going_on)
        pens.stdin.close()
        if await asyncio.wait_for(pens.wait(), 60):
            raise RuntimeError(f"the writers failed; see {self.folder / 'writers.log'}")
        self.world.worker.terminate()
        await ended(self.world.worker, 10)
        heads = await asyncio.wait_for(self._heads_at_rest(), 60)
        order(swarm, do="finish", heads=heads, within=self.course.settle)
        await said(swarm, "settled", self.course.settle + 20)
        await asyncio.wait_for(swarm.wait(), 30)
        self.things = await self._snapshots(heads)

    async def _heads_at_rest(self) -> dict[str, int]:
        connection = await asyncpg.connect(self.world.database_url)
        try:
            before: dict[str, int] = {}
            while True:
                heads = dict(await connection.fetch("SELECT id, head FROM stream"))
                if heads == before:
                    return heads
                before = heads
                await asyncio.sleep(0.5)
        finally:
            await connection.close()

    async def _snapshots(self, heads: dict[str, int]) -> dict[str, dict[str, str]]:
        """What a new reader is shown of each stream."""
        shown: dict[str, dict[str, str]] = {}
        for stream in heads:
            if stream[0] == "t":
                posts: list[dict] = []
                more = True
                while more:
                    after = posts[-1]["number"] if posts else 0
                    page = await self._get(f"/topics/{stream[2:]}/posts?limit=200&after={after}")
                    if page is None:
                        break  # the talk of a drop-in that has not begun
                    posts, more = posts + page["posts"], page["more"]
                shown[stream] = {things.key("post", p): things.digest("post", p) for p in posts}
        for stream, slug in self.cast.slugs.items():
            topics = (await self._get(f"/networks/{slug}/topics?limit=100"))["topics"]
            shown[stream] = {things.key("topic", t): things.digest("topic", t) for t in topics}
        return shown

    async def _get(self, path: str) -> Any:
        answer = await ask(self.world.ports[0], "GET", f"/api/v1{path}", self.cast.owner_token, patience=90)
        return answer.body if answer.fine else None

    async def truths(self) -> list[Truth]:
        """The histories of the database, the one that a restored backup ended first."""
        truth = await collect(self.world.superuser_url)
        truth.things |= self.things
        if self.restored_at is None:
            return [truth]
        with Embedded(self.folder / "lost", valkey=False) as servers:
            before = await collect(servers.database_url.replace("hub@", "postgres@"))
        before.until = self.restored_at
        return [before, truth]

    def records(self):
        for name in ("world", "web-0", "web-1", "writers", "swarm"):
            if (path := self.folder / f"{name}.journal").exists():
                yield from journal.read(path)

    # What goes wrong

    async def _let_go_wrong(self) -> None:
        """According to the schedule; returns when the time is up and all is well again."""
        course = self.course
        steps = schedule(
            self.rng, course.seconds, course.kills, course.others, course.kinds, course.processes
        )
        if self.course.restore:
            part = self.course.seconds / 3
            steps = sorted([*steps, Step(part, "back up", 0.1, 0), Step(2 * part, "restore", 0.1, 0)])
        began, under_way = now(), []
        for step in steps:
            await asyncio.sleep(began + step.at - now())
            under_way.append(asyncio.create_task(self._inflict(step)))
        await asyncio.sleep(max(0, began + self.course.seconds - now()))
        await asyncio.gather(*under_way)

    async def _inflict(self, step: Step) -> None:
        target = step.kind if step.kind in ("drop", "double", "delay") else step.kind.partition(" ")[2]
        target = (
            f"web {step.place}"
            if step.kind in ("kill web", "die before publish", "term web", "stop web")
            else target
        )
        target = {"back up": "PostgreSQL", "restore": "PostgreSQL", "hang": "line"}.get(step.kind, target)
        async with self.locks.setdefault(target, asyncio.Lock()):
            self.inflicted[step.kind] += 1
            await self._go_wrong(step, step.seconds)

    async def _go_wrong(self, step: Step, seconds: float) -> None:
        world, since = self.world, now()
        match step.kind:
            case "kill web":
                await world.kill_web(step.place, seconds / 3)
            case "die before publish":
                await world.kill_web(step.place, seconds / 3, by=signal.SIGUSR1)
            case "term web":
                await world.kill_web(step.place, 0, by=signal.SIGTERM)
            case "stop web":
                await world.freeze(f"web {step.place}", world.webs[step.place].pid, seconds)
            case "kill worker":
                await world.kill_worker(seconds)
            case "kill Valkey":
                await world.kill_server(world.servers.valkey, seconds)
            case "kill PostgreSQL":
                await world.kill_server(world.servers.postgres, seconds / 3)
            case "stop Valkey" | "stop PostgreSQL":
                server = world.servers.valkey if "Valkey" in step.kind else world.servers.postgres
                await world.freeze(server.name, world.servers.processes[server].pid, seconds)
            case "drop" | "double" | "delay":
                setattr(world.proxy, step.kind, 0.5)
                await asyncio.sleep(seconds)
                setattr(world.proxy, step.kind, 0.0)
                world.note(since, step.kind, "bus")
            case "hang":
                world.proxy.hang()
                await asyncio.sleep(seconds)
                world.proxy.flow()
                world.note(since, "hang", "proxy")
            case "cut line":
                world.proxy.cut()
                world.note(since, "cut", "proxy")
            case "stall clients":
                order(self.swarm, do="stall", share=0.15, seconds=2 * seconds)
            case "cut clients":
                order(self.swarm, do="cut", share=0.3)
            case "back up":
                await world.kill_server(world.servers.postgres, seconds, meanwhile=self._back_up)
            case "restore":
                await self._have_written(20)  # or nothing would be lost with it
                await world.kill_server(world.servers.postgres, seconds, meanwhile=self._restore)

    async def _have_written(self, count: int) -> None:
        """Until so many events more are in the log."""
        wanted = await self._events() + count
        while await self._events() < wanted:
            await asyncio.sleep(0.1)

    async def _events(self) -> int:
        connection = await asyncpg.connect(self.world.database_url)
        try:
            return await connection.fetchval("SELECT sum(head) FROM stream")
        finally:
            await connection.close()

    def _back_up(self) -> None:
        subprocess.run(["cp", "-a", self.folder / "data" / "postgres", self.folder / "backup"], check=True)

    def _restore(self) -> None:
        self.restored_at = now()  # the last answers from before have arrived by now
        data = self.folder / "data" / "postgres"
        (self.folder / "lost").mkdir(mode=0o711)
        data.rename(self.folder / "lost" / "postgres")
        (self.folder / "backup").rename(data)

    # What members do besides

    async def _remove(self, which: int) -> None:
        """Remove one victim after the other, and let each in again."""
        rng = Random(f"{self.course.seed} removing {which}")
        victims = self.cast.victims[which :: self.course.removals]
        while True:
            victim, slug = rng.choice(victims), rng.choice(self.cast.closed)
            with suppress(NoAnswer):
                await self._act("DELETE", f"/networks/{slug}/members/{victim.handle}")
                await asyncio.sleep(rng.uniform(0.2, 1.5))
                if offer := await self._act(
                    "POST", f"/networks/{slug}/invitations", {"places": 1, "days": 1}
                ):
                    await ask(
                        self._port(rng),
                        "POST",
                        f"/api/v1/invitations/{offer['token']}/accept",
                        victim.token,
                        patience=3,
                    )
            await asyncio.sleep(rng.uniform(0.1, 0.6))

    async def _act(self, method: str, path: str, body: object = None) -> Any:
        answer = await ask(
            self._port(self.rng), method, f"/api/v1{path}", self.cast.owner_token, body, patience=3
        )
        return answer.body if answer.fine else None

    async def _end_sessions(self) -> None:
        rng = Random(f"{self.course.seed} sessions")
        plans = [plan for plan in self.cast.clients if plan.sessions]
        while plans:
            await asyncio.sleep(rng.uniform(1, 4))
            with suppress(NoAnswer, OSError, asyncpg.PostgresError, TimeoutError):
                await self._end_session(rng.choice(plans), self._port(rng))

    async def _end_session(self, plan: clients.Plan, port: int) -> None:
        connection = await asyncpg.connect(self.world.database_url, timeout=2)
        try:
            first = await connection.fetchval(
                "SELECT min(id) FROM session WHERE member_id = $1 AND ended_at IS NULL AND id = ANY($2)",
                plan.member, [session for session, _, _ in plan.sessions],
            )  # fmt: skip
        finally:
            await connection.close()
        for session, cookie, csrf in plan.sessions[:-1]:  # the last one stays
            if session == first:
                headers = {
                    "Cookie": f"session={cookie}", "Origin": f"http://127.0.0.1:{port}",
                    "Content-Type": "application/x-www-form-urlencoded",
                }  # fmt: skip
                await ask(
                    port, "POST", "/sign-out", body=f"csrf={csrf}".encode(), headers=headers, patience=3
                )
                self.inflicted["end session"] += 1

    def _port(self, rng: Random) -> int:
        return rng.choice(self.world.ports)

    # What is looked at all the while

    async def _inspect(self) -> None:
        """The log, as one snapshot after the other shows it."""
        while True:
            with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(self.world.database_url, timeout=2, command_timeout=5)
                try:
                    while True:
                        for row in await connection.fetch(LOG):
                            self.world.journal.write(Rows(now(), *row))
                        await asyncio.sleep(0.5)
                finally:
                    connection.terminate()
            await asyncio.sleep(0.2)

    async def _watch_room(self) -> None:
        """Who is in the room by what the processes keep in Valkey: people of those whose lease has not run out."""
        redis = Redis.from_url(
            self.world.servers.redis_url, socket_timeout=1, socket_connect_timeout=1, decode_responses=True
        )
        try:
            while True:
                with suppress(RedisError, OSError, TimeoutError):
                    fields = await redis.hgetall(f"presence:{self.cast.room}")
                    alive = {
                        p for p in {f.partition(":")[0] for f in fields} if await redis.exists(f"proc:{p}")
                    }
                    here = {int(m) for p, _, m in (f.partition(":") for f in fields) if p in alive}
                    self.world.journal.write(Here(now(), self.cast.room, sorted(here)))
                await asyncio.sleep(0.5)
        finally:
            await redis.aclose()


LOG = """
SELECT id, head, floor, count(seq), coalesce(min(seq), 0), coalesce(max(seq), 0)
FROM stream LEFT JOIN event ON stream_id = id GROUP BY id
"""


def order(process: asyncio.subprocess.Process, **words: Any) -> None:
    process.stdin.write(msgspec.json.encode(words) + b"\n")  # type: ignore[union-attr]


async def said(process: asyncio.subprocess.Process, word: str, within: float) -> str:
    """The next word that a process says; raises when it ends without one."""
    line = await asyncio.wait_for(process.stdout.readline(), within)  # type: ignore[union-attr]
    if not line:
        raise RuntimeError(f"a process ended before it said {word!r}; see the logs")
    return line.decode().strip()
