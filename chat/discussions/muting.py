"""Who may read a talk and not speak in it: whoever a host has muted there, or sent to the lobby of its room."""

from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import Forbidden
from chat.languages import _


class Kept(NamedTuple):
    """What keeps somebody from speaking in a topic."""

    muted: bool
    in_lobby: bool


async def kept_from(tx: Transaction, member_id: int | None, topic_id: int) -> Kept:
    """What keeps this member from speaking, now; nothing for a visitor."""
    row = await tx.first(
        "SELECT EXISTS (SELECT FROM muted WHERE topic_id = :topic AND member_id = :member) AS muted, "
        "EXISTS (SELECT FROM lobby JOIN drop_in ON drop_in.id = drop_in_id "
        "WHERE drop_in.topic_id = :topic AND lobby.member_id = :member) AS in_lobby",
        topic=topic_id,
        member=member_id or 0,
    )
    return Kept(row.muted, row.in_lobby)


async def must_be_heard(tx: Transaction, member_id: int, topic_id: int) -> None:
    """Refuse who was muted in a topic. To be called when this transaction is ordered with removals (`writing_in`)."""
    must_not_be_kept(await kept_from(tx, member_id, topic_id))


def must_not_be_kept(kept: Kept) -> None:
    if kept.in_lobby:
        raise Forbidden(_("You are in the lobby. You can speak when a host lets you in."))
    if kept.muted:
        raise Forbidden(_("A host has muted you in this talk. You can go on reading."))


async def mute(tx: Transaction, topic_id: int, member_id: int, by: int) -> bool:
    """Let a member speak no more in a topic; whether that is news."""
    new = await tx.run(
        "INSERT INTO muted (topic_id, member_id, muted_by, muted_at) VALUES (:topic, :member, :by, :now) ON CONFLICT DO NOTHING",
        topic=topic_id,
        member=member_id,
        by=by,
        now=clock.now(),
    )
    return bool(new)


async def unmute(tx: Transaction, topic_id: int, member_id: int) -> bool:
    """Let a member speak again; whether that is news."""
    gone = await tx.run(
        "DELETE FROM muted WHERE topic_id = :topic AND member_id = :member", topic=topic_id, member=member_id
    )
    return bool(gone)
