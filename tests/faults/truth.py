"""What the database says happened, with the moment of each commit: the measure of everything that was seen."""

import time
from typing import NamedTuple

import asyncpg

FOREVER = float("inf")


class Row(NamedTuple):
    """An event of the log, and when it was committed, on the monotonic clock."""

    kind: str
    ref: int
    rev: int
    acl_version: int
    committed: float


class Absence(NamedTuple):
    """A time in which a member had no place in a network, and the access version that it began with."""

    since: float
    version: int
    until: float = FOREVER


class Truth:
    """One history of the database. A restored backup begins another; `until` is when this one ended."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.until = FOREVER
        self.events: dict[str, dict[int, Row]] = {"sys": {}}
        self.heads: dict[str, int] = {}
        self.floors: dict[str, int] = {}
        self.network_of: dict[str, int] = {}
        self.open: set[int] = set()
        self.members: dict[int, set[int]] = {}  # of each network, in the end
        self.absences: dict[tuple[int, int], list[Absence]] = {}  # of a member, from a network
        self.sessions: dict[int, float] = {}  # when they ended
        self.named: dict[tuple[int, str], list[int]] = {}  # posts by author and the name of their write
        self.things: dict[str, dict[str, str]] = {}  # what each stream adds up to, as the API shows it

    def may_follow(self, member: int, stream: str) -> bool:
        """In the end."""
        if stream[0] == "m":
            return stream == f"m:{member}"
        network = self.network_of.get(stream, 0)
        return network in self.open or member in self.members.get(network, ())

    def revision(self, post: int, rev: int) -> Row | None:
        """The event that made this revision of a post."""
        if not hasattr(self, "_revisions"):
            self._revisions = {
                (row.ref, row.rev): row
                for rows in self.events.values()
                for row in rows.values()
                if row.kind.startswith("post.")
            }
        return self._revisions.get((post, rev))


EVENTS = """
SELECT stream_id, seq, kind, ref_id, rev, acl_version, xmin::text AS xid,
       extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS committed
FROM event ORDER BY stream_id, seq
"""


async def collect(url: str) -> Truth:
    offset = time.time() - time.monotonic()
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _collect(connection, offset)
    finally:
        await connection.close()


async def _collect(connection: asyncpg.Connection, offset: float) -> Truth:
    truth = Truth(await connection.fetchval("SELECT epoch FROM meta"))
    versions: dict[tuple[str, int], int] = {}
    moves: list[tuple[int, str, int, str, float]] = []
    for e in await connection.fetch(EVENTS):
        committed = e["committed"] - offset
        row = Row(e["kind"], e["ref_id"], e["rev"], e["acl_version"], committed)
        truth.events.setdefault(e["stream_id"], {})[e["seq"]] = row
        if row.kind == "access.changed":
            versions[e["xid"], row.ref] = row.acl_version
        elif row.kind == "session.ended":
            truth.sessions[row.ref] = committed
        elif row.kind.startswith("membership."):
            moves.append((e["seq"], row.kind, int(e["stream_id"][2:]), e["xid"], committed))
            truth.things.setdefault(e["stream_id"], {})[f"membership:{row.ref}"] = row.kind
    for seq, kind, member, xid, committed in moves:
        network = truth.events[f"m:{member}"][seq].ref
        absences = truth.absences.setdefault((member, network), [])
        if kind == "membership.ended":
            absences.append(Absence(committed, versions[xid, network]))
        elif absences:
            absences[-1] = absences[-1]._replace(until=committed)
    for s in await connection.fetch("SELECT id, head, floor, network_id FROM stream"):
        truth.heads[s["id"]], truth.floors[s["id"]] = s["head"], s["floor"]
        if s["network_id"]:
            truth.network_of[s["id"]] = s["network_id"]
    for n in await connection.fetch("SELECT id, access FROM network"):
        truth.network_of[f"n:{n['id']}"] = n["id"]
        if n["access"] == "open":
            truth.open.add(n["id"])
    for d in await connection.fetch("SELECT id, network_id FROM drop_in"):
        truth.network_of[f"d:{d['id']}"] = d["network_id"]
    for m in await connection.fetch("SELECT network_id, member_id FROM membership WHERE ended_at IS NULL"):
        truth.members.setdefault(m["network_id"], set()).add(m["member_id"])
    for p in await connection.fetch("SELECT id, author_id, split_part(body, ' ', 1) AS name FROM post"):
        truth.named.setdefault((p["author_id"], p["name"]), []).append(p["id"])
    # Writing moves one's own reading without a word, so this adds up for those alone who only read.
    for r in await connection.fetch(
        "SELECT member_id, topic_id, number FROM reading WHERE NOT EXISTS (SELECT 1 FROM post WHERE author_id = member_id)"
    ):
        truth.things.setdefault(f"m:{r['member_id']}", {})[f"read:{r['topic_id']}"] = str(r["number"])
    return truth
