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
from functools import lru_cache
from typing import Any, Protocol

import asyncpg
import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.exc import DBAPIError as DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chat import clock
from chat.events import Event, Fact, write_events

FAREWELL_SECONDS = 5

AfterCommit = Callable[[list[Event], list[int]], Awaitable[None]]


# What a call raises while the database is away, or drops the connection.
AWAY = (
    DatabaseError,
    PoolTimeout,
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a connection that has heard its server's last words, and not yet its end
)


def own_fault(error: BaseException) -> bool:
    """Whether the database is there and refuses what was asked of it: a constraint, an impossible value, bad SQL."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return state[:2] in ("22", "23", "42") or unholdable(error)


def unholdable(error: BaseException) -> bool:
    """Whether a value was asked for that no column holds: a NUL in a text, a number or a time out of range."""
    if not isinstance(error, DatabaseError) or error.orig is None:
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith("22") or isinstance(
        error.orig.__cause__, asyncpg.DataError | asyncpg.InterfaceError
    )


class Reader(Protocol):
    """What a question needs of a transaction, a snapshot or a glance. Rows are to be unpacked."""

    async def all(self, query: Any, /, **params: Any) -> list[Any]: ...


class Transaction:
    """One unit of work. What it announces is numbered last, just before the commit."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.fences: dict[
            int, int
        ] = {}  # network id -> acl_version, of the networks where nobody changes it before the end
        self.events: list[Event] = []
        self.jobs: list[int] = []
        self._facts: list[Fact] = []

    async def all(self, query: Any, /, **params: Any) -> list[Any]:
        """All rows of a query."""
        return list((await self._run(query, params)).all())

    async def first(self, query: Any, /, **params: Any) -> Any:
        """The first row of a query, or None."""
        return (await self._run(query, params)).first()

    async def value(self, query: Any, /, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = (await self._run(query, params)).first()
        return row[0] if row is not None else None

    async def run(self, query: Any, /, **params: Any) -> int:
        """Carry a statement out; the number of rows it touched."""
        return (await self._run(query, params)).rowcount

    async def _run(self, query: Any, params: dict[str, Any]) -> Any:
        # No session above the connection: columns come as plain rows, without the ORM's cost.
        return await self.connection.execute(
            _text(query) if isinstance(query, str) else query, params or None
        )

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


class Glance:
    """Statements that each see a moment of their own, straight from the driver: a tenth of a snapshot's cost.

    For what every live event asks; such a statement is made once, not for each call.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def all(self, query: Any, /, **params: Any) -> list[Any]:
        sql, names, own = _compiled(query)
        return await self.connection.fetch(sql, *[params[n] if n in params else own[n] for n in names])


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(self, url: str, *, pool: int = 10, after_commit: AfterCommit | None = None) -> None:
        self.engine = connect(url, pool)
        self.reading = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self.url = url
        self._glances: asyncpg.Pool | None = None
        self.after_commit = after_commit

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits at the end, or rolls all of it back when an error passes through."""
        async with self.engine.begin() as connection:
            tx = Transaction(connection)
            yield tx
            await tx.number_events()
        if self.after_commit and (tx.events or tx.jobs):
            await self.after_commit(tx.events, tx.jobs)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """For reading: everything is seen as it was at one moment."""
        async with self.reading.connect() as connection:
            yield Transaction(connection)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Glance]:
        """For reading with one statement, or where each may see a later moment than the one before."""
        if self._glances is None:
            self._glances = asyncpg.create_pool(
                self.url, min_size=0, max_size=3, init=_read_json, reset=_nothing_to_reset, timeout=5,
                command_timeout=30, server_settings=SERVER_SETTINGS,
            )  # fmt: skip
        await self._glances  # opens no connection yet
        async with self._glances.acquire(timeout=10) as connection:
            yield Glance(connection)

    async def close(self) -> None:
        """Say goodbye to the server. A connection that hangs ends with the process."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                if self._glances is not None:
                    await self._glances.close()
                await self.engine.dispose()
        except TimeoutError:
            if self._glances is not None:
                self._glances.terminate()


async def _read_json(connection: asyncpg.Connection) -> None:
    """The driver alone would hand JSON on as text."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_json_text, decoder=msgspec.json.decode
    )


def _json_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """A glance leaves nothing behind on its connection."""


@lru_cache(maxsize=1024)
def _text(query: str) -> TextClause:
    return text(query)


@lru_cache(maxsize=256)
def _compiled(query: Any) -> tuple[str, list[str], dict[str, Any]]:
    """The statement in the driver's own words, the names of its parameters in order, and the values it brings itself."""
    compiled = (_text(query) if isinstance(query, str) else query).compile(dialect=dialect.dialect())
    return compiled.string, list(compiled.positiontup or ()), compiled.params


# JIT costs more than it saves on short queries.
SERVER_SETTINGS = {"jit": "off", "timezone": "UTC", "application_name": "hub"}


def connect(url: str, pool: int = 10) -> AsyncEngine:
    """An engine for `postgresql://…`, private servers on Unix sockets included."""
    url = re.sub(r"^postgres(ql)?(\+asyncpg)?://", "postgresql+asyncpg://", url)
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        # An error names its statement in the logs, and not who wrote what.
        hide_parameters=True,
        # A hanging server must not hang its members.
        connect_args={"server_settings": SERVER_SETTINGS, "timeout": 5, "command_timeout": 30},
    )
