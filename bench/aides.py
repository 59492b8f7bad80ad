"""A process of our own that is told things line by line and answers each with a line of JSON."""

import json
import os
import select
import subprocess
import time
from collections.abc import Sequence
from typing import Any, Self

from command.embedded import tied
from command.environment import child_environment
from command.trouble import Trouble


class Aide:
    """Ends on leaving, and with this process, however that dies."""

    def __init__(self, name: str, command: Sequence[Any], **environment: str) -> None:
        self.name = name
        self.process = tied.spawn(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_environment(**environment)
        )
        self._heard = b""

    def say(self, line: str) -> None:
        try:
            os.write(self.process.stdin.fileno(), line.encode() + b"\n")  # type: ignore[union-attr]
        except BrokenPipeError:
            raise self._gone() from None

    def hear(self, patience: float) -> dict[str, Any]:
        """The next answer."""
        out = self.process.stdout.fileno()  # type: ignore[union-attr]
        until = time.monotonic() + patience
        while b"\n" not in self._heard:
            left = until - time.monotonic()
            if left <= 0 or not select.select([out], [], [], left)[0]:
                raise Trouble(f"{self.name} did not answer within {patience:.0f} seconds.")
            data = os.read(out, 1 << 16)
            if not data:
                raise self._gone()
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        return json.loads(line)

    def ask(self, line: str, patience: float = 10) -> dict[str, Any]:
        self.say(line)
        return self.hear(patience)

    def _gone(self) -> Trouble:
        return Trouble(f"{self.name} has ended (status {self.process.wait()}); what it said last is above.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()  # which is what they end by
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
