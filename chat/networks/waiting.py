"""Requests that wait for an answer, for whatever else gives a place or takes the way to one."""

from chat import clock
from chat.db import Transaction

# SQL: nobody has decided or withdrawn it, and it has not ended otherwise.
WAITS = "decided_at IS NULL AND withdrawn_at IS NULL AND ended_at IS NULL"


async def end_requests(tx: Transaction, network_id: int, member_id: int | None = None) -> int:
    """End the requests of a network, or of one member, that wait; how many there were. Nobody is told."""
    return await tx.run(
        f"UPDATE join_request SET ended_at = :now WHERE network_id = :network AND {WAITS} "  # noqa: S608
        "AND member_id = coalesce(CAST(:member AS bigint), member_id)",
        now=clock.now(),
        network=network_id,
        member=member_id,
    )
