"""Telling many members something, a round of them at a time, whatever dies in between.

In one transaction a round tells its members and leaves two jobs: their letters, and the members behind them. By their
keys each is there once: where the round behind this one is there already, this one has been done.
"""

from collections.abc import Awaitable, Callable, Iterable

from chat import mail
from chat.db import Transaction

AT_ONCE = 50  # members of a round


async def next_round(
    tx: Transaction,
    telling: str,
    of: object,
    last: int,
    /,
    *,
    mailing: str = "",
    after: int = 0,
    **args: object,
) -> bool:
    """Leave the letters to those after `after`, as far as `last`, to a job `mailing`, and who comes behind `last` to a
    job `telling`. `of` says in their keys what it is about. False where both were left before."""
    if mailing:
        await tx.enqueue(mailing, f"{mailing}:{of}:{after}", **args, after=after, through=last)
    return await tx.enqueue(telling, f"{telling}:{of}:{last}", **args, after=last)


async def mail_each(members: Iterable[int], send: Callable[[int], Awaitable[None]]) -> None:
    """A letter to each of them. An address that the mail server refuses keeps no other waiting; the job comes back for it."""
    tried = refused = 0
    for member_id in members:
        tried += 1
        try:
            await send(member_id)
        except mail.Refused:
            refused += 1
    if refused:
        raise mail.Refused(f"{refused} of {tried} addresses")
