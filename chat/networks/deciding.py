"""Answering requests: the queue of a network's hosts, and their decisions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import Conflict, NotFound
from chat.fields import one_of, prose, too_long
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks.access import must_have, role_in
from chat.networks.asking import state_of
from chat.networks.auditing import record
from chat.networks.placing import lock, place
from chat.networks.queries import NetworkSeen
from chat.networks.telling import tell_asker
from chat.networks.waiting import WAITS

DECISIONS = ("approved", "declined")
LONGEST_WORD = 500  # characters


class Asked(NamedTuple):
    """A request as the hosts see it. `state`: waiting, approved, declined, withdrawn or ended."""

    id: int
    handle: str
    name: str
    organisation: str
    role: str
    country: str
    answers: list[dict[str, str]]
    made_at: datetime
    state: str
    word: str
    decided_at: datetime | None
    decided_by: str | None


ASKED = """
SELECT r.id, asker.handle, asker.name,
       CASE WHEN 'organisation' = ANY(asker.hides) THEN '' ELSE asker.organisation END AS organisation,
       CASE WHEN 'role' = ANY(asker.hides) THEN '' ELSE asker.role END AS role,
       CASE WHEN 'country' = ANY(asker.hides) THEN '' ELSE asker.country END AS country,
       r.answers, r.made_at, r.word, r.decision, r.decided_at, r.withdrawn_at, r.ended_at, host.name AS decided_by
FROM join_request AS r JOIN member AS asker ON asker.id = r.member_id LEFT JOIN member AS host ON host.id = r.decided_by
WHERE r.network_id = :network
"""


async def requests_to(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, *, after: int = 0, limit: int = 50
) -> list[Asked]:
    """The requests that wait, the oldest first, from the one after `after` on; for the network's hosts."""
    await must_have(tx, must_act(host), network.id, "answer_requests")
    rows = await tx.all(
        f"{ASKED} AND {WAITS} AND r.id > :after ORDER BY r.id LIMIT :limit",
        network=network.id,
        after=after,
        limit=limit,
    )
    return [_asked(row) for row in rows]


async def decided_in(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, limit: int = 20
) -> list[Asked]:
    """What was decided last, the newest first; for the network's hosts."""
    await must_have(tx, must_act(host), network.id, "answer_requests")
    rows = await tx.all(
        f"{ASKED} AND r.decided_at IS NOT NULL ORDER BY r.decided_at DESC, r.id DESC LIMIT :limit",
        network=network.id,
        limit=limit,
    )
    return [_asked(row) for row in rows]


async def request_to(tx: Transaction, host: Viewer | None, network: NetworkSeen, request_id: int) -> Asked:
    """One request, whatever became of it; for the network's hosts."""
    await must_have(tx, must_act(host), network.id, "answer_requests")
    row = await tx.first(f"{ASKED} AND r.id = :id", network=network.id, id=request_id)
    if row is None:
        raise NotFound
    return _asked(row)


async def decide(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, request_id: int, form: Mapping[str, Any]
) -> None:
    """Approve a request, which gives the place, or decline it. Form: decision (approved, declined), word.

    The same decision by the same host again changes nothing. Raises Conflict when there is nothing left to decide.
    """
    host = must_act(host)
    decision = one_of("decision", form.get("decision"), DECISIONS, called=_("The decision"))
    word = _word(form.get("word"))
    await lock(tx, network.id)  # of two hosts who decide at once one finds it decided
    await must_have(tx, host, network.id, "answer_requests")
    row = await tx.first(
        "SELECT r.*, asker.name, other.name AS decider FROM join_request AS r JOIN member AS asker ON asker.id = r.member_id "
        "LEFT JOIN member AS other ON other.id = r.decided_by WHERE r.id = :id AND r.network_id = :network FOR UPDATE OF r",
        id=request_id,
        network=network.id,
    )
    if row is None:
        raise NotFound
    if (row.decision, row.decided_by) == (decision, host.id):
        return
    await _must_wait(tx, network, row)
    await tx.run(
        "UPDATE join_request SET decided_at = :now, decided_by = :by, decision = :decision, word = :word WHERE id = :id",
        now=clock.now(),
        by=host.id,
        decision=decision,
        word=word,
        id=request_id,
    )
    if decision == "approved" and not await place(tx, network.id, row.member_id, invited_by=host.id):
        raise Conflict(await _no_place(tx, network, row))
    await record(tx, network.id, host.id, f"request.{decision}", row.member_id, request=request_id)
    await tell_asker(tx, network.id, host.id, row.member_id, request_id, decision)


async def _must_wait(tx: Transaction, network: NetworkSeen, row: Any) -> None:
    state = state_of(row)
    if state == "waiting":
        return
    match state:
        case "approved":
            raise Conflict(_("{name} has approved this request already.", name=row.decider))
        case "declined":
            raise Conflict(_("{name} has declined this request already.", name=row.decider))
        case "withdrawn":
            raise Conflict(_("{name} has taken this request back.", name=row.name))
    raise Conflict(await _no_place(tx, network, row))


async def _no_place(tx: Transaction, network: NetworkSeen, row: Any) -> str:
    if await role_in(tx, row.member_id, network.id):
        return _("{name} has come in by another way, and is a member already.", name=row.name)
    banned = await tx.value(
        "SELECT banned_at FROM membership WHERE network_id = :network AND member_id = :member",
        network=network.id,
        member=row.member_id,
    )
    return _("{name} is banned from this network.", name=row.name) if banned else _("This request has ended.")


def _word(value: object) -> str:
    text = prose("word", value, 64 * 1024, called=_("Your word"), required=False)
    if len(text) > LONGEST_WORD:
        raise too_long("word", _("Your word"), LONGEST_WORD, len(text))
    return text


def _asked(row: Any) -> Asked:
    return Asked(
        row.id, row.handle, row.name, row.organisation, row.role, row.country, row.answers, row.made_at, state_of(row), row.word,
        row.decided_at, row.decided_by,
    )  # fmt: skip
