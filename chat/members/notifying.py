"""Telling members in the page that something happened which concerns them."""

from collections.abc import Collection

from chat import clock
from chat.db import Transaction
from chat.events import member_stream


async def notify(
    tx: Transaction,
    member_ids: Collection[int],
    kind: str,
    *,
    network_id: int | None = None,
    actor_id: int | None = None,
    ref_id: int | None = None,
) -> None:
    """Leave a notice for each of them, except for who has done it. Their open pages hear of it.

    It says what it is about and no more: whoever reads it may have lost the right to know meanwhile.
    """
    rows = await tx.all(
        "INSERT INTO notice (member_id, kind, network_id, actor_id, ref_id, created_at) "
        "SELECT told, :kind, :network, :actor, :ref, :now FROM unnest(CAST(:members AS bigint[])) AS told RETURNING id, member_id",
        members=sorted(set(member_ids) - {actor_id}),
        kind=kind,
        network=network_id,
        actor=actor_id,
        ref=ref_id,
        now=clock.now(),
    )
    for row in rows:
        tx.announce(member_stream(row.member_id), "notice.added", row.id)


async def settle(tx: Transaction, member_id: int, kind: str, ref_id: int) -> None:
    """Their notice of this has done its work, wherever they dealt with it. All their screens hear of it."""
    rows = await tx.all(
        "UPDATE notice SET read_at = coalesce(read_at, :now) WHERE member_id = :member AND kind = :kind AND ref_id = :ref "
        "RETURNING id",
        now=clock.now(),
        member=member_id,
        kind=kind,
        ref=ref_id,
    )
    for row in rows:
        tx.announce(member_stream(member_id), "notice.read", row.id)
