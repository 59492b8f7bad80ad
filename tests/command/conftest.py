"""Real processes: a hub that runs for one test, and what is left of it afterwards."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HUB = [sys.executable, "-P", "-m", "command"]


def eventually(happened, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not (result := happened()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return result


def environment(**changes):
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("HUB_") and k not in ("DATABASE_URL", "REDIS_URL", "PORT")
    }
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


def hub(*arguments, cwd=None, **changes):
    """One verb, run to its end."""
    return subprocess.run(
        [*HUB, *map(str, arguments)],
        env=environment(**changes),
        cwd=cwd or ROOT,
        capture_output=True,
        text=True,
        timeout=20,
    )


def processes_with(text):
    """Command lines of living processes that carry a text; zombies have none."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line:
            found[int(folder.name)] = line
    return found


def children_of(pid):
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class House:
    """A supervisor over stand-ins, as its operator sees it."""

    def __init__(self, data, **changes):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.data = data
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-P", Path(__file__).with_name("stand_in_house.py"), data],
            env=environment(PORT=str(self.port), **changes), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.said = []
        self.out = []
        self.readers = [
            threading.Thread(target=self._read, args=a, daemon=True)
            for a in ((self.process.stdout, self.out), (self.process.stderr, self.said))
        ]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, lines):
        lines.extend(iter(stream.readline, ""))

    def ready(self):
        eventually(lambda: self.out or self.process.poll() is not None, 20)
        assert self.out, "".join(self.said)
        assert re.fullmatch(rf"ready http://127\.0\.0\.1:{self.port}\n", self.out[0])
        return self

    def ask(self):
        """The number of the web process that answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
            return int(answer.read())

    def child(self, text):
        return next(
            (p for p in children_of(self.process.pid) if text in processes_with(text).get(p, "")), None
        )

    def family(self):
        """Everyone below the supervisor."""
        below, todo = set(), [self.process.pid]
        while todo:
            for child in children_of(todo.pop()):
                below.add(child)
                todo.append(child)
        return below

    def stop(self, number=signal.SIGTERM):
        """Ask for a stop; the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(15)
        for reader in self.readers:
            reader.join(5)
        return time.monotonic() - began


@pytest.fixture
def open_house(tmp_path):
    """Opens houses on this test's data folder; whatever is left of them is ended."""
    houses = []

    def open_one(data=None, **changes):
        houses.append(House(data or tmp_path / "data", **changes))
        return houses[-1]

    yield open_one
    for house in houses:
        if house.process.poll() is None:
            house.stop()
