"""Votes for questions: one of each member, and nobody is shown whose."""

from typing import Any

from chat.db import Transaction
from chat.errors import Conflict, Forbidden
from chat.events import drop_in_stream, member_stream
from chat.languages import _
from chat.members import Viewer, must_act
from chat.ops import once
from chat.rooms.entering import WITH_FOLLOW_UP, must_be, was_settled
from chat.rooms.finding import found

HOLD = """
SELECT author_id, outcome, EXISTS (SELECT FROM question_vote WHERE question_id = :id AND member_id = :me) AS voted
FROM question WHERE id = :id AND withdrawn_at IS NULL FOR NO KEY UPDATE
"""
VOTE = """
WITH vote AS (INSERT INTO question_vote (question_id, member_id) VALUES (:id, :me) ON CONFLICT DO NOTHING RETURNING 1)
UPDATE question SET votes = votes + 1 FROM vote WHERE id = :id
"""
TAKE_BACK = """
WITH vote AS (DELETE FROM question_vote WHERE question_id = :id AND member_id = :me RETURNING 1)
UPDATE question SET votes = votes - 1 FROM vote WHERE id = :id
"""


async def vote(tx: Transaction, viewer: Viewer | None, question_id: int, *, op: str | None = None) -> int:
    """Vote for a question; the drop-in's id. Twice is once. Who asks it has no vote for it: asking says enough."""
    return await _change(tx, viewer, question_id, VOTE, 1, op)


async def take_vote_back(
    tx: Transaction, viewer: Viewer | None, question_id: int, *, op: str | None = None
) -> int:
    """Have no vote for a question any more; the drop-in's id."""
    return await _change(tx, viewer, question_id, TAKE_BACK, 0, op)


async def _change(
    tx: Transaction, viewer: Viewer | None, question_id: int, change: str, to: int, op: str | None
) -> int:
    viewer, drop_in, row = await found(tx, viewer, "question", question_id, HOLD, me=must_act(viewer).id)
    me = viewer.id

    async def act() -> dict[str, Any]:
        if row.author_id == me:
            raise Forbidden(_("This is your own question: the others vote for it."))
        if row.voted == bool(to):
            return {}
        must_be(drop_in, WITH_FOLLOW_UP, _("Questions are voted on until a week after a drop-in."))
        if row.outcome:
            raise Conflict(_("{what} Its votes stay as they are.", what=was_settled(row.outcome)))
        if await tx.run(change, id=question_id, me=me):  # else the same member was faster
            tx.announce(member_stream(me), "mine.vote", question_id, to)
            tx.announce(drop_in_stream(drop_in.id), "votes.changed", question_id, network=drop_in.network_id)
        return {}

    await once(tx, me, "question.vote", op, act)
    return drop_in.id
