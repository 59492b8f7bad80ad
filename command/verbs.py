"""The verbs that run the product or a part of it."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chat import config
from command import options
from command.environment import choose
from command.folder import DEFAULT, DEMO, Folder, chosen
from command.trouble import Trouble

if TYPE_CHECKING:
    from command.running import House


@click.command()
@options.listening
@options.demo_data
@click.option("--quiet", is_flag=True, help="Without the demo members who talk now and then.")
def demo(host: str | None, port: int | None, workers: int | None, data: str | None, quiet: bool) -> None:
    """Try the hub with an invented community.

    Everything runs here and is kept in the data folder; e-mails land at /dev/mailbox.
    """
    from command import running

    choose(HUB_HOST=host, PORT=port, HUB_WORKERS=workers, HUB_DEV=1)
    settings, folder = _settings_and_folder(data, DEMO)
    mark = _mark(folder, own_servers=bool(settings.database_url))
    running.run(
        folder,
        settings,
        verb="demo",
        greet_first=not json.loads(mark.read_text()).get("loaded"),
        quiet=quiet,
        greet=lambda house: house.errand("_load-demo", str(mark)).rstrip(),
    )


def _mark(folder: Folder, *, own_servers: bool) -> Path:
    """The file that says: here a demo is kept, nothing else."""
    mark = folder.path / "demo.json"
    if not own_servers and (folder.path / "postgres").exists() and not mark.exists():
        raise Trouble(
            f"{folder.path} holds a community already, and a demo never loads into real data. Choose another folder with --data DIR."
        )
    folder.prepare()
    if not mark.exists():
        mark.write_text(json.dumps({}))
    return mark


@click.command()
@options.listening
@options.data
def serve(host: str | None, port: int | None, workers: int | None, data: str | None) -> None:
    """Run the hub: web processes, the worker, and private servers where none are set."""
    from command import running

    choose(HUB_HOST=host, PORT=port, HUB_WORKERS=workers)
    settings, folder = _settings_and_folder(data, DEFAULT)
    running.run(folder, settings, verb="serve", greet=_welcome)


def _welcome(house: "House") -> str:
    address = house.errand("_first-admin").strip()
    return f"There is no admin yet. The first one signs up here, once:\n{address}" if address else ""


@click.command()
@options.listening
@options.data
@click.option(
    "--fd", type=click.IntRange(0), help="Serve on this inherited, listening socket instead of a port."
)
def web(host: str | None, port: int | None, workers: int | None, data: str | None, fd: int | None) -> None:
    """Run web processes only.

    They use DATABASE_URL and REDIS_URL, or the private servers of a hub that runs on the data folder.
    """
    choose(HUB_HOST=host, PORT=port, HUB_WORKERS=workers)
    settings, urls = _settings_and_urls(data)
    if fd is None:
        from command import running

        return running.run_web(settings, urls)
    from command.web import serve as serve_on

    os.environ.update(urls)
    serve_on(fd)


@click.command()
@options.data
def worker(data: str | None) -> None:
    """Run the worker only.

    It uses DATABASE_URL and REDIS_URL, or the private servers of a hub that runs on the data folder.
    """
    _, urls = _settings_and_urls(data)
    os.environ.update(urls)
    from command.worker import work

    work()


def _settings_and_folder(data: str | None, default: Path) -> tuple[config.Settings, Folder]:
    folder = chosen(data, os.environ, default)
    choose(HUB_DATA_DIR=folder.path)
    return config.read(os.environ), folder


def _settings_and_urls(data: str | None) -> tuple[config.Settings, dict[str, str]]:
    from command.reaching import running

    settings, folder = _settings_and_folder(data, DEFAULT)
    urls = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
    if all(urls.values()) or (urls := running(folder, settings)):
        return settings, urls
    missing = " and ".join(
        e for e, v in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url)) if not v
    )
    raise Trouble(
        f"{missing} must be set, or a hub with private servers must run on {folder.path} (`./hub serve`)."
    )


ALL = [demo, serve, web, worker]
