"""The lists of addresses of a network: what each of their lines would do, has done, and how far they are."""

from datetime import datetime
from typing import NamedTuple

from chat.db import Transaction
from chat.errors import NotFound
from chat.members import Viewer, must_act
from chat.networks.access import must_have
from chat.networks.queries import NetworkSeen

# What becomes of a line: the first is still to come, the second is done; the others are why not.
VERDICTS = ("invite", "invited", "member", "waiting", "repeated", "unreadable", "refused")


class ListSeen(NamedTuple):
    """A list of addresses. `letters` of its invitations have been handed over."""

    id: int
    role: str
    word: str
    made_by: str
    made_at: datetime
    confirmed_at: datetime | None
    stopped_at: datetime | None
    done_at: datetime | None
    counts: dict[str, int]
    letters: int

    @property
    def lines(self) -> int:
        return sum(self.counts.values())

    @property
    def state(self) -> str:
        """draft, running, stopped or done"""
        if self.confirmed_at is None:
            return "draft"
        return "done" if self.done_at else "stopped" if self.stopped_at else "running"


class LineSeen(NamedTuple):
    number: int
    line: int
    typed: str
    name: str
    email: str | None
    same_as: int | None
    verdict: str


LISTS = """
SELECT list.id, list.role, list.word, member.name, made_at, confirmed_at, stopped_at, done_at,
    (SELECT jsonb_object_agg(verdict, n) FROM (SELECT verdict, count(*) AS n FROM batch_line WHERE batch_id = list.id GROUP BY verdict) AS counted),
    (SELECT count(*) FROM invitation WHERE batch_id = list.id AND sent_at IS NOT NULL)
FROM invitation_batch AS list JOIN member ON member.id = made_by
WHERE list.network_id = :network AND (CAST(:id AS bigint) IS NULL OR list.id = :id)
AND EXISTS (SELECT 1 FROM batch_line WHERE batch_id = list.id)
ORDER BY list.id DESC LIMIT 20
"""


async def lists_of(tx: Transaction, host: Viewer | None, network: NetworkSeen) -> list[ListSeen]:
    """The latest lists that are still known, newest first."""
    return await _lists(tx, host, network, None)


async def list_of(tx: Transaction, host: Viewer | None, network: NetworkSeen, batch_id: int) -> ListSeen:
    """One of the network's lists. Raises NotFound, also for one whose lines are forgotten."""
    found = await _lists(tx, host, network, batch_id)
    if not found:
        raise NotFound
    return found[0]


async def lines_of(
    tx: Transaction, batch: ListSeen, *, verdict: str = "", after: int = 0, limit: int = 100
) -> list[LineSeen]:
    """Lines of a list in their order, those of one verdict or all, from behind number `after` on."""
    rows = await tx.all(
        "SELECT number, line, typed, name, email, same_as, verdict FROM batch_line "
        "WHERE batch_id = :id AND number > :after AND (:verdict = '' OR verdict = :verdict) ORDER BY number LIMIT :limit",
        id=batch.id,
        after=after,
        verdict=verdict if verdict in VERDICTS else "",
        limit=limit,
    )
    return [LineSeen(*row) for row in rows]


async def _lists(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, batch_id: int | None
) -> list[ListSeen]:
    await must_have(tx, must_act(host), network.id, "manage_invitations")
    rows = await tx.all(LISTS, network=network.id, id=batch_id)
    return [
        ListSeen._make((*row[:8], {verdict: row[8].get(verdict, 0) for verdict in VERDICTS}, row[9]))
        for row in rows
    ]
