"""The servers for one command: the operator's own, those of a running hub, or private ones for as long as it takes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from chat.config import Settings
from command.folder import DEMO, Folder
from command.supervising import say
from command.trouble import Trouble


@contextmanager
def servers(folder: Folder, settings: Settings, verb: str) -> Iterator[None]:
    """DATABASE_URL and REDIS_URL are set within, whichever way."""
    with ExitStack() as stack:
        if not (settings.database_url and settings.redis_url):
            urls = running(folder, settings) or stack.enter_context(_private(folder, settings, verb))
            os.environ.update(urls)
        yield


def running(folder: Folder, settings: Settings) -> dict[str, str]:
    """The addresses of the hub that runs on this folder, or {} when none does."""
    if (run := folder.running()) is None:
        return {}
    urls = {
        "DATABASE_URL": settings.database_url or run.get("database_url", ""),
        "REDIS_URL": settings.redis_url or run.get("redis_url", ""),
    }
    if not all(urls.values()):
        raise Trouble(
            f"The hub that uses {folder.path} (process {run.get('pid', 'unknown')}) is still starting, or uses servers of its own. Try again in a moment, or set DATABASE_URL and REDIS_URL as it has them."
        )
    return urls


@contextmanager
def _private(folder: Folder, settings: Settings, verb: str) -> Iterator[dict[str, str]]:
    from command.embedded import Embedded

    with (
        folder.held(verb),
        Embedded(folder.path, postgres=not settings.database_url, valkey=not settings.redis_url) as embedded,
    ):
        yield {
            "DATABASE_URL": settings.database_url or embedded.database_url,
            "REDIS_URL": settings.redis_url or embedded.redis_url,
        }


def or_the_demo(folder: Folder, data: str | None) -> Folder:
    """Who runs nothing but the demo and names no folder means the demo."""
    demo = Folder(DEMO)
    if data or os.environ.get("HUB_DATA_DIR") or folder.used or not demo.used:
        return folder
    say(f"There is no community in {folder.path}; using the demo in {demo.path}.")
    return demo
