"""Bugs to plant, each of which the checker must find. `start.py` plants one in a web process of its own."""

import asyncio
import os
import random
from collections.abc import Callable
from typing import Any

import asyncpg


def no_sweep() -> None:
    """Whatever a publish fails to say is never found."""
    from chat.realtime.hub import Hub

    replace(Hub, "sweep", _nothing)


def no_fence() -> None:
    """A change of access is seen, and nobody is asked again."""
    from chat.realtime.delivering import Delivery

    async def believe_all(self: Any, stream: Any, version: int) -> None:
        stream.acl_version = max(stream.acl_version, version)
        for follower in stream.followers:
            follower.acl_version = max(follower.acl_version, version)

    async def believe(self: Any, stream: Any, followers: Any, version: int) -> None:
        for follower in followers:
            follower.acl_version = max(follower.acl_version, version)

    replace(Delivery, "ask_again", believe_all)
    replace(Delivery, "_ask_about", believe)


def early_number() -> None:
    """Numbers come from a counter of their own, as from a sequence: taken first, seen when the row commits."""
    from chat import db
    from chat.events import write_events as rightly

    async def write_events(tx: Any, facts: list[Any]) -> list[Any]:
        written = []
        for fact in facts:
            head = await _counted(fact.stream)
            if head is None:  # made in this very transaction
                written += await rightly(tx, [fact])
                continue
            await asyncio.sleep(random.uniform(0, 0.1))
            acl_version = tx.fences.get(fact.network or 0, 0)
            await tx.run(
                "INSERT INTO event (stream_id, seq, kind, ref_id, rev, acl_version) VALUES (:s, :q, :k, :ref, :rev, :v)",
                s=fact.stream, q=head, k=fact.kind, ref=fact.ref, rev=fact.rev, v=acl_version,
            )  # fmt: skip
            written.append(
                db.Event(
                    fact.stream,
                    head,
                    fact.kind,
                    fact.ref,
                    fact.rev,
                    acl_version,
                    await tx.value("SELECT epoch FROM meta"),
                )
            )
        return written

    replace(db, "write_events", write_events)


def shuffled() -> None:
    """The frames of one batch go out in another order than they were written."""
    from web.live.desk import Desk

    rightly = Desk.render

    async def render(self: Any, events: list[Any], form: str) -> Any:
        rendered = await rightly(self, events, form)
        return rendered._replace(frames=rendered.frames[::-1])

    replace(Desk, "render", render)


def no_op_table() -> None:
    """A write that is sent again is done again."""
    from chat.discussions import writing

    async def once(tx: Any, author_id: int, verb: str, op_id: str | None, act: Callable[[], Any]) -> Any:
        return await act()

    replace(writing, "once", once)


async def _counted(stream: str) -> int | None:
    """The next number, taken on a connection of its own: no rollback gives it back."""
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        return await connection.fetchval(
            "UPDATE stream SET head = head + 1 WHERE id = $1 RETURNING head", stream
        )
    finally:
        await connection.close()


async def _nothing(*_: Any) -> None:
    return None


def replace(where: Any, name: str, by: Any) -> None:
    """A plant that no longer grips is no proof."""
    if not hasattr(where, name):
        raise LookupError(f"{where} has no {name} any more: plant this bug another way")
    setattr(where, name, by)


PLANTS: dict[str, Callable[[], None]] = {
    "no-sweep": no_sweep,
    "no-fence": no_fence,
    "early-number": early_number,
    "shuffled": shuffled,
    "no-op-table": no_op_table,
}
