"""The parent process: keeps its children alive, and stops them in order."""

import subprocess
import sys
import time
from collections.abc import Callable

from command.child import TOO_MANY, Child
from command.embedded import tied
from command.signals import Signals
from command.trouble import Stopped, Trouble


class Supervisor:
    """Children in the order in which they start; they stop in the opposite one."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.children: list[Child] = []

    def start(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        return child

    def watch(self, until: Callable[[], bool] | None = None) -> None:
        """Restart whoever dies, until the condition holds or the operator asks for a stop."""
        while not (until and until()):
            if self.signals.stops:
                raise Stopped
            self._tend()
            self.signals.wait(0.1 if until else self._next_due())

    def run(self, command: list[str], environment: dict[str, str]) -> str:
        """A child's errand: what it printed. Its own sentence about a failure is on the terminal already."""
        errand = tied.spawn(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            said, _ = errand.communicate()
        except BaseException:
            errand.kill()
            errand.wait()
            raise
        if errand.returncode != 0:
            raise Trouble(
                ""
                if errand.returncode > 0
                else f"A part of the start {describe(errand.returncode)}; try again."
            )
        return said

    def stop(self) -> None:
        self.signals.raising = False
        for child in reversed(self.children):
            for sibling in self.children:
                if sibling.name == child.name:
                    sibling.ask_to_stop()
            child.stop(lambda: self.signals.stops > 1)

    def _tend(self) -> None:
        for child in self.children:
            if child.process is not None and not child.running:
                self._bury(child)
            if child.due is not None and child.due <= time.monotonic():
                child.start()

    def _bury(self, child: Child) -> None:
        how = describe(child.process.returncode)  # type: ignore[union-attr] # it has died
        child.mourn()
        if not child.given_up:
            say(f"{child.name} {how}; starting it again.")
        elif child.essential:
            raise Trouble(
                f"{child.name} died {TOO_MANY} times within a minute, so everything stops. What it said last is above, or in the logs of the data folder."
            )
        elif how != "ended with status 0":
            say(f"{child.name} {how} too often; going on without it.")

    def _next_due(self) -> float:
        dues = [c.due for c in self.children if c.due is not None]
        return min(dues) - time.monotonic() if dues else 60


def describe(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
