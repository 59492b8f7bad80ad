"""Facts, and the gapless numbers they get on their streams (docs/live.md)."""

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from chat import clock

if TYPE_CHECKING:
    from chat.db import Transaction


# Every process follows this stream; no client can. It carries what ends connections: sessions and access.
CONTROL = "sys"
# Nobody follows this one. Names of members and networks stand on many pages: its head says whether one has changed.
LOOKS = "looks"


class Fact(NamedTuple):
    """What a transaction says before it has a number."""

    stream: str
    kind: str
    ref: int
    rev: int
    network: int | None


class Event(NamedTuple):
    """One numbered event of one stream, by reference."""

    stream: str
    seq: int
    kind: str
    ref: int
    rev: int
    acl_version: int
    epoch: str  # of the log in which it has this number


def topic_stream(topic_id: int) -> str:
    return f"t:{topic_id}"


def network_stream(network_id: int) -> str:
    return f"n:{network_id}"


def drop_in_stream(drop_in_id: int) -> str:
    return f"d:{drop_in_id}"


def member_stream(member_id: int) -> str:
    return f"m:{member_id}"


async def open_stream(tx: "Transaction", stream: str, network: int | None = None) -> None:
    """Make a new stream, empty."""
    await tx.run(
        "INSERT INTO stream (id, network_id) VALUES (:id, :network) ON CONFLICT DO NOTHING",
        id=stream,
        network=network,
    )


async def fence(tx: "Transaction", networks: Iterable[int]) -> None:
    """Order this transaction with every change of who may read these networks: one of the two comes first."""
    missing = sorted(set(networks) - tx.fences.keys())
    if missing:
        rows = await tx.all("SELECT id, acl_version FROM fence(CAST(:ids AS bigint[]))", ids=missing)
        tx.fences.update({row.id: row.acl_version for row in rows})


async def alone(tx: "Transaction", network: int) -> None:
    """Order this transaction with all others that write in this network, or change who may read it.

    They wait until it ends. To be called before anything that depends on it is looked at.
    """
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('network', :network))", network=network)


# Up to so many streams a statement for each is the quickest.
FEW = 8

# The row lock on the stream is held from here to the commit, so numbers have no holes and commit in order.
TAKE_NUMBERS = """
WITH taken AS (UPDATE stream SET head = head + :count WHERE id = :stream RETURNING head)
INSERT INTO event (stream_id, seq, kind, ref_id, rev, acl_version, at)
SELECT :stream, taken.head - :count + fact.i, fact.kind, fact.ref, fact.rev, :acl_version, :at
FROM taken, unnest(CAST(:kinds AS text[]), CAST(:refs AS bigint[]), CAST(:revs AS integer[]))
     WITH ORDINALITY AS fact (kind, ref, rev, i)
RETURNING seq, (SELECT epoch FROM meta)
"""


async def write_events(tx: "Transaction", facts: list[Fact]) -> list[Event]:
    """Number the facts, stream by stream in sorted order, so that two transactions never wait in a circle."""
    if not facts:
        return []
    await fence(tx, {fact.network for fact in facts if fact.network})
    facts = sorted(facts, key=lambda fact: fact.stream)
    if len({fact.stream for fact in facts}) > FEW:
        return await _write_many(tx, facts)
    written: list[Event] = []
    for stream, group in groupby(facts, key=lambda fact: fact.stream):
        of_stream = list(group)
        acl_version = tx.fences.get(of_stream[0].network or 0, 0)
        rows = await tx.all(
            TAKE_NUMBERS,
            stream=stream,
            count=len(of_stream),
            acl_version=acl_version,
            at=clock.now(),
            kinds=[f.kind for f in of_stream],
            refs=[f.ref for f in of_stream],
            revs=[f.rev for f in of_stream],
        )
        if len(rows) != len(of_stream):
            raise LookupError(f"there is no stream {stream}")
        written += [
            Event(stream, row.seq, f.kind, f.ref, f.rev, acl_version, row.epoch)
            for row, f in zip(sorted(rows), of_stream, strict=True)
        ]
    return written


# Of many streams at once. The locks are taken first, in the order in which everybody takes them.
TAKE_LOCKS = """SELECT id FROM stream WHERE id = ANY(:streams) ORDER BY id COLLATE "C" FOR UPDATE"""
TAKE_MANY_NUMBERS = """
WITH fact AS (
    SELECT *, row_number() OVER (PARTITION BY stream ORDER BY i) AS nth
    FROM unnest(CAST(:streams AS text[]), CAST(:kinds AS text[]), CAST(:refs AS bigint[]), CAST(:revs AS integer[]), CAST(:acls AS bigint[]))
         WITH ORDINALITY AS fact (stream, kind, ref, rev, acl, i)
), taken AS (
    UPDATE stream SET head = head + n FROM (SELECT stream, count(*) AS n FROM fact GROUP BY stream) AS counted
    WHERE stream.id = counted.stream RETURNING stream.id, head - n AS before
)
INSERT INTO event (stream_id, seq, kind, ref_id, rev, acl_version, at)
SELECT stream, before + nth, kind, ref, rev, acl, :at FROM fact JOIN taken ON taken.id = stream
RETURNING stream_id, seq, kind, ref_id, rev, acl_version, (SELECT epoch FROM meta)
"""


async def _write_many(tx: "Transaction", facts: list[Fact]) -> list[Event]:
    streams = {fact.stream for fact in facts}
    locked = {row.id for row in await tx.all(TAKE_LOCKS, streams=list(streams))}
    if missing := streams - locked:
        raise LookupError(f"there is no stream {min(missing)}")
    rows = await tx.all(
        TAKE_MANY_NUMBERS,
        streams=[f.stream for f in facts],
        kinds=[f.kind for f in facts],
        refs=[f.ref for f in facts],
        revs=[f.rev for f in facts],
        acls=[tx.fences.get(f.network or 0, 0) for f in facts],
        at=clock.now(),
    )
    return [Event(*row) for row in sorted(rows)]
