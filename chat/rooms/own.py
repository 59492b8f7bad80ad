"""What is a viewer's own in a room. It goes to nobody else: not into shared pages, frames or lists."""

from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.members import Viewer


class Ballot(NamedTuple):
    """What a member has chosen in a poll, and the numbers of one that shows them to who has voted."""

    choices: list[int]
    counts: list[int] | None


class Own(NamedTuple):
    asked: list[int]  # questions
    voted: list[int]  # questions
    hand: bool  # whether it is up
    ballots: dict[int, Ballot]  # by poll


NOTHING = Own([], [], False, {})


async def own_in(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> Own:
    """The viewer's own questions, votes, hand and ballots in a drop-in."""
    if viewer is None:
        return NOTHING
    me = {"me": viewer.id, "drop_in": drop_in_id}
    questions = await tx.all(
        "SELECT id, author_id = :me AS own, EXISTS (SELECT FROM question_vote WHERE question_id = id AND member_id = :me) AS voted "
        "FROM question WHERE drop_in_id = :drop_in AND withdrawn_at IS NULL AND "
        "(author_id = :me OR id IN (SELECT question_id FROM question_vote WHERE member_id = :me)) ORDER BY id",
        **me,
    )
    hand = await tx.value(
        "SELECT 1 FROM hand JOIN drop_in ON drop_in.id = drop_in_id WHERE drop_in_id = :drop_in AND member_id = :me "
        "AND lowered_at IS NULL AND raised_at >= opens_at AND opens_at <= :now AND closes_at > :now AND cancelled_at IS NULL",
        now=clock.now(),
        **me,
    )
    ballots = await tx.all(
        "SELECT poll.id, choices, CASE WHEN shown = 'voted' THEN counts END AS counts "
        "FROM ballot JOIN poll ON poll.id = poll_id WHERE drop_in_id = :drop_in AND member_id = :me AND removed_at IS NULL",
        **me,
    )
    return Own(
        [row.id for row in questions if row.own],
        [row.id for row in questions if row.voted],
        hand is not None,
        {row.id: Ballot(list(row.choices), row.counts) for row in ballots},
    )
