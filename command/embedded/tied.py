"""Children that end when their parent does, and the remains of those that could not."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
# Loaded here: after the fork only a bare system call is safe.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def spawn(
    command: Sequence[Any], *, on_orphaned: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen:
    """Start a child that gets `on_orphaned` when this process dies, however it dies.

    Linux sends it when the *thread* that forked ends, so call this from the main thread.
    The child leads a process group: Ctrl-C in a terminal is for the parent to translate.
    """
    parent = os.getpid()

    def tie() -> None:
        if _prctl:
            _prctl(PR_SET_PDEATHSIG, int(on_orphaned))
            if os.getppid() != parent:
                os._exit(1)

    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(command, preexec_fn=tie, process_group=0, **options)  # noqa: S603


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def command_of(pid: int) -> str:
    """The command line of a process, or nothing when it cannot be known."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        listed = subprocess.run(  # noqa: S603
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return listed.stdout


def end(pid: int, steps: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send each signal and wait its seconds, until the process is gone."""
    for number, seconds in steps:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        if eventually(lambda: not alive(pid), seconds):
            return True
    return False


def eventually(happened: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
