"""What a host does with questions: pin the one that is talked about; answer, defer or decline; open one again."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import Conflict, Invalid
from chat.events import drop_in_stream
from chat.fields import line, prose
from chat.languages import _
from chat.markup import RENDERER, render
from chat.members import Viewer
from chat.rooms.entering import IN_THE_ROOM, WITH_FOLLOW_UP, in_turn, must_be, was_settled
from chat.rooms.finding import found

LONGEST_ANSWER = 4000  # characters
LONGEST_REASON = 300
HOLD = (
    "SELECT outcome, word, pinned_at FROM question WHERE id = :id AND withdrawn_at IS NULL FOR NO KEY UPDATE"
)


async def pin(tx: Transaction, host: Viewer | None, question_id: int) -> int:
    """Make it the question that is talked about now, in place of another; the drop-in's id."""
    _by, drop_in, row = await _find(tx, host, question_id)
    if row.pinned_at:
        return drop_in.id
    must_be(drop_in, IN_THE_ROOM, _("Questions are pinned while people are in the room."))
    _must_be_open(row)
    await in_turn(tx, drop_in.id)
    before = await tx.value(
        "UPDATE question SET pinned_at = NULL WHERE drop_in_id = :id AND pinned_at IS NOT NULL RETURNING id",
        id=drop_in.id,
    )
    await tx.run("UPDATE question SET pinned_at = :now WHERE id = :id", now=clock.now(), id=question_id)
    if before:
        _announce(tx, drop_in, "question.unpinned", before)
    _announce(tx, drop_in, "question.pinned", question_id)
    return drop_in.id


async def unpin(tx: Transaction, host: Viewer | None, question_id: int) -> int:
    """Put it back among the others; the drop-in's id."""
    _by, drop_in, row = await _find(tx, host, question_id)
    if row.pinned_at:
        await tx.run("UPDATE question SET pinned_at = NULL WHERE id = :id", id=question_id)
        _announce(tx, drop_in, "question.unpinned", question_id)
    return drop_in.id


async def answer(tx: Transaction, host: Viewer | None, question_id: int, text: object = "") -> int:
    """Say that it was answered, with the answer in writing (Markdown) if there is one; the drop-in's id.

    One that was answered before takes another text: so what was said aloud can be written down later.
    """
    text = prose("answer", text, 4 * LONGEST_ANSWER, called=_("The answer"), required=False)
    if len(text) > LONGEST_ANSWER:
        said = _(
            "The answer can have {n} characters at most; this has {length}.",
            n=LONGEST_ANSWER,
            length=len(text),
        )
        raise Invalid("answer", said)
    return await _settle(tx, host, question_id, "answered", text)


async def defer(tx: Transaction, host: Viewer | None, question_id: int) -> int:
    """Keep it for the next drop-in; the drop-in's id."""
    return await _settle(tx, host, question_id, "deferred", "")


async def decline(tx: Transaction, host: Viewer | None, question_id: int, reason: object) -> int:
    """Say why it is not answered; the drop-in's id. The reason stands beside it, in the minutes too."""
    reason = line("reason", reason, LONGEST_REASON, called=_("The reason"))
    return await _settle(tx, host, question_id, "declined", reason)


async def reopen(tx: Transaction, host: Viewer | None, question_id: int) -> int:
    """Take back what was decided about it; the drop-in's id."""
    _by, drop_in, row = await _find(tx, host, question_id)
    if row.outcome is None:
        return drop_in.id
    must_be(drop_in, WITH_FOLLOW_UP, _("Questions are opened again until a week after a drop-in."))
    await tx.run(
        "UPDATE question SET settled_at = NULL, settled_by = NULL, outcome = NULL, word = '', word_html = '' WHERE id = :id",
        id=question_id,
    )
    _announce(tx, drop_in, "question.reopened", question_id)
    return drop_in.id


async def _settle(tx: Transaction, host: Viewer | None, question_id: int, outcome: str, word: str) -> int:
    viewer, drop_in, row = await _find(tx, host, question_id)
    if row.outcome == outcome and (row.word == word or not word):
        return drop_in.id
    must_be(drop_in, WITH_FOLLOW_UP, _("Questions are answered until a week after a drop-in."))
    if row.outcome != outcome:
        _must_be_open(row)
    await tx.run(
        "UPDATE question SET settled_at = coalesce(settled_at, :now), settled_by = :me, outcome = :outcome, word = :word, "
        "word_html = :html, renderer = :renderer, pinned_at = NULL WHERE id = :id",
        now=clock.now(),
        me=viewer.id,
        outcome=outcome,
        word=word,
        html=render(word) if outcome == "answered" else "",
        renderer=RENDERER,
        id=question_id,
    )
    _announce(tx, drop_in, f"question.{outcome}", question_id)
    return drop_in.id


async def _find(tx: Transaction, host: Viewer | None, question_id: int) -> tuple[Viewer, DropInSeen, Any]:
    return await found(tx, host, "question", question_id, HOLD, host=True)


def _must_be_open(row: Any) -> None:
    if row.outcome:
        raise Conflict(_("{what} Open it again first.", what=was_settled(row.outcome)))


def _announce(tx: Transaction, drop_in: DropInSeen, kind: str, question_id: int) -> None:
    tx.announce(drop_in_stream(drop_in.id), kind, question_id, network=drop_in.network_id)
