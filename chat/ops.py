"""Writes that clients name, so that a retry after a lost answer changes nothing twice."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chat import clock
from chat.db import Transaction
from chat.errors import Invalid
from chat.languages import _

NAME = re.compile(r"[\w.:-]{1,64}", re.ASCII)


async def once(
    tx: Transaction,
    author_id: int,
    verb: str,
    op_id: str | None,
    act: Callable[[], Awaitable[dict[str, Any]]],
) -> dict[str, Any]:
    """The answer of `act`, which runs only if this author has not used this name for this verb before.

    Two tries at the same moment: the second waits for the first to commit, then gets its answer.
    """
    if op_id is None:
        return await act()
    if not isinstance(op_id, str) or not NAME.fullmatch(op_id):
        raise Invalid("op", _("The name of an op is 1 to 64 letters, digits or any of . : - _"))
    op_id = f"{verb} {op_id}"
    new = await tx.run(
        "INSERT INTO op (author_id, op_id, at) VALUES (:author, :op, :now) ON CONFLICT DO NOTHING",
        author=author_id,
        op=op_id,
        now=clock.now(),
    )
    if not new:
        stored = await tx.value(
            "SELECT result FROM op WHERE author_id = :author AND op_id = :op", author=author_id, op=op_id
        )
        return stored
    result = await act()
    await tx.run(
        "UPDATE op SET result = CAST(:result AS jsonb) WHERE author_id = :author AND op_id = :op",
        result=msgspec.json.encode(result).decode(),
        author=author_id,
        op=op_id,
    )
    return result
