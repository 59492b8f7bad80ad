"""schema.sql is the truth: the migrations lead to it, and the models mirror it."""

import asyncio
import importlib
import os
import re
import subprocess
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from chat import migrate
from command.embedded import binaries
from tests import servers

ROOT = Path(__file__).parents[2]


def engine_of(url):
    return create_async_engine(re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", url))


@pytest.fixture
async def replayed(postgres_url):
    name = f"replayed_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    url = await servers.create_database(postgres_url, name)
    await migrate.migrate(url, replay=True)
    yield url
    await servers.drop_database(postgres_url, name)


def dump(url):
    """The schema as pg_dump tells it, without what differs from run to run."""
    program = binaries.postgres().path.with_name("pg_dump")
    done = subprocess.run(
        [program, "--schema-only", "--no-owner", url], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if not line.startswith((r"\restrict", r"\unrestrict"))]


async def test_all_migrations_replayed_are_the_schema(database_url, replayed):
    fresh, old = await asyncio.gather(
        asyncio.to_thread(dump, database_url), asyncio.to_thread(dump, replayed)
    )
    assert any("CREATE TABLE public.post" in line for line in fresh)
    assert old == fresh


async def test_the_migrations_bring_the_same_first_rows(postgres_url, replayed, empty_database):
    await migrate.migrate(empty_database)
    rows = []
    for url in (empty_database, replayed):
        engine = engine_of(url)
        async with engine.connect() as connection:
            tables = await connection.run_sync(lambda c: inspect(c).get_table_names())
            counts = {
                t: (await connection.exec_driver_sql(f'SELECT count(*) FROM "{t}"')).scalar() for t in tables
            }
        rows.append(counts)
        await engine.dispose()
    assert rows[0] == rows[1]
    assert (rows[0]["stream"], rows[0]["meta"]) == (2, 1)


def load_models():
    for file in ROOT.glob("chat/**/models.py"):
        importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


async def test_the_models_mirror_the_schema(database_url):
    load_models()
    engine = engine_of(database_url)

    def differences(connection):
        # Indexes and checks are the schema's own affair; columns, types, keys and defaults are mirrored.
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda thing, name, kind, reflected, other: (
                    kind != "index" or not reflected
                ),
            },
        )
        return compare_metadata(context, SQLModel.metadata)

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert not found, "\n".join(map(repr, found))


def test_every_table_stands_under_its_sentence():
    lines = (ROOT / "schema.sql").read_text().splitlines()
    for number, line in enumerate(lines):
        if line.startswith("CREATE TABLE"):
            above = lines[number - 1]
            assert above.startswith("-- "), f"{line} has no sentence"
            assert above.rstrip().endswith("."), f"{line}: {above}"
    tables = [line.split()[2] for line in lines if line.startswith("CREATE TABLE")]
    assert len(tables) == len(set(tables)) >= 20


def test_every_table_has_its_model():
    load_models()
    tables = re.findall(r"^CREATE TABLE (\w+)", (ROOT / "schema.sql").read_text(), re.MULTILINE)
    assert set(tables) == set(SQLModel.metadata.tables)


def test_migrations_are_numbered_without_a_gap():
    assert [number for number, _, _ in migrate.steps()] == list(range(1, len(migrate.steps()) + 1))
