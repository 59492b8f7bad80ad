"""Telling members in the page that something happened which concerns them."""

from collections.abc import Collection
from typing import NamedTuple

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


class Part(NamedTuple):
    """What joins a member's notice of this kind and thing: posts, or who reacted; the oldest first."""

    member_id: int
    kind: str
    ref_id: int
    parts: list[int]


MOST_PARTS = 50  # of a notice; older ones are not counted any more
GATHER = f"""
INSERT INTO notice (member_id, kind, network_id, ref_id, parts, created_at)
SELECT member, kind, :network, ref, CAST(parts AS bigint[]), :now
FROM unnest(CAST(:members AS bigint[]), CAST(:kinds AS text[]), CAST(:refs AS bigint[]), CAST(:parts AS text[]))
     AS new (member, kind, ref, parts)
ORDER BY member, kind, ref
ON CONFLICT (member_id, kind, ref_id) WHERE read_at IS NULL AND parts <> '{{}}' DO UPDATE
SET parts = (notice.parts || excluded.parts)[cardinality(notice.parts || excluded.parts) - {MOST_PARTS - 1}:],
    network_id = excluded.network_id, created_at = excluded.created_at, turn = DEFAULT
RETURNING id, member_id
"""  # noqa: S608


async def gather(tx: Transaction, network_id: int, news: Collection[Part]) -> None:
    """Leave a notice for each, or let it join the one of the same that waits to be read, which moves up."""
    if not news:
        return
    rows = await tx.all(
        GATHER,
        network=network_id,
        now=clock.now(),
        members=[part.member_id for part in news],
        kinds=[part.kind for part in news],
        refs=[part.ref_id for part in news],
        parts=[f"{{{','.join(map(str, part.parts[-MOST_PARTS:]))}}}" for part in news],
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
