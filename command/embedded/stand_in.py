"""PostgreSQL refuses to run as root; another user of this machine stands in for it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from command.trouble import Trouble


@dataclass(frozen=True)
class StandIn:
    """How to start a program as someone else: a prefix to its command, or options for Popen."""

    uid: int | None = None
    gid: int | None = None
    prefix: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    def give(self, path: Path) -> None:
        if self.uid is not None:
            os.chown(path, self.uid, self.gid or -1)


def stand_in(data: Path, program: Path, others: Iterable[Path] = ()) -> StandIn:
    """For an ordinary user nothing; for root a user who can reach the data, the program and the others."""
    if os.geteuid() != 0:
        return StandIn()
    user = _who(data)
    options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    closed = [c for path in (data, program, *others) for c in _closed_to(user, path)]
    if not closed:
        return StandIn(user.pw_uid, user.pw_gid, options=options)
    prefix = _passing_through(user)
    if not _runs([*prefix, str(program), "--version"]):
        raise Trouble(
            f"PostgreSQL cannot run as root, and the user “{user.pw_name}” who stands in for it may not enter {closed[0]}. "
            + (
                "Move the hub to a folder that every user may enter"
                if program.is_relative_to(closed[0])
                else "Choose a data folder elsewhere with --data DIR"
            )
            + ", or run the hub as an ordinary user."
        )
    return StandIn(user.pw_uid, user.pw_gid, prefix=prefix)


def _who(data: Path) -> pwd.struct_passwd:
    """Whoever owns the data already, else `postgres` or `nobody`."""
    if data.exists() and (owner := data.stat().st_uid) != 0:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            raise Trouble(
                f"{data} belongs to user number {owner}, whom this machine does not know. Give it to “postgres” or “nobody”: chown -R nobody {data}"
            ) from None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Trouble(
        "PostgreSQL cannot run as root, and this machine has neither a user “postgres” nor “nobody”. Run the hub as an ordinary user."
    )


def _closed_to(user: pwd.struct_passwd, path: Path) -> list[Path]:
    """The folders above a path that the user may not pass, by their permission bits."""
    return [p for p in reversed(path.resolve().parents) if p.exists() and not _may_pass(user, p.stat())]


def _may_pass(user: pwd.struct_passwd, folder: os.stat_result) -> bool:
    if folder.st_uid == user.pw_uid:
        return bool(folder.st_mode & 0o100)
    return bool(folder.st_mode & (0o010 if folder.st_gid == user.pw_gid else 0o001))


def _passing_through(user: pwd.struct_passwd) -> list[str]:
    """setpriv hands on one right of root's, to pass closed folders, and takes all others away.

    Nobody's folders change their permissions for it. `no_setuid_fixup` makes access(2), by which
    PostgreSQL looks for its own files, honour that right too.
    """
    only = "-all,+dac_override"
    return [
        shutil.which("setpriv") or "/usr/bin/setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
        "--securebits=+no_setuid_fixup", f"--bounding-set={only}", f"--inh-caps={only}", f"--ambient-caps={only}",
        "--no-new-privs", "--pdeathsig=INT",
    ]  # fmt: skip


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
