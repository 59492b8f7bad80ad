"""A web process that can be told to fail: `python -m tests.faults.start FD`. The product knows nothing of it.

It serves as the product does. SIGUSR1 makes it die between the next commit and its publish.
"""

import asyncio
import fcntl
import os
import random
import signal
import sys
import termios
from pathlib import Path
from typing import Any

from tests.faults.journal import Held, Journal, now
from tests.faults.plants import PLANTS

LOOK_EVERY = 0.25


class FailPoint:
    """Between a commit and its publish: some are never made, and after SIGUSR1 the process dies there."""

    def __init__(self, lose: float) -> None:
        from chat.realtime.bus import Bus

        self.lose, self.die, self.publish = lose, False, Bus.publish
        signal.signal(signal.SIGUSR1, self._arm)
        point = self

        async def publish(bus: Any, events: Any) -> None:
            if point.die:
                os.kill(os.getpid(), signal.SIGKILL)
            if random.random() >= point.lose:
                await point.publish(bus, events)

        Bus.publish = publish  # type: ignore[method-assign]

    def _arm(self, *_: Any) -> None:
        self.die = True


class Scales:
    """What this process and its kernel hold for the connection that they hold the most for."""

    def __init__(self, journal: Journal, process: int) -> None:
        from web.live.protocol import LiveProtocol

        self.journal, self.process = journal, process
        self.transports: set[Any] = set()
        made, scales = LiveProtocol.connection_made, self

        def connection_made(protocol: Any, transport: Any) -> None:
            made(protocol, transport)
            if not scales.transports:
                asyncio.get_running_loop().call_later(LOOK_EVERY, scales.look)
            scales.transports.add(transport)

        LiveProtocol.connection_made = connection_made  # type: ignore[method-assign]

    def look(self) -> None:
        self.transports = {t for t in self.transports if not t.is_closing()}
        if self.transports:
            self.journal.write(Held(now(), self.process, max(map(weight, self.transports))))
            self.journal.flush()
            asyncio.get_running_loop().call_later(LOOK_EVERY, self.look)


def weight(transport: Any) -> int:
    """Bytes of the transport's buffer, of the kernel's to send, and of the kernel's that nobody has read."""
    fd = transport.get_extra_info("socket").fileno()
    if fd < 0:
        return 0
    kernels = [
        int.from_bytes(fcntl.ioctl(fd, request, bytes(4)), sys.byteorder)
        for request in (termios.TIOCOUTQ, termios.FIONREAD)
    ]
    return transport.get_write_buffer_size() + sum(kernels)


def main() -> None:
    place, fd = int(os.environ["FAULTS_PROCESS"]), int(sys.argv[1])
    if plant := os.environ.get("FAULTS_PLANT"):
        PLANTS[plant]()
    FailPoint(float(os.environ.get("FAULTS_LOSE", "0")))
    Scales(Journal(Path(os.environ["FAULTS_JOURNAL"])), place)
    from command.web import serve

    serve(fd)


if __name__ == "__main__":
    main()
