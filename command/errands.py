"""What the supervisor has others do for it, so that it stays slim: each is a short process of its own."""

import json
from pathlib import Path
from typing import Any

from chat.config import settings
from command import databases
from command.trouble import Trouble


async def migrate(url: str) -> list[str]:
    """Bring the database up to date; the names of what was applied."""
    from asyncpg import PostgresError

    from chat import migrate as schema

    async with databases.database(url):
        pass
    try:
        return await schema.migrate(url)
    except schema.NewerDatabase as error:
        raise Trouble(str(error)) from None
    except PostgresError as error:
        raise Trouble(
            f"PostgreSQL refused to change the tables: {error}. The database is as it was before."
        ) from None


async def prepare() -> None:
    """Both servers answer and the tables are today's; prints what was changed."""
    async with databases.valkey(settings().redis_url, settings().redis_cluster):
        pass
    if url := settings().queue_url:
        async with databases.valkey(url, variable="HUB_QUEUE_URL"):
            pass
    if applied := await migrate(settings().database_url):
        print(", ".join(applied))


async def first_admin() -> None:
    """Print the address where the first admin signs up, when there is none yet."""
    from chat import db, members

    database = db.Database(settings().database_url, pool=1)
    try:
        async with database.transaction() as tx:
            if token := await members.first_admin_key(tx):
                print(f"{settings().origin}/welcome/{token}")
    finally:
        await database.close()


async def load_demo(mark: Path) -> None:
    """Fill an empty database with the demo community, once; print how to sign in."""
    if not await _is_loaded(mark):
        await _load(mark)
    from command.demo import loading

    await loading.begin(settings().database_url)
    width = max(len(email) for email, _ in loading.SIGN_INS)
    print(f"Sign in with the password {loading.PASSWORD} as:")
    for email, who in loading.SIGN_INS:
        print(f"  {email:<{width}}  {who}")


async def _is_loaded(mark: Path) -> bool:
    """The mark names the database by its epoch: it may be another one than last time."""
    url = settings().database_url
    async with databases.database(url) as connection:
        epoch = await connection.fetchval("SELECT epoch FROM meta")
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM member)"):
            return False
        left = _read(mark)
        if left.get("epoch") != epoch:
            raise Trouble(
                "This database has members already, and a demo never loads into real data. Start it with another folder (--data DIR) and without DATABASE_URL."
            )
        if not left["loaded"]:
            await _start_afresh(url)
        return left["loaded"]


async def _start_afresh(url: str) -> None:
    """An interrupted loading left half a community: only the mark of an empty database leads here."""
    async with databases.database(url) as connection:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    async with databases.valkey(settings().redis_url, settings().redis_cluster) as client:
        await client.flushdb()
    await migrate(url)


async def _load(mark: Path) -> None:
    from command.demo import loading

    url = settings().database_url
    async with databases.database(url) as connection:
        epoch = await connection.fetchval("SELECT epoch FROM meta")
    _write(mark, {"epoch": epoch, "loaded": False})
    await loading.load(url, settings().redis_url)
    _write(mark, {"epoch": epoch, "loaded": True})


def _read(mark: Path) -> dict[str, Any]:
    return json.loads(mark.read_text() or "{}") if mark.exists() else {}


def _write(mark: Path, facts: dict[str, Any]) -> None:
    mark.write_text(json.dumps(facts))
