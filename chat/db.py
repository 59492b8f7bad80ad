"""The database and the unit of work.

async with db.transaction() as tx:
    post = await discussions.reply(tx, ana, topic_id, "Smoke them gently.")
# committed: now its events are published and its jobs are rung
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple, Protocol, get_args
from weakref import WeakKeyDictionary

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import asyncpg as postgresql
from sqlalchemy.util import LRUCache

from chat import clock
from chat.events import Event, Fact, write_events

FAREWELL_SECONDS = 5
ACQUIRE_SECONDS = 10
IDLE_SECONDS = 60  # then a connection is given back: each is a process of the server

AfterCommit = Callable[[list[Event], list[int]], Awaitable[None]]

# What the driver raises: what the server said, or what it would not even send.
DatabaseError = (asyncpg.PostgresError, asyncpg.InterfaceError)

# What a call raises while the database is away, or drops the connection.
AWAY = (
    *DatabaseError,
    OSError,
    asyncio.TimeoutError,
    asyncpg.InternalClientError,  # of a connection that has heard its server's last words, and not yet its end
)


def own_fault(error: BaseException) -> bool:
    """Whether the database is there and refuses what was asked of it: a constraint, an impossible value, bad SQL."""
    return _state(error)[:2] in ("22", "23", "42") or unholdable(error)


def unholdable(error: BaseException) -> bool:
    """Whether a value was asked for that no column holds: a NUL in a text, a number or a time out of range."""
    return _state(error).startswith("22") or (
        isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
    )


def _state(error: BaseException) -> str:
    return getattr(error, "sqlstate", None) or ""


class Row(asyncpg.Record):
    """A row: a sequence whose columns are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Reader(Protocol):
    """What a question needs of a transaction, a snapshot or a glance. Rows are to be unpacked."""

    async def all(self, query: Any, /, **params: Any) -> list[Any]: ...


class Glance:
    """Statements that each see a moment of their own."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def all(self, query: Any, /, **params: Any) -> list[Any]:
        """All rows of a query."""
        sql, values = _made(query, params)
        return await self.connection.fetch(sql, *values)

    async def first(self, query: Any, /, **params: Any) -> Any:
        """The first row of a query, or None."""
        sql, values = _made(query, params)
        return await self.connection.fetchrow(sql, *values)

    async def value(self, query: Any, /, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = await self.first(query, **params)
        return row[0] if row is not None else None

    async def together(self, *questions: "Question") -> list[list[Any]]:
        """The rows of several questions, asked at once: each way to the server and back costs more than most answers.

        They travel as JSON.
        """
        made = [_made(question.query, question.params) for question in questions]
        answers = await self.connection.fetchrow(
            _joined(
                *((sql, _width(question.row)) for question, (sql, _) in zip(questions, made, strict=True))
            ),
            *(v for _, values in made for v in values),
        )
        return [
            _rows(question.row).decode(answer) if answer else []
            for question, answer in zip(questions, answers, strict=True)
        ]


class Question(NamedTuple):
    """A query and what fills its places, not asked yet. `row` is the tuple that each of its rows is to become."""

    row: Any
    query: Any
    params: dict[str, Any]


class Transaction(Glance):
    """One unit of work. What it announces is numbered last, just before the commit."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        super().__init__(connection)
        self.fences: dict[
            int, int
        ] = {}  # network id -> acl_version, of the networks where nobody changes it before the end
        self.events: list[Event] = []
        self.jobs: list[int] = []
        self._facts: list[Fact] = []

    async def run(self, query: Any, /, **params: Any) -> int:
        """Carry a statement out; the number of rows it touched."""
        sql, values = _made(query, params)
        told = await self.connection.execute(sql, *values)
        return int(told.rpartition(" ")[2]) if told[-1:].isdigit() else 0

    @property
    def silent(self) -> bool:
        """Whether nothing was announced yet."""
        return not self._facts

    def announce(self, stream: str, kind: str, ref: int, rev: int = 1, *, network: int | None = None) -> None:
        """Say on a live stream that something happened; readers learn of it after the commit."""
        self._facts.append(Fact(stream, kind, ref, rev, network))

    async def enqueue(self, kind: str, key: str, *, run_at: Any = None, **args: Any) -> bool:
        """Leave work behind. A key that was used before is the same work, and is not repeated: then False."""
        job_id = await self.value(
            "INSERT INTO job (kind, key, args, run_at) VALUES (:kind, :key, CAST(:args AS jsonb), "
            "coalesce(CAST(:run_at AS timestamptz), CAST(:now AS timestamptz))) "
            "ON CONFLICT (key) DO NOTHING RETURNING id",
            kind=kind,
            key=key,
            args=msgspec.json.encode(args).decode(),
            run_at=run_at,
            now=clock.now(),
        )
        if job_id is not None and (run_at is None or run_at <= clock.now()):
            self.jobs.append(job_id)
        return job_id is not None

    async def enqueue_many(self, kind: str, jobs: list[tuple[str, datetime, dict[str, Any]]]) -> None:
        """Leave much work behind at once: key, time and arguments of each."""
        if not jobs:
            return
        rows = await self.all(
            "INSERT INTO job (kind, key, args, run_at) "
            "SELECT :kind, key, CAST(args AS jsonb), run_at "
            "FROM unnest(CAST(:keys AS text[]), CAST(:args AS text[]), CAST(:times AS timestamptz[])) AS new (key, args, run_at) "
            "ORDER BY key ON CONFLICT (key) DO NOTHING RETURNING id, run_at",
            kind=kind,
            keys=[key for key, _, _ in jobs],
            args=[msgspec.json.encode(args).decode() for _, _, args in jobs],
            times=[run_at for _, run_at, _ in jobs],
        )
        self.jobs += [row.id for row in rows if row.run_at <= clock.now()]

    async def number_events(self) -> None:
        """The tail of the transaction: take the numbers and write the events."""
        self.events += await write_events(self, self._facts)
        self._facts = []


class Database:
    """Pools of connections to one PostgreSQL database. Glances have one of their own: live delivery waits for no page."""

    def __init__(self, url: str, *, pool: int = 10, after_commit: AfterCommit | None = None) -> None:
        self.url = url
        self.after_commit = after_commit
        self._size = pool
        self._pools: dict[str, asyncpg.Pool] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits at the end, or rolls all of it back when an error passes through."""
        async with self._connection("work", self._size) as connection, connection.transaction():
            tx = Transaction(connection)
            yield tx
            await tx.number_events()
        if self.after_commit and (tx.events or tx.jobs):
            await self.after_commit(tx.events, tx.jobs)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """For reading: everything is seen as it was at one moment."""
        async with (
            self._connection("work", self._size) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Transaction(connection)

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Transaction]:
        """For reading, where each statement may see a later moment than the one before."""
        async with self._connection("work", self._size) as connection:
            yield Transaction(connection)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Glance]:
        """The same for live delivery, which waits for no page."""
        async with self._connection("glances", GLANCES) as connection:
            yield Glance(connection)

    @asynccontextmanager
    async def _connection(self, pool: str, size: int) -> AsyncIterator[asyncpg.Connection]:
        if pool not in self._pools:
            # JIT costs more than it saves on short queries. A hanging server must not hang its members.
            self._pools[pool] = asyncpg.create_pool(
                re.sub(r"^postgres(ql)?(\+asyncpg)?://", "postgresql://", self.url),
                min_size=0, max_size=size, max_inactive_connection_lifetime=IDLE_SECONDS, init=_read_json, reset=_nothing_to_reset, record_class=Row,
                timeout=5, command_timeout=30, server_settings=SERVER_SETTINGS,
            )  # fmt: skip
        await self._pools[pool]  # opens no connection yet
        async with self._pools[pool].acquire(timeout=ACQUIRE_SECONDS) as connection:
            yield connection

    async def close(self) -> None:
        """Say goodbye to the server. A connection that hangs ends with the process."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                for pool in self._pools.values():
                    await pool.close()
        except TimeoutError:
            for pool in self._pools.values():
                pool.terminate()


GLANCES = 3
# What statements look for by keys needs one plan for all keys, and to make it takes longer than to follow it. Where the
# plan depends on what is looked for, a transaction says so first.
PLAN_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"
SERVER_SETTINGS = {
    "jit": "off",
    "timezone": "UTC",
    "application_name": "hub",
    "plan_cache_mode": "force_generic_plan",
}


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """Transactions end with their blocks, and nothing here changes a session."""


async def _read_json(connection: asyncpg.Connection) -> None:
    """The driver alone would hand JSON on as text. What is written is text already."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=msgspec.json.decode)


# Statements in the driver's own words


class Made(NamedTuple):
    """A statement, the names of its parameters in order, and the values that it brings itself."""

    sql: str
    names: tuple[str, ...]
    own: dict[str, Any]


_DIALECT = postgresql.dialect()
_alike: LRUCache = LRUCache(1000)  # what SQLAlchemy compiled, by the look of the query
_known: WeakKeyDictionary[Any, Made] = WeakKeyDictionary()  # what was asked before, by the query itself


def _made(query: Any, params: dict[str, Any]) -> tuple[str, list[Any]]:
    made = _text(query) if isinstance(query, str) else _known.get(query) or _looked_up(query)
    return made.sql, [params[name] if name in params else made.own[name] for name in made.names]


def _looked_up(query: Any) -> Made:
    """As SQLAlchemy's own engine does: a query that looks like an earlier one is not compiled again."""
    compiled, extracted, collected, _ = query._compile_w_cache(
        _DIALECT, compiled_cache=_alike, column_keys=[]
    )
    assert not compiled.post_compile_params, "an IN with a list: say = ANY"
    values = compiled.construct_params(
        extracted_parameters=extracted, _collected_params=collected, _check=False
    )
    made = _known[query] = Made(compiled.string, tuple(compiled.positiontup or ()), values)
    return made


@lru_cache
def _rows(row: Any) -> msgspec.json.Decoder[list[Any]]:
    return msgspec.json.Decoder(list[row])


@lru_cache
def _width(row: Any) -> int:
    return len(getattr(row, "_fields", None) or get_args(row))


@lru_cache(maxsize=64)
def _joined(*statements: tuple[str, int]) -> str:
    """One statement whose columns are the answers of these (with how many columns each has), lists of lists."""
    answers, before = [], 0
    for sql, width in statements:
        moved = PLACE.sub(partial(_further, before), sql)
        columns = ", ".join(f"c{n}" for n in range(width))
        answers.append(
            f"(SELECT json_agg(json_build_array({columns})) FROM ({moved}) AS answer ({columns}))"  # noqa: S608 - our own statements
        )
        before += len(set(PLACE.findall(sql)))
    return "SELECT " + ", ".join(answers)


PLACE = re.compile(r"\$(\d+)")


def _further(by: int, place: re.Match[str]) -> str:
    return f"${int(place[1]) + by}"


@lru_cache(maxsize=2048)
def _text(query: str) -> Made:
    compiled = text(query).compile(dialect=_DIALECT)
    return Made(compiled.string, tuple(compiled.positiontup or ()), compiled.params)
