"""Asking for a place in a network whose name is known and whose inside is not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from chat import clock
from chat.db import Transaction
from chat.errors import Conflict, Forbidden, Invalid
from chat.fields import prose, too_long
from chat.languages import _, dated, many, sentence
from chat.members import Viewer, must_act
from chat.networks.access import writing_in
from chat.networks.auditing import record
from chat.networks.queries import NetworkSeen, network_of
from chat.networks.telling import tell_hosts
from chat.networks.waiting import WAITS

ASKED = ("restricted", "private")  # into an open network one goes by oneself
LONGEST_ANSWER = 1000  # characters
PAUSE = timedelta(days=30)  # after a decline
MOST_TRIES = 3  # that were declined or withdrawn
MOST_WAITING = 1000  # in one network

# One sentence for all who have no way left: nobody learns from it that they were banned.
NO_WAY = sentence(
    "You can’t ask for a place in this network. If you belong here, one of its hosts can invite you."
)


class Request(NamedTuple):
    """A request as the member who made it sees it. `state`: waiting, approved, declined, withdrawn or ended."""

    id: int
    state: str
    answers: list[dict[str, str]]
    word: str
    made_at: datetime
    decided_at: datetime | None


class Standing(NamedTuple):
    """How a member of the hub stands to a network that they may ask: what they did, and whether they may ask now."""

    questions: list[str]
    request: Request | None
    refusal: str | None


async def ask(
    tx: Transaction,
    viewer: Viewer | None,
    network: NetworkSeen,
    answers: Sequence[object],
    questions: Sequence[str] | None = None,
) -> Request:
    """Ask for a place, with an answer to each question. While a request waits, asking again changes nothing.

    `questions` are those that the member was shown. Raises Invalid, for the first answer about "answer-0".
    """
    viewer = must_act(viewer)
    await writing_in(tx, network.id)  # one after the other with who changes the access
    network = await network_of(tx, viewer, network.slug)
    standing = await standing_of(tx, viewer, network)
    if standing.request and standing.request.state == "waiting":
        return standing.request
    if standing.refusal:
        raise Forbidden(standing.refusal)
    answered = _answered(standing.questions, answers, questions)
    await _must_have_room(tx, network.id)
    request_id = await tx.value(
        "INSERT INTO join_request (network_id, member_id, answers, made_at) "  # noqa: S608
        f"VALUES (:network, :member, CAST(:answers AS jsonb), :now) ON CONFLICT (network_id, member_id) WHERE {WAITS} "
        "DO NOTHING RETURNING id",
        network=network.id,
        member=viewer.id,
        answers=msgspec.json.encode(answered).decode(),
        now=clock.now(),
    )
    if request_id is not None:  # else another try of theirs came first
        await record(tx, network.id, viewer.id, "request.made", viewer.id, request=request_id)
        await tell_hosts(tx, network.id, viewer.id, request_id)
    request = await latest_request(tx, viewer, network)
    assert request is not None
    return request


async def withdraw(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> None:
    """Take one's request back, if it still waits."""
    viewer = must_act(viewer)
    await writing_in(tx, network.id)  # the network before the request, as who decides does
    request_id = await tx.value(
        f"UPDATE join_request SET withdrawn_at = :now WHERE network_id = :network AND member_id = :member AND {WAITS} RETURNING id",  # noqa: S608
        now=clock.now(),
        network=network.id,
        member=viewer.id,
    )
    if request_id is not None:
        await record(tx, network.id, viewer.id, "request.withdrawn", viewer.id, request=request_id)


async def standing_of(tx: Transaction, viewer: Viewer, network: NetworkSeen) -> Standing:
    """What the viewer has asked of the network, and what keeps them from asking now."""
    questions = await tx.value("SELECT questions FROM network WHERE id = :id", id=network.id)
    request = await latest_request(tx, viewer, network)
    return Standing(list(questions), request, await _refusal(tx, viewer, network, request))


async def latest_request(tx: Transaction, viewer: Viewer, network: NetworkSeen) -> Request | None:
    """The viewer's own latest request."""
    row = await tx.first(
        "SELECT id, answers, word, made_at, decided_at, decision, withdrawn_at, ended_at FROM join_request "
        "WHERE network_id = :network AND member_id = :member ORDER BY id DESC LIMIT 1",
        network=network.id,
        member=viewer.id,
    )
    return row and Request(row.id, state_of(row), row.answers, row.word, row.made_at, row.decided_at)


def state_of(row: Any) -> str:
    if row.decision:
        return row.decision
    return "withdrawn" if row.withdrawn_at else "ended" if row.ended_at else "waiting"


async def _refusal(
    tx: Transaction, viewer: Viewer, network: NetworkSeen, latest: Request | None
) -> str | None:
    if network.role:
        return _("You are a member of this network.")
    if network.access not in ASKED:
        return _("This network is open: you can join it yourself.")
    if await _has_no_way(tx, viewer.id, network.id):
        return _(NO_WAY)
    if (
        latest
        and latest.state == "declined"
        and latest.decided_at
        and clock.now() < latest.decided_at + PAUSE
    ):
        return _("You can ask again from {day} on.", day=dated(latest.decided_at + PAUSE))
    return None


async def _has_no_way(tx: Transaction, member_id: int, network_id: int) -> bool:
    """Whoever was removed or banned comes back by an invitation alone, and so does who has asked too often."""
    row = await tx.first(
        "SELECT coalesce(banned_at IS NOT NULL OR ended_by <> member_id, false) AS shut_out, "
        "(SELECT count(*) FROM join_request AS r WHERE r.network_id = :network AND r.member_id = :member "
        "AND (r.decision = 'declined' OR r.withdrawn_at IS NOT NULL) AND r.made_at > coalesce(membership.joined_at, '-infinity')) AS tries "
        "FROM (SELECT 1) AS one LEFT JOIN membership ON membership.network_id = :network AND membership.member_id = :member",
        network=network_id,
        member=member_id,
    )
    return row.shut_out or row.tries >= MOST_TRIES


def _answered(
    questions: list[str], answers: Sequence[object], shown: Sequence[str] | None
) -> list[dict[str, str]]:
    if shown is not None and list(shown) != questions:
        raise Invalid("questions", _("This network asks something else now. Read its questions again."))
    if len(answers) != len(questions):
        raise Invalid(
            "answers",
            many(
                len(questions),
                "This network asks a question. Send an answer to it.",
                "This network asks {n} questions. Send an answer to each of them.",
            ),
        )
    return [
        {"question": question, "answer": _answer(n, answer)}
        for n, (question, answer) in enumerate(zip(questions, answers, strict=True))
    ]


def _answer(n: int, value: object) -> str:
    text = prose(f"answer-{n}", value, 64 * 1024, called=_("Your answer"))
    if len(text) > LONGEST_ANSWER:
        raise too_long(f"answer-{n}", _("Your answer"), LONGEST_ANSWER, len(text))
    return text


async def _must_have_room(tx: Transaction, network_id: int) -> None:
    waiting = await tx.value(
        f"SELECT count(*) FROM join_request WHERE network_id = :network AND {WAITS}",  # noqa: S608
        network=network_id,
    )
    if waiting >= MOST_WAITING:
        raise Conflict(
            _("More people ask for a place here than its hosts can answer. Try again in some days.")
        )
