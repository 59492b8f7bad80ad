"""What ends with a place in a network, and the receipts that say when."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.events import member_stream
from chat.networks.access import access_changes
from chat.networks.auditing import record
from chat.networks.rights import has_right
from chat.networks.waiting import WAITS

OPEN = "network_id = :network AND revoked_at IS NULL AND uses < places AND expires_at > :now"
THEIRS = (
    f"SELECT id FROM invitation WHERE {OPEN} AND ((:barred AND email = (SELECT email FROM member WHERE id = :member)) "  # noqa: S608
    "OR (invited_by = :member AND NOT (SELECT invitations_outlive FROM network WHERE id = :network)))"
)
# What ends with every place, in this order. Whoever was sent away (:barred) gets no letter of the network either.
ENDINGS = {
    # One that a worker holds just now sees for itself that there is nothing to offer any more.
    "letters": "UPDATE job SET done_at = :now, lease_until = NULL WHERE done_at IS NULL AND failed_at IS NULL "  # noqa: S608
    f"AND (lease_until IS NULL OR lease_until < :now) AND CAST(args ->> 'invitation_id' AS bigint) IN ({THEIRS})",
    "requests": f"UPDATE join_request SET ended_at = :now WHERE network_id = :network AND member_id = :member AND {WAITS}",  # noqa: S608
    "invitations": f"UPDATE invitation SET revoked_at = :now WHERE id IN ({THEIRS})",  # noqa: S608
    "calendar feed": "UPDATE calendar_feed SET ended_at = :now "
    "WHERE network_id = :network AND member_id = :member AND ended_at IS NULL",
    "feed": "UPDATE feed SET ended_at = :now WHERE network_id = :network AND member_id = :member AND ended_at IS NULL",
}
# The entries of the audit log by which somebody can lose what they could read.
REMOVALS = ("member.left", "member.removed", "member.banned")


async def end_place(
    tx: Transaction, network_id: int, member_id: int, by: int, action: str, *, former: bool = False
) -> None:
    """End a place with all that came with it. `former`: what they wrote is shown as by a former member."""
    now = clock.now()
    role = await tx.value(
        "UPDATE membership SET ended_at = :now, ended_by = :by, former_at = coalesce(CAST(:former AS timestamptz), former_at) "
        "WHERE network_id = :network AND member_id = :member AND ended_at IS NULL AND banned_at IS NULL RETURNING role",
        now=now,
        by=by,
        former=now if former else None,
        network=network_id,
        member=member_id,
    )
    if role is None:
        return
    await end_the_rest(tx, network_id, member_id, by, action, role=role, former=former)
    tx.announce(member_stream(member_id), "membership.ended", network_id)


async def end_the_rest(
    tx: Transaction, network_id: int, member_id: int, by: int, action: str, **details: object
) -> None:
    """After a place has ended: the entry in the audit log, and the end of all else, with receipts."""
    audit_id = await record(tx, network_id, by, action, member_id, **details)
    for what, statement in ENDINGS.items():
        count = await tx.run(
            statement.replace(":barred", "true" if by != member_id else "false"),
            network=network_id,
            member=member_id,
            now=clock.now(),
        )
        await _note(tx, audit_id, what, count)
    await tx.enqueue("end_answers", f"answers:{audit_id}", network_id=network_id, member_id=member_id)
    await access_changes(tx, network_id)


async def end_beyond(
    tx: Transaction, network_id: int, member_id: int, role: str, opened: Sequence[str], audit_id: int
) -> None:
    """With another role end the invitations that it could not have sent."""
    if has_right(role, "manage_invitations", opened):
        return
    which = "role = 'host'" if has_right(role, "invite", opened) else "true"
    count = await tx.run(
        f"UPDATE invitation SET revoked_at = :now WHERE {OPEN} AND invited_by = :member AND {which}",  # noqa: S608
        network=network_id,
        member=member_id,
        now=clock.now(),
    )
    await _note(tx, audit_id, "invitations", count)


class LetGo(NamedTuple):
    """A stream that a connection may follow no more, and when it was told. The member is 0 for a visitor."""

    stream: str
    member_id: int
    connection: int
    at: datetime


async def streams_ended(tx: Transaction, gone: Sequence[LetGo]) -> None:
    """Receipts of a web process: each connection counts once for the entry that has ended its streams."""
    # Who still has a place lost nothing: their room has closed meanwhile.
    await tx.run(
        "INSERT INTO receipt (audit_id, what, at, count) "
        "SELECT cause.id, 'streams', max(gone.at), count(DISTINCT gone.connection) "
        "FROM unnest(CAST(:streams AS text[]), CAST(:members AS bigint[]), CAST(:connections AS bigint[]), CAST(:ats AS timestamptz[])) "
        "AS gone (stream, member, connection, at) JOIN stream ON stream.id = gone.stream "
        "CROSS JOIN LATERAL (SELECT greatest("
        "  (SELECT max(id) FROM audit_entry WHERE network_id = stream.network_id AND action = 'access.changed'), "
        "  (SELECT max(id) FROM audit_entry WHERE network_id = stream.network_id AND subject_id = gone.member AND action = ANY(:removals))"
        ") AS id) AS cause "
        "WHERE cause.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM membership WHERE network_id = stream.network_id "
        "  AND member_id = gone.member AND ended_at IS NULL AND banned_at IS NULL) "
        "GROUP BY cause.id",
        streams=[g.stream for g in gone],
        members=[g.member_id for g in gone],
        connections=[g.connection for g in gone],
        ats=[g.at for g in gone],
        removals=list(REMOVALS),
    )


async def _note(tx: Transaction, audit_id: int, what: str, count: int) -> None:
    if count:
        await tx.run(
            "INSERT INTO receipt (audit_id, what, at, count) VALUES (:audit, :what, :now, :count)",
            audit=audit_id,
            what=what,
            now=clock.now(),
            count=count,
        )
