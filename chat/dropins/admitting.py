"""Who is in a room and may speak there, and what its hosts do about it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from chat import clock
from chat.db import Reader, Transaction
from chat.discussions.muting import kept_from, must_be_heard
from chat.discussions.muting import mute as mute_in_topic
from chat.discussions.muting import unmute as unmute_in_topic
from chat.dropins.queries import DropInSeen, drop_in_of
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.events import alone, member_stream
from chat.fields import line
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import may_read, must_have, record, role_in, writing_in
from chat.networks.access import access_changes
from chat.networks.rights import HOSTS


class Apart(NamedTuple):
    """Somebody whom a host has muted or sent to the lobby, and since when."""

    handle: str
    name: str
    muted_at: datetime | None
    in_lobby_since: datetime | None


async def must_be_in(tx: Transaction, viewer: Viewer | None, drop_in: DropInSeen) -> Viewer:
    """The viewer, if they are a member of the room's network whom no host has sent to the lobby.

    Orders the transaction with removals, so that nothing is done by who is away.
    """
    viewer = must_act(viewer)
    await writing_in(tx, drop_in.network_id)
    if not await role_in(tx, viewer.id, drop_in.network_id):
        if not await may_read(tx, viewer, drop_in.network_id):
            raise NotFound
        raise Forbidden(_("That is for members of {network}. Join it first.", network=drop_in.network_name))
    if (await kept_from(tx, viewer.id, drop_in.topic_id)).in_lobby:
        raise Forbidden(_("You are in the lobby. You can take part when a host lets you in."))
    return viewer


async def must_speak(tx: Transaction, viewer: Viewer | None, drop_in: DropInSeen) -> Viewer:
    """The viewer, if they are in the room and no host has muted them."""
    viewer = await must_be_in(tx, viewer, drop_in)
    await must_be_heard(tx, viewer.id, drop_in.topic_id)
    return viewer


async def must_host(tx: Transaction, viewer: Viewer | None, drop_in: DropInSeen) -> Viewer:
    """The viewer, if they may run this drop-in."""
    viewer = must_act(viewer)
    await writing_in(tx, drop_in.network_id)
    await must_have(tx, viewer, drop_in.network_id, "run_drop_ins")
    return viewer


async def admitted_to(tx: Transaction, viewer: Viewer | None, drop_ins: Iterable[int]) -> set[int]:
    """Those of these drop-ins whose room the viewer may be in: as a member whom no host has sent to the lobby."""
    if viewer is None:
        return set()
    rows = await tx.all(
        "SELECT drop_in.id FROM drop_in JOIN membership ON membership.network_id = drop_in.network_id "
        "AND membership.member_id = :member AND ended_at IS NULL AND banned_at IS NULL WHERE drop_in.id = ANY(:ids) "
        "AND NOT EXISTS (SELECT FROM lobby WHERE drop_in_id = drop_in.id AND lobby.member_id = :member)",
        member=viewer.id,
        ids=list(drop_ins),
    )
    return {row.id for row in rows}


async def in_lobbies(tx: Reader, drop_in_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Who was sent to the lobby of any of these rooms: pairs of drop-in and member."""
    rows = await tx.all(
        "SELECT drop_in_id, member_id FROM lobby WHERE drop_in_id = ANY(:ids)", ids=list(drop_in_ids)
    )
    return {(drop_in, member) for drop_in, member in rows}


async def set_apart(tx: Transaction, viewer: Viewer | None, drop_in: DropInSeen) -> list[Apart]:
    """Whom the hosts have muted or sent to the lobby, for the hosts' eyes alone."""
    await must_have(tx, must_act(viewer), drop_in.network_id, "run_drop_ins")
    rows = await tx.all(
        "SELECT handle, name, muted_at, lobby.since FROM member "
        "LEFT JOIN muted ON muted.member_id = member.id AND topic_id = :topic "
        "LEFT JOIN lobby ON lobby.member_id = member.id AND drop_in_id = :id "
        "WHERE member.id IN (SELECT member_id FROM muted WHERE topic_id = :topic UNION "
        "SELECT member_id FROM lobby WHERE drop_in_id = :id) ORDER BY name, member.id",
        topic=drop_in.topic_id,
        id=drop_in.id,
    )
    return [Apart(*row) for row in rows]


async def mute(tx: Transaction, host: Viewer | None, drop_in_id: int, handle: object) -> None:
    """Let a member read the talk, and not speak in the room. Only they and the hosts see that."""
    drop_in, by, member_id = await _about(tx, host, drop_in_id, handle)
    if await mute_in_topic(tx, drop_in.topic_id, member_id, by.id):
        await _said(tx, drop_in, by, "member.muted", member_id)


async def unmute(tx: Transaction, host: Viewer | None, drop_in_id: int, handle: object) -> None:
    drop_in, by, member_id = await _about(tx, host, drop_in_id, handle)
    if await unmute_in_topic(tx, drop_in.topic_id, member_id):
        await _said(tx, drop_in, by, "member.unmuted", member_id)


async def send_to_lobby(tx: Transaction, host: Viewer | None, drop_in_id: int, handle: object) -> None:
    """Send somebody out of the room. They follow it no more from this commit on, and wait until they are let in."""
    drop_in, by, member_id = await _about(tx, host, drop_in_id, handle)
    sent = await tx.run(
        "INSERT INTO lobby (drop_in_id, member_id, sent_by, since) VALUES (:id, :member, :by, :now) ON CONFLICT DO NOTHING",
        id=drop_in.id,
        member=member_id,
        by=by.id,
        now=clock.now(),
    )
    if sent:
        await access_changes(tx, drop_in.network_id)
        await _said(tx, drop_in, by, "member.sent_to_lobby", member_id)


async def let_in(tx: Transaction, host: Viewer | None, drop_in_id: int, handle: object) -> None:
    """Let somebody in again who was sent to the lobby."""
    drop_in, by, member_id = await _about(tx, host, drop_in_id, handle)
    came = await tx.run(
        "DELETE FROM lobby WHERE drop_in_id = :id AND member_id = :member", id=drop_in.id, member=member_id
    )
    if came:
        await _said(tx, drop_in, by, "member.let_in", member_id)


async def _about(
    tx: Transaction, host: Viewer | None, drop_in_id: int, handle: object
) -> tuple[DropInSeen, Viewer, int]:
    """The room, its host, and the member of whom this is, by handle or by a name that only they have. Nobody writes in the network until it is done."""
    drop_in = await drop_in_of(tx, host, drop_in_id)
    by = must_act(host)
    await alone(tx, drop_in.network_id)
    await must_have(tx, by, drop_in.network_id, "run_drop_ins")
    rows = await tx.all(
        "SELECT member.id, handle, membership.role FROM member JOIN membership ON member_id = member.id "
        "AND network_id = :network AND ended_at IS NULL AND banned_at IS NULL WHERE handle = :who OR name = :who LIMIT 3",
        network=drop_in.network_id,
        who=(who := line("handle", handle, 200, called=_("The name"))),
    )
    if not rows:
        raise Invalid("handle", _("No member of this network is called that."))
    named = [row for row in rows if row.handle == who] or rows
    if len(named) > 1:
        raise Invalid(
            "handle", _("Several members are called that. Give the name in the address of their profile.")
        )
    row = named[0]
    if row.role in HOSTS:
        raise Forbidden(_("Hosts can’t be muted or sent to the lobby."))
    if not drop_in.opens_room:
        if drop_in.state == "scheduled":
            raise Conflict(_("The lobby has not opened yet."))
        raise Conflict(_("There is no room any more: this drop-in is over."))
    return drop_in, by, row.id


async def _said(tx: Transaction, drop_in: DropInSeen, by: Viewer, action: str, member_id: int) -> None:
    """An entry in the audit log, and a word to those who may know: the member and the hosts."""
    await record(tx, drop_in.network_id, by.id, action, member_id, drop_in=drop_in.id, title=drop_in.title)
    hosts = await tx.all(
        "SELECT member_id FROM membership WHERE network_id = :network AND role = ANY(:hosts) "
        "AND ended_at IS NULL AND banned_at IS NULL",
        network=drop_in.network_id,
        hosts=list(HOSTS),
    )
    for each in sorted({member_id, *(row.member_id for row in hosts)}):
        tx.announce(member_stream(each), "mine.room", drop_in.id)
