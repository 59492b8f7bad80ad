"""One process that the supervisor keeps alive."""

import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable

from command.embedded import tied

# Five deaths within a minute are no accident.
TOO_MANY, WITHIN = 5, 60.0
BACK_OFF = (0.1, 0.5, 1.0, 2.0)

Launch = Callable[[], subprocess.Popen]
Stop = Callable[[subprocess.Popen, bool], None]


class Child:
    def __init__(
        self,
        name: str,
        launch: Launch,
        stop: Stop | None = None,
        *,
        patience: float = 1.0,
        essential: bool = True,
    ) -> None:
        self.name, self.launch, self.patience, self.essential = name, launch, patience, essential
        self._stop = stop
        self.process: subprocess.Popen | None = None
        self.deaths: deque[float] = deque(maxlen=TOO_MANY)
        self.due: float | None = None
        self.asked: subprocess.Popen | None = None

    def start(self) -> None:
        self.due = None
        self.process = self.launch()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def given_up(self) -> bool:
        """It died too often, or had nothing more to do."""
        return self.process is None and self.due is None

    def mourn(self) -> None:
        """It died: come back after a short while, unless that happened too often."""
        now = time.monotonic()
        recent = sum(now - d < WITHIN for d in self.deaths)
        self.deaths.append(now)
        finished = not self.essential and self.process is not None and self.process.returncode == 0
        self.process = None
        self.due = None if finished or recent + 1 >= TOO_MANY else now + BACK_OFF[recent]

    def ask_to_stop(self) -> None:
        """Once: to some programs a second request means now."""
        if self.process and self.running and not self._stop and self.asked is not self.process:
            self.asked = self.process
            self.process.send_signal(signal.SIGTERM)

    def stop(self, hurry: Callable[[], bool]) -> None:
        """Asked kindly for its patience, or not at all once the operator is in a hurry."""
        self.due = None
        process = self.process
        if process is None or process.poll() is not None:
            return
        if self._stop:
            return self._stop(process, hurry())
        self.ask_to_stop()
        tied.eventually(lambda: process.poll() is not None or hurry(), self.patience)
        if process.poll() is None:
            process.kill()
            process.wait()
