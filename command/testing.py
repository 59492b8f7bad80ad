"""`./hub test`: the test tools, a browser where one can be had, then pytest. `./hub bench`: measuring."""

import importlib.util
import os
import shutil
import subprocess
import sys

import click

from command.environment import child_environment
from command.folder import ROOT
from command.supervising import say
from command.trouble import Trouble

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MOST = 4


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def test(pytest_args: tuple[str, ...]) -> None:
    """Run the tests; what follows is for pytest.

    Where there is no Chromium and apt-get may be used, Debian's is installed for the browser tests.
    """
    if not all(importlib.util.find_spec(tool) for tool in ("pytest", "xdist", "playwright")):
        raise Trouble(
            "The test tools are missing from this environment: run `uv sync --locked --inexact --group test`."
        )
    reason = "" if browser() else _install_browser()
    if reason:
        say(f"The browser tests will be skipped: {reason}")
    environment = child_environment(**{"HUB_NO_BROWSER": reason} if reason else {})
    os.chdir(ROOT)
    command = [sys.executable, "-m", "pytest", *_processes(pytest_args), *pytest_args]
    os.execve(sys.executable, command, environment)  # noqa: S606


def _processes(arguments: tuple[str, ...]) -> list[str]:
    """As many as there are cores, at most four, where who is done takes tests from who is not; one for who picks single
    tests or wants a debugger."""
    single = ("-n", "--numprocesses", "-k", "--pdb", "-p")
    if any(a.startswith(single) or "::" in a for a in arguments):
        return []
    return ["-n", str(min(MOST, max(2, os.cpu_count() or 2))), "--dist", "worksteal"]


def browser() -> str | None:
    """The Chromium of this machine."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _install_browser() -> str:
    """Install Debian's Chromium; why not, when that is not possible."""
    if not shutil.which("apt-get"):
        return "no Chromium was found, and there is no apt-get to install it."
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if (
        sudo
        and subprocess.run(["sh", "-c", "sudo -n true"], capture_output=True, check=False).returncode != 0  # noqa: S607
    ):
        return "no Chromium was found; as root, `apt-get install chromium` installs it."
    say("Installing Debian's chromium for the browser tests …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        command = [*sudo, "apt-get", *step]
        done = subprocess.run(  # noqa: S603
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    if browser():
        return ""
    last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"`apt-get install chromium` failed ({last})."


@click.command(
    context_settings={
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
        "help_option_names": ["--help"],
    }
)
@click.argument("what", type=click.Choice(["live", "dropins", "directory", "pages", "search", "felt"]))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(what: str, arguments: tuple[str, ...]) -> None:
    """Measure the hub: `./hub bench live --help`, `dropins`, `directory`, `pages`, `search`, `felt`.

    What is measured, and what came of it, is in docs/performance.md.
    """
    command = [sys.executable, "-P", "-m", f"bench.{what}", *arguments]
    os.execve(sys.executable, command, child_environment())  # noqa: S606


ALL = [test, bench]
