"""What children of the command line are started with."""

import os
import sys

from command.folder import ROOT


def me(*arguments: str) -> list[str]:
    """This command line again, as another process."""
    return [sys.executable, "-P", "-m", "command", *arguments]


def child_environment(**changes: str) -> dict[str, str]:
    paths = [
        str(ROOT),
        *(p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != str(ROOT)),
    ]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **changes}


def choose(**options: object) -> None:
    """Options of the command line are settings, and go before those of the environment."""
    for name, value in options.items():
        if value is not None:
            os.environ[name] = str(value)
