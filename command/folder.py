"""The data folder: the private servers' files, a lock while one supervisor runs, and where its sockets are."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from command.trouble import Trouble, about_file

ROOT = Path(__file__).resolve().parent.parent
DEFAULT, DEMO = ROOT / "var", ROOT / "var" / "demo"
LAYOUT = 1  # what this version keeps where; a higher number in the folder's file `version` is a later hub's

# Room for PostgreSQL's first files and some hours of talk.
ENOUGH = 200 * 2**20


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.version, self.lock, self.run, self.log = (
            path / n for n in ("version", "lock", "run.json", "hub.log")
        )

    @property
    def used(self) -> bool:
        """True when private servers have kept something here."""
        return (self.path / "postgres").exists() or (self.path / "valkey").exists()

    @contextlib.contextmanager
    def held(self, by: str, *, patience: float = 2) -> Iterator[bool]:
        """The folder is this process's alone. Yields whether an earlier hub was killed here instead of stopped."""
        self.prepare()
        with open(self.lock, "a") as lock:
            self._wait_for(lock, patience)
            self.refuse_newer()
            killed = self.run.exists()
            self.tell(pid=os.getpid(), verb=by)
            try:
                yield killed
            finally:
                self.run.unlink(missing_ok=True)

    def prepare(self) -> None:
        """Make the folder and see that it can be used."""
        try:
            # Others may pass through to what is theirs (PostgreSQL's user, when we are root), but not look around.
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            if not os.access(self.path, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
            self.lock.touch(mode=0o600)
            if not self.version.exists():
                self.version.write_text(f"{LAYOUT}\n")
        except OSError as error:
            raise about_file(error, self.path) from None
        self.refuse_newer()
        if (free := shutil.disk_usage(self.path).free) < ENOUGH:
            raise Trouble(
                f"The disk of {self.path} has only {free // 2**20} MB left; the hub wants {ENOUGH // 2**20} MB to start."
            )

    def refuse_newer(self) -> None:
        try:
            layout = int(self.version.read_text())
        except FileNotFoundError:
            return
        except (OSError, ValueError):
            raise Trouble(f"{self.version} cannot be read; it should hold the number {LAYOUT}.") from None
        if layout > LAYOUT:
            raise Trouble(
                f"The data folder {self.path} was made by a newer version of the hub. Update the hub, or choose another folder with --data DIR."
            )

    def _wait_for(self, lock: Any, patience: float) -> None:
        """A moment's patience: a `hub token` may be using the servers, or a killed hub may just be ending."""
        deadline = time.monotonic() + patience
        while not locked(lock):
            run = self.read_run()
            if run.get("verb") in ("demo", "serve") or time.monotonic() > deadline:
                raise Trouble(
                    f"The data folder {self.path} is in use by another hub (process {run.get('pid', 'unknown')}). Stop that one, or choose another folder with --data DIR."
                )
            time.sleep(0.1)

    def running(self) -> dict[str, Any] | None:
        """What the hub that holds this folder says of itself, or None when there is none."""
        try:
            with open(self.lock) as lock:
                return None if locked(lock) else self.read_run()
        except OSError:
            return None

    def read_run(self) -> dict[str, Any]:
        try:
            return json.loads(self.run.read_text())
        except (OSError, ValueError):
            return {}

    def tell(self, **facts: Any) -> None:
        """Write run.json whole or not at all; it names sockets, so only its owner may read it."""
        new = self.run.with_suffix(".new")
        try:
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(facts, file)
            new.replace(self.run)
        except OSError as error:
            raise about_file(error, self.path) from None


def locked(file: Any) -> bool:
    """Take the lock if it is free."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def chosen(data: str | None, environ: Mapping[str, str], default: Path = DEFAULT) -> Folder:
    """--data is meant from where the operator stands, HUB_DATA_DIR from the checkout."""
    if data:
        return Folder(Path(data).absolute())
    return (
        Folder(ROOT / environ["HUB_DATA_DIR"].strip())
        if environ.get("HUB_DATA_DIR", "").strip()
        else Folder(default)
    )
