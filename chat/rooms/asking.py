"""Asking in a room, by name or without it, and taking it back."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.discussions.pseudonyms import pseudonym_in, wants_no_name
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.events import drop_in_stream, member_stream
from chat.fields import line
from chat.languages import _, sentence
from chat.members import Viewer
from chat.networks import record
from chat.ops import once
from chat.rooms.entering import WITH_FOLLOW_UP, enter, in_turn, is_host, must_be, was_settled
from chat.rooms.finding import found

LONGEST = 500
MOST_OPEN = 10  # of one member in one drop-in
RULE = sentence("Questions are asked from a quarter of an hour before a drop-in until a week after it.")


async def ask(
    tx: Transaction,
    viewer: Viewer | None,
    drop_in_id: int,
    body: object,
    *,
    anonymous: object = False,
    op: str | None = None,
) -> dict[str, Any]:
    """A new question in a drop-in's room: {"id"}."""
    viewer, drop_in = await enter(tx, viewer, drop_in_id, to_speak=True)
    asker = viewer
    body = line("question", body, LONGEST, called=_("The question"))
    unnamed = wants_no_name(anonymous)

    async def act() -> dict[str, Any]:
        must_be(drop_in, WITH_FOLLOW_UP, _(RULE))
        await in_turn(tx, drop_in_id)
        await _must_have_room(tx, asker, drop_in_id)
        pseudonym_id = await _pseudonym(tx, asker, drop_in.network_id, drop_in.topic_id) if unnamed else None
        question_id = await tx.value(
            "INSERT INTO question (drop_in_id, author_id, pseudonym_id, body, asked_at) "
            "VALUES (:drop_in, :me, :pseudonym, :body, :now) RETURNING id",
            drop_in=drop_in_id,
            me=asker.id,
            pseudonym=pseudonym_id,
            body=body,
            now=clock.now(),
        )
        # Whose it is comes before it: the page marks it as its reader's own when it arrives.
        tx.announce(member_stream(asker.id), "mine.question", question_id)
        tx.announce(drop_in_stream(drop_in_id), "question.added", question_id, network=drop_in.network_id)
        return {"id": question_id}

    return await once(tx, viewer.id, "question.add", op, act)


async def withdraw(tx: Transaction, viewer: Viewer | None, question_id: int) -> int:
    """Take one's own open question back, or as a host take anybody's away; the drop-in's id. Its text is gone for all."""
    viewer, drop_in, row = await found(
        tx,
        viewer,
        "question",
        question_id,
        "SELECT author_id, outcome, withdrawn_at FROM question WHERE id = :id FOR NO KEY UPDATE",
    )
    own, host = row.author_id == viewer.id, await is_host(tx, viewer, drop_in)
    if row.withdrawn_at:
        if own or host:
            return drop_in.id
        raise NotFound
    if not own and not host:
        raise Forbidden(_("You can take back what you have asked yourself."))
    if row.outcome and not host:
        raise Conflict(_("{what} It stays; a host can take it away.", what=was_settled(row.outcome)))
    await tx.run(
        "UPDATE question SET withdrawn_at = :now, pinned_at = NULL WHERE id = :id",
        now=clock.now(),
        id=question_id,
    )
    if not own:  # a host's own question, perhaps asked without the name, is nobody's business
        await record(tx, drop_in.network_id, viewer.id, "question.removed", question=question_id)
    tx.announce(drop_in_stream(drop_in.id), "question.withdrawn", question_id, network=drop_in.network_id)
    return drop_in.id


async def _must_have_room(tx: Transaction, viewer: Viewer, drop_in_id: int) -> None:
    open_ones = await tx.value(
        "SELECT count(*) FROM question WHERE drop_in_id = :drop_in AND author_id = :me "
        "AND settled_at IS NULL AND withdrawn_at IS NULL",
        drop_in=drop_in_id,
        me=viewer.id,
    )
    if open_ones >= MOST_OPEN:
        raise Conflict(
            _("{n} questions of yours are open. Take one back, or wait for an answer.", n=MOST_OPEN)
        )


async def _pseudonym(tx: Transaction, viewer: Viewer, network_id: int, topic_id: int) -> int:
    """The member's name-less name in the drop-in's talk: the same as of their posts there."""
    if not await tx.value("SELECT anonymity_since FROM network WHERE id = :id", id=network_id):
        raise Invalid("anonymous", _("This network takes no questions without a name. Nothing was asked."))
    await tx.run("SELECT FROM topic WHERE id = :id FOR NO KEY UPDATE", id=topic_id)
    return await pseudonym_in(tx, topic_id, viewer.id)
