"""From whatever the database is to what this version needs."""

import asyncio

import asyncpg
import pytest

from chat import migrate


@pytest.fixture
async def ask(empty_database):
    connection = await asyncpg.connect(empty_database)
    yield connection.fetchval
    await connection.close()


async def test_a_fresh_database_loads_the_schema(empty_database, ask):
    assert await migrate.migrate(empty_database) == ["schema.sql"]
    assert await ask("SELECT count(*) FROM migration") == len(migrate.steps())
    assert await ask("SELECT head FROM stream WHERE id = 'sys'") == 0
    assert len(await ask("SELECT epoch FROM meta")) == 12


async def test_again_there_is_nothing_to_do(empty_database, ask):
    await migrate.migrate(empty_database)
    epoch = await ask("SELECT epoch FROM meta")
    assert await migrate.migrate(empty_database) == []
    assert await ask("SELECT epoch FROM meta") == epoch


async def test_of_several_that_start_at_once_one_migrates(empty_database):
    done = await asyncio.gather(*(migrate.migrate(empty_database) for _ in range(5)))
    assert sorted(done, key=len) == [[], [], [], [], ["schema.sql"]]


async def test_an_older_database_gets_what_is_new(empty_database, ask, tmp_path, monkeypatch):
    await migrate.migrate(empty_database)
    new = tmp_path / "0900_colours.sql"
    new.write_text("ALTER TABLE topic ADD COLUMN colour text;")
    steps = [*migrate.steps(), (900, new.stem, new)]
    monkeypatch.setattr(migrate, "steps", lambda: steps)
    assert await migrate.migrate(empty_database) == ["0900_colours"]
    assert await migrate.migrate(empty_database) == []
    assert await ask("SELECT count(*) FROM information_schema.columns WHERE column_name = 'colour'") == 1


async def test_a_migration_that_fails_leaves_nothing_behind(empty_database, ask, tmp_path, monkeypatch):
    await migrate.migrate(empty_database)
    new = tmp_path / "0900_half.sql"
    new.write_text("CREATE TABLE half (id int); SELECT 1/0;")
    steps = [*migrate.steps(), (900, new.stem, new)]
    monkeypatch.setattr(migrate, "steps", lambda: steps)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate.migrate(empty_database)
    assert await ask("SELECT to_regclass('half')") is None
    assert await ask("SELECT max(number) FROM migration") < 900


async def test_the_database_of_a_newer_version_is_left_alone(empty_database, ask):
    await migrate.migrate(empty_database)
    await ask("INSERT INTO migration (number, name) VALUES (999, 'from_the_future') RETURNING number")
    with pytest.raises(migrate.NewerDatabase, match="newer version of the hub"):
        await migrate.migrate(empty_database)
