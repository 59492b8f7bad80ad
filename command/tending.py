"""The verbs that tend a hub, running or not."""

import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from chat import config
from command import options, reaching
from command.environment import choose
from command.folder import Folder, chosen
from command.trouble import Trouble

Result = TypeVar("Result")

if TYPE_CHECKING:  # loading it takes most of a second
    from chat.db import Transaction


@click.command()
@options.data
def migrate(data: str | None) -> None:
    """Bring the database up to date. `serve` and `demo` do so by themselves."""
    settings, folder = settings_and_folder(data)
    with reaching.servers(folder, settings, "migrate"):
        import asyncio

        from command import errands

        applied = asyncio.run(errands.migrate(os.environ["DATABASE_URL"]))
    for name in applied or ["nothing to do"]:
        print(name)


@click.command()
@click.argument("email")
@click.option("--revoke", is_flag=True, help="End all tokens of this member instead.")
@options.data
def token(email: str, revoke: bool, data: str | None) -> None:
    """Issue an API token for the member with this e-mail address.

    It is the last word printed, and shown only this once.
    """
    settings, folder = settings_and_folder(data)
    with reaching.servers(folder, settings, "token"):
        import asyncio

        if revoke:
            count = asyncio.run(_revoke(email))
            return print(f"Ended: {count} {'token' if count == 1 else 'tokens'} of {email}.")
        raw = asyncio.run(_issue(email))
    print(f"A token for {email}, shown only this once:\n{raw}")


async def _issue(email: str) -> str:
    from chat import members

    return await _with_members(lambda tx: members.issue_token(tx, email))


async def _revoke(email: str) -> int:
    from chat import members

    return await _with_members(lambda tx: members.revoke_tokens(tx, email))


async def _with_members(act: "Callable[[Transaction], Awaitable[Result]]") -> Result:
    from chat import db, errors
    from command import databases

    url = os.environ["DATABASE_URL"]
    async with databases.database(url) as connection:
        if not await connection.fetchval("SELECT to_regclass('member') IS NOT NULL"):
            raise Trouble("There are no members yet: the database is empty. Start the hub first.")
    database = db.Database(url, pool=1)
    try:
        async with database.transaction() as tx:
            return await act(tx)
    except errors.HubError as error:
        raise Trouble(error.sentence) from None
    finally:
        await database.close()


@click.command()
@options.port
@options.data
def check(port: int | None, data: str | None) -> None:
    """Examine this installation, and say how to mend what is wrong."""
    from command import checking

    choose(PORT=port)
    sys.exit(checking.check(data))


def settings_and_folder(data: str | None) -> tuple[config.Settings, Folder]:
    folder = reaching.or_the_demo(chosen(data, os.environ), data)
    choose(HUB_DATA_DIR=folder.path)
    return config.read(os.environ), folder


ALL = [migrate, token, check]
