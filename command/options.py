"""Options that several verbs share. Each is a setting by another way."""

from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Any], Any]

data: Decorator = click.option(
    "--data", metavar="DIR", help="The data folder. [default: HUB_DATA_DIR, else var in the checkout]"
)
demo_data: Decorator = click.option(
    "--data", metavar="DIR", help="The data folder. [default: HUB_DATA_DIR, else var/demo in the checkout]"
)
port: Decorator = click.option(
    "--port", type=click.IntRange(1, 65535), help="The port to listen on. [default: PORT, else 8000]"
)
host: Decorator = click.option(
    "--host", help="The address to listen on; 0.0.0.0 for all. [default: HUB_HOST, else 127.0.0.1]"
)
workers: Decorator = click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="How many web processes serve. [default: HUB_WORKERS, else 1]",
)


def listening(command: Any) -> Any:
    return port(host(workers(command)))
