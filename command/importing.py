"""`./hub import`: discussions that were held elsewhere, brought into networks of this hub."""

import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from command import options, reaching
from command.folder import Folder
from command.tending import settings_and_folder
from command.trouble import Trouble

if TYPE_CHECKING:
    from chat.db import Database
    from chat.importing import Report

rehearsing: options.Decorator = click.option(
    "--dry-run", "rehearsal", is_flag=True, help="Read it all and say what would come, but write nothing."
)
reporting: options.Decorator = click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the report is kept. [default: in the data folder, under imports]",
)
called: options.Decorator = click.option(
    "--name", metavar="NAME", default="", help="What this source is called, if there are several of its kind."
)
a_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="import")
def import_() -> None:
    """Bring in discussions from elsewhere.

    Authors come as members who can claim their account by their e-mail address. They get no letter, and nobody is
    notified. What has come once does not come again: run it as often as you like, also after it was stopped.
    """


@import_.command()
@click.argument("dump", type=a_file)
@click.option("--into", metavar="NETWORK", help="The network that takes all categories that are not named.")
@click.option(
    "--category", "categories", multiple=True, metavar="CATEGORY=NETWORK",
    help="The network that takes this category, with those in it; nothing after the = leaves it out. Several times for several.",
)  # fmt: skip
@click.option(
    "--url", "bases", multiple=True, metavar="URL",
    help="An address the forum had, as https://forum.example.org: links to it will lead to what has come.",
)  # fmt: skip
@click.option("--everybody", is_flag=True, help="Bring those, too, who never wrote anything.")
@called
@rehearsing
@reporting
@options.data
def discourse(
    dump: Path, categories: tuple[str, ...], report: Path | None, data: str | None, **how: Any
) -> None:
    """Import a Discourse backup: the .tar.gz that it makes, or the dump.sql in it.

    Private messages, whispers, and categories that were closed do not come, unless such a category is named.
    """
    wanted = {}
    for pair in categories:
        name, equals, network = pair.rpartition("=")
        if not equals or not name:
            raise click.BadParameter(
                f"“{pair}” should be like “Falls=falls-and-frailty”.", param_hint="--category"
            )
        wanted[name] = network

    async def act(db: "Database", tell: Any) -> "Report":
        from chat.importing import import_discourse

        return await import_discourse(db, dump, categories=wanted, tell=tell, **how)

    _run(act, report, data, "discourse")


@import_.command()
@click.argument("mailboxes", nargs=-1, required=True, type=a_file, metavar="FILE...")
@click.option("--into", metavar="NETWORK", required=True, help="The network that takes the threads.")
@called
@rehearsing
@reporting
@options.data
def mbox(mailboxes: tuple[Path, ...], report: Path | None, data: str | None, **how: Any) -> None:
    """Import the archive of a mailing list: one or several files in the mbox format, also gzipped.

    Nobody's e-mail address is shown. Attachments do not come; where one was, its name does.
    """

    async def act(db: "Database", tell: Any) -> "Report":
        from chat.importing import import_mbox

        return await import_mbox(db, mailboxes, tell=tell, **how)

    _run(act, report, data, "mbox")


def _run(
    act: "Callable[[Database, Any], Awaitable[Report]]", keep_at: Path | None, data: str | None, kind: str
) -> None:
    settings, folder = settings_and_folder(data)
    folder.prepare()
    # Archives are sorted where there is room for the community's own data.
    os.environ.setdefault("SQLITE_TMPDIR", str(folder.path))
    with reaching.servers(folder, settings, "import"):
        import asyncio

        from command import errands

        asyncio.run(errands.migrate(os.environ["DATABASE_URL"]))
        report = asyncio.run(_act(act))
    text = report.text()
    print(text)
    print(f"This report is kept in {_keep(text, keep_at, folder, kind)}")


async def _act(act: "Callable[[Database, Any], Awaitable[Report]]") -> "Report":
    from chat import db, errors
    from chat.importing import Broken

    database = db.Database(os.environ["DATABASE_URL"], pool=3)
    progress = Progress()
    try:
        return await act(database, progress.tell)
    except errors.HubError as error:
        raise Trouble(error.sentence) from None
    except Broken as error:
        raise Trouble(f"{error} Nothing was imported.") from None
    finally:
        progress.end()
        await database.close()


def _keep(text: str, path: Path | None, folder: Folder, kind: str) -> Path:
    if path is None:
        path = folder.path / "imports" / f"{kind}-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.txt"
        path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(text)
    return path


class Progress:
    """A bar for each step, where somebody looks at it."""

    def __init__(self) -> None:
        self.what, self.done = "", 0
        self.bar: Any = None

    def tell(self, what: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if what != self.what:
            self.end()
            self.what, self.done = what, 0
            self.bar = click.progressbar(
                length=max(total, 1), label=f"{what.capitalize():8}", file=sys.stderr, show_eta=True
            )
            self.bar.__enter__()
        if self.bar is not None:
            self.bar.update(done - self.done)
            self.done = done

    def end(self) -> None:
        if self.bar is not None:
            self.bar.update(max(0, (self.bar.length or 0) - self.done))
            self.bar.__exit__(None, None, None)
            self.bar = None


ALL = [import_]
