"""Questions that come at the same time, asked as one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Together(Generic[Key, Answer]):
    """While a question is out, whoever has another waits, and all of those are asked about at once.

    So a thousand members who come back after a restart cost a few queries, and one alone waits for nobody.
    An answer is never older than its question.
    """

    def __init__(self, ask: Callable[[set[Key]], Awaitable[dict[Key, Answer]]]) -> None:
        self._ask = ask
        self._turn = asyncio.Lock()
        self._keys: set[Key] = set()
        self._next: asyncio.Task[dict[Key, Answer]] | None = None

    async def __call__(self, keys: Iterable[Key]) -> dict[Key, Answer]:
        """The answers, among those of others. A key without an answer is not among them."""
        self._keys.update(keys)
        if self._next is None:
            self._next = asyncio.create_task(self._ask_next())
            self._next.add_done_callback(lambda task: task.cancelled() or task.exception())  # all may be gone
        return await asyncio.shield(self._next)

    async def _ask_next(self) -> dict[Key, Answer]:
        async with self._turn:
            keys, self._keys, self._next = self._keys, set(), None
            return await self._ask(keys)
