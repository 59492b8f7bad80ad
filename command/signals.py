"""What reaches the supervisor: requests to stop, and deaths of children."""

import contextlib
import os
import select
import signal
from typing import Self

from command.trouble import Stopped

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """While something is being started the first stop raises Stopped; later stops are only counted."""

    def __init__(self) -> None:
        self.stops = 0
        self.raising = True

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        os.set_blocking(self._read, False)
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        # `nohup ./hub serve` goes on ignoring SIGHUP. SIGINT counts even where a script's `&` had it ignored.
        ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        stops = [s for s in STOPS if s is not signal.SIGHUP or not ignored]
        self._before = {s: signal.signal(s, self._stop) for s in stops}
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> None:
        """Sleep until a signal comes, at most these seconds."""
        if select.select([self._read], [], [], max(0, seconds))[0]:
            with contextlib.suppress(BlockingIOError):
                while os.read(self._read, 512):
                    pass

    def _stop(self, *_: object) -> None:
        self.stops += 1
        if self.raising:
            self.raising = False
            raise Stopped
