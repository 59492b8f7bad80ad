"""A test that never ends is ended: its threads and asyncio tasks are printed, and its process stops."""

import asyncio
import faulthandler
import gc
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

LONGEST = 300.0
"""Seconds. The slowest takes thirty on an idle machine."""


class Overtime:
    """A pytest plugin. Under xdist another process goes on with the other tests, and the run fails."""

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._stderr = os.dup(2)  # before pytest captures it

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        timer = threading.Timer(self._longest, self._end, [item.nodeid])
        timer.daemon = True
        timer.start()
        try:
            return (yield)
        finally:
            timer.cancel()

    def _end(self, name: str) -> None:
        os.write(self._stderr, f"\n{name} did not end within {self._longest:g} s.\n".encode())
        try:
            os.write(self._stderr, _tasks().encode())
            faulthandler.dump_traceback(self._stderr)
        finally:
            os._exit(1)


def _tasks() -> str:
    """Where each asyncio task of the process waits, from its coroutine down to what it awaits."""
    lines = []
    for task in [each for each in gc.get_objects() if isinstance(each, asyncio.Task) and not each.done()]:
        lines.append(f"Task {task.get_name()}")
        awaiting: Any = task.get_coro()
        while frame := getattr(awaiting, "cr_frame", None) or getattr(awaiting, "ag_frame", None):
            lines.append(f"  {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}")
            awaiting = getattr(awaiting, "cr_await", None) or getattr(awaiting, "ag_await", None)
        lines.append(f"  {awaiting!r}")
    return "\n".join(lines) + "\n"
