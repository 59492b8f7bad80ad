"""What has come from a source: their names for things, and our numbers."""

from collections.abc import Iterable, Mapping

from chat import clock
from chat.db import Transaction


async def known(tx: Transaction, source: str, kind: str, theirs: Iterable[str]) -> dict[str, int]:
    """Our numbers of those that have come."""
    rows = await tx.all(
        "SELECT their_id, our_id FROM imported WHERE source = :source AND kind = :kind AND their_id = ANY(:theirs)",
        source=source,
        kind=kind,
        theirs=list(theirs),
    )
    return dict(rows)


async def note(tx: Transaction, source: str, kind: str, pairs: Mapping[str, int]) -> None:
    """Write down that these have come."""
    await tx.run(
        "INSERT INTO imported (source, kind, their_id, our_id, at) SELECT CAST(:source AS text), CAST(:kind AS text), their_id, our_id, CAST(:now AS timestamptz) "
        "FROM unnest(CAST(:theirs AS text[]), CAST(:ours AS bigint[])) AS come (their_id, our_id)",
        source=source,
        kind=kind,
        theirs=list(pairs),
        ours=list(pairs.values()),
        now=clock.now(),
    )


async def mark_of(tx: Transaction, source: str) -> int | None:
    """The mark of the forum that was imported under this name."""
    return (await known(tx, source, "site", [""])).get("")
