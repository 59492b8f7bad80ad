"""Ending what runs in the background."""

import asyncio
from collections.abc import Collection


async def end(tasks: Collection[asyncio.Task]) -> None:
    """Cancel tasks until they are over: a library in their depth may have swallowed a first cancellation."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=0.5)
