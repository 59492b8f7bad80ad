"""The worker process."""

import asyncio
import signal

from chat import logs
from chat.config import settings


def work() -> None:
    """Work until SIGTERM."""
    from workers.main import run

    logs.set_up(settings())

    async def until_asked() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await run(settings(), stop)

    asyncio.run(until_asked())
