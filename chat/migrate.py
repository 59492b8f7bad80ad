"""From whatever the database is to what this version needs."""

import re
from pathlib import Path

import asyncpg

ROOT = Path(__file__).parent
SCHEMA = ROOT.parent / "schema.sql"
LOCK = 7_201_846  # any number, the same in every version


class NewerDatabase(Exception):
    """The database was made by a newer version than this one."""


def steps() -> list[tuple[int, str, Path]]:
    """All migrations in order: number, name, file."""
    return [
        (int(f.name[:4]), f.stem, f) for f in sorted((ROOT / "migrations").glob("[0-9][0-9][0-9][0-9]_*.sql"))
    ]


async def migrate(url: str, *, replay: bool = False) -> list[str]:
    """Bring the database up to date, one process at a time; the names of what was applied.

    A fresh database loads schema.sql, or replays every migration when `replay` is set.
    Each migration is one transaction. Raises NewerDatabase.
    """
    connection = await asyncpg.connect(re.sub(r"\+asyncpg", "", url), timeout=10)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        applied = await applied_numbers(connection)
        refuse_newer(applied)
        if not applied and not replay:
            return await _load(connection)
        return [await _apply(connection, *step) for step in steps() if step[0] not in applied]
    finally:
        await connection.close()  # gives the lock back


async def applied_numbers(connection: asyncpg.Connection) -> set[int]:
    if not await connection.fetchval("SELECT to_regclass('migration') IS NOT NULL"):
        return set()
    return {row["number"] for row in await connection.fetch("SELECT number FROM migration")}


def refuse_newer(applied: set[int]) -> None:
    newest = steps()[-1][0]
    if applied and max(applied) > newest:
        raise NewerDatabase(
            f"This database was made by a newer version of the hub (its schema is {max(applied)}, "
            f"this version knows {newest}). Update the hub, or restore an older backup."
        )


async def _load(connection: asyncpg.Connection) -> list[str]:
    async with connection.transaction():
        await connection.execute(SCHEMA.read_text())
        await connection.executemany(
            "INSERT INTO migration (number, name) VALUES ($1, $2)", [s[:2] for s in steps()]
        )
    return ["schema.sql"]


async def _apply(connection: asyncpg.Connection, number: int, name: str, file: Path) -> str:
    async with connection.transaction():
        await connection.execute(file.read_text())
        await connection.execute("INSERT INTO migration (number, name) VALUES ($1, $2)", number, name)
    return name
