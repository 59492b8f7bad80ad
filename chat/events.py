"""Facts, and the gapless numbers they get on their streams (docs/live.md)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

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


async def begin_anew(tx: "Transaction", stream: str) -> None:
    """Let nobody catch up from before this moment: what a stream tells has been rearranged, and is to be read afresh.

    Who stands at its head hears what is announced next.
    """
    await tx.run("UPDATE stream SET floor = head + 1 WHERE id = :id", id=stream)
    await tx.run("DELETE FROM event WHERE stream_id = :id", id=stream)


async def fence(tx: "Transaction", networks: Iterable[int]) -> None:
    """Order this transaction with every change of who may read these networks: one of the two comes first."""
    missing = sorted(set(networks) - tx.fences.keys())
    if missing:
        rows = await tx.all("SELECT id, acl_version FROM fence(CAST(:ids AS bigint[]))", ids=missing)
        tx.fences.update({row.id: row.acl_version for row in rows})


def fenced(network: Any) -> Any:
    """SQL: the same, for the one network of a row (a column); its access version."""
    column = sa.column("acl_version", sa.BigInteger)
    locked = sa.func.fence(sa.func.array_fill(network, sa.literal_column("ARRAY[1]"))).table_valued(
        column, name="fenced"
    )
    return sa.select(locked.c.acl_version).scalar_subquery()


async def alone(tx: "Transaction", network: int) -> None:
    """Order this transaction with all others that write in this network, or change who may read it.

    They wait until it ends. To be called before anything that depends on it is looked at.
    """
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('network', :network))", network=network)


# The row lock on a stream is held from its number to the commit, so numbers have no holes and commit in order.
NUMBER = (
    "SELECT number, log FROM number_facts(CAST(:streams AS text[]), CAST(:kinds AS text[]), CAST(:refs AS bigint[]), "
    "CAST(:revs AS integer[]), CAST(:acls AS bigint[]), :at)"
)


async def write_events(tx: "Transaction", facts: list[Fact]) -> list[Event]:
    """Number the facts, stream by stream in sorted order, so that two transactions never wait in a circle."""
    if not facts:
        return []
    await fence(tx, {fact.network for fact in facts if fact.network})
    facts = sorted(facts, key=lambda fact: fact.stream)
    acls = [tx.fences.get(fact.network or 0, 0) for fact in facts]
    rows = await tx.all(
        NUMBER,
        streams=[f.stream for f in facts],
        kinds=[f.kind for f in facts],
        refs=[f.ref for f in facts],
        revs=[f.rev for f in facts],
        acls=acls,
        at=clock.now(),
    )
    if len(rows) < len(facts):
        raise LookupError(f"there is no stream {facts[len(rows)].stream}")
    return [
        Event(f.stream, row.number, f.kind, f.ref, f.rev, acl, row.log)
        for row, f, acl in zip(rows, facts, acls, strict=True)
    ]
