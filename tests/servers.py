"""The run's private PostgreSQL, and a private Valkey for each of its processes."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from command.embedded import Embedded, postgres

# Several processes share the one PostgreSQL, each with a pool for its fixtures and one for its hub.
postgres.THROW_AWAY["max_connections"] = "200"
# The runs under faults go by when a row was committed.
postgres.SETTINGS["track_commit_timestamp"] = "on"

# Each table counts from a thousand of its own, so that an id which strays into another table's column shows.
EMPTY = """
SET session_replication_role = replica;
{deletes}
DELETE FROM stream WHERE id NOT IN ('sys', 'looks');
UPDATE stream SET head = 0, floor = 1;
SELECT setval(seqrelid, 1000 * row_number() OVER (ORDER BY seqrelid), false) FROM pg_sequence;
"""
HELD = """
SELECT pid, state, now() - xact_start AS since, wait_event, query FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""
KEPT = ("meta", "migration", "stream")


@contextmanager
def private_postgres() -> Iterator[str]:
    """One PostgreSQL that forgets everything; the address of its database `hub`."""
    with own_folder() as folder, Embedded(folder, valkey=False, durable=False) as servers:
        yield servers.database_url


@contextmanager
def private_valkey() -> Iterator[str]:
    with own_folder() as folder, Embedded(folder, postgres=False, durable=False) as servers:
        yield servers.redis_url


@contextmanager
def own_folder() -> Iterator[Path]:
    """For servers and their sockets."""
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    folder.chmod(0o711)  # PostgreSQL may run as another user, who has to pass
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def named(url: str, database: str) -> str:
    """The address of another database on the same server."""
    return url.replace("/hub?", f"/{database}?")


async def create_database(url: str, name: str) -> str:
    """A new, empty database; its address."""
    connection = await asyncpg.connect(url)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return named(url, name)


async def drop_database(url: str, name: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


class Broom:
    """Empties a database between two scenes: deleting few rows is forty times as fast as truncating."""

    def __init__(self, connection: asyncpg.Connection, statements: str) -> None:
        self.connection, self.statements = connection, statements

    @classmethod
    async def of(cls, url: str) -> "Broom":
        # As the superuser, who may look away from foreign keys.
        connection = await asyncpg.connect(
            url.replace("hub@", "postgres@"), server_settings={"lock_timeout": "20s"}
        )
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        deletes = "".join(f'DELETE FROM "{t[0]}";' for t in tables if t[0] not in KEPT)
        return cls(connection, EMPTY.format(deletes=deletes))

    async def sweep(self) -> None:
        try:
            await self.connection.execute(self.statements)
        except asyncpg.LockNotAvailableError:
            held = await self.connection.fetch(HELD)
            raise AssertionError(f"A transaction of an earlier scene never ended: {held}") from None

    async def put_away(self) -> None:
        await self.connection.close()
