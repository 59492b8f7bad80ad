"""Dealing with what was flagged: one host takes it, acts, and answers those who flagged it."""

from datetime import timedelta

from chat import clock
from chat.db import Transaction
from chat.discussions.concerns import Concern, concern_of
from chat.discussions.editing import remove
from chat.discussions.flagging import announce_flags
from chat.discussions.hiding import LONGEST, hide_now, reason_of, tell_author, unhide_now
from chat.discussions.tending import lock
from chat.errors import Conflict
from chat.events import alone
from chat.fields import one_of, prose
from chat.languages import _
from chat.members import Viewer, must_act, notify
from chat.networks import record

CLAIMED_FOR = timedelta(minutes=15)

# What a host can do, and what it is called afterwards.
OUTCOMES = {"hide": "hidden", "remove": "removed", "lock": "locked", "warn": "warned", "dismiss": "dismissed"}


async def claim(tx: Transaction, host: Viewer | None, concern_id: int) -> None:
    """Take a flagged post, so that no other host works on it for a while."""
    host = must_act(host)
    concern = await _open(tx, host, concern_id)
    await tx.run(
        "UPDATE concern SET claimed_by = :me, claimed_until = :until WHERE id = :id",
        id=concern_id,
        me=host.id,
        until=clock.now() + CLAIMED_FOR,
    )
    await announce_flags(tx, concern.network_id)


async def release(tx: Transaction, host: Viewer | None, concern_id: int) -> None:
    """Leave it to the other hosts again."""
    host = must_act(host)
    concern = await _open(tx, host, concern_id)
    await tx.run("UPDATE concern SET claimed_by = NULL, claimed_until = NULL WHERE id = :id", id=concern_id)
    await announce_flags(tx, concern.network_id)


async def settle(
    tx: Transaction, host: Viewer | None, concern_id: int, act: object, word: object = "", answer: object = ""
) -> None:
    """Act on a flagged post. `word` is for its author, `answer` for those who flagged it; neither names them to the other.

    Acts: hide, remove, lock (the discussion), warn (the author), dismiss.
    """
    host = must_act(host)
    act = one_of("act", act or "", tuple(OUTCOMES), called=_("What you do"))
    answer = prose("answer", answer, LONGEST, called=_("The answer"), required=False)
    needs_word = act in ("hide", "warn")
    word = (
        reason_of("word", word, _("What you tell the author"))
        if needs_word
        else prose("word", word, LONGEST, called=_("What you tell the author"), required=False)
    )
    concern = await _open(tx, host, concern_id)
    await _carry_out(tx, host, concern, act, word)
    await tx.run(
        "UPDATE concern SET settled_at = :now, settled_by = :me, outcome = :outcome, word = :word, answer = :answer, "
        "claimed_by = NULL, claimed_until = NULL WHERE id = :id",
        id=concern_id,
        me=host.id,
        outcome=OUTCOMES[act],
        word=word,
        answer=answer,
        now=clock.now(),
    )
    await record(
        tx,
        concern.network_id,
        host.id,
        "flag.settled",
        post=concern.post.id,
        outcome=OUTCOMES[act],
        word=word,
    )
    flaggers = await tx.all("SELECT member_id FROM flag WHERE concern_id = :id", id=concern_id)
    await notify(
        tx, [row.member_id for row in flaggers], "flag.answered",
        network_id=concern.network_id, actor_id=None, ref_id=concern_id,
    )  # fmt: skip
    await announce_flags(tx, concern.network_id)


async def _open(tx: Transaction, host: Viewer, concern_id: int) -> Concern:
    """A concern that waits, and that no other host has taken. All others that write in its network wait."""
    found = await concern_of(tx, host, concern_id)
    await alone(tx, found.network_id)
    concern = await concern_of(tx, host, concern_id)
    if concern.network_id != found.network_id:
        raise Conflict(_("This discussion has just been moved to another network."))
    if concern.settled_at:
        raise Conflict(_("{name} has dealt with this already.", name=concern.settled_name))
    if concern.claimed_by not in (None, host.handle):
        raise Conflict(_("{name} is dealing with this.", name=concern.claimed_name))
    return concern


async def _carry_out(tx: Transaction, host: Viewer, concern: Concern, act: str, word: str) -> None:
    post_id, topic_id, network_id = concern.post.id, concern.post.topic_id, concern.network_id
    if act == "hide":
        await hide_now(tx, post_id, topic_id, network_id, host.id, word)
    elif act == "remove":
        await remove(tx, host, post_id)
    else:
        if concern.hidden_by_hub:  # members hid it, and a host thinks that it may stay
            await unhide_now(tx, post_id, topic_id, network_id, host.id)
        if act == "lock":
            await lock(tx, host, topic_id)
    if word and act != "hide":  # of that its author hears anyway
        await tell_author(tx, post_id, "post.warned", network_id)
