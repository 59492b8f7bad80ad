"""Accepting invitations: what one says to whoever holds it, and the place it gives."""

from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import Conflict, Forbidden, NotFound
from chat.languages import _, sentence
from chat.members import Viewer, must_act, notify
from chat.networks.auditing import record
from chat.networks.placing import lock, place
from chat.networks.rights import has_right
from chat.networks.sending import new_key
from chat.secrets import hashed

NOT_VALID = sentence(
    "This invitation is not valid. Check that its address is complete, or ask for a new one."
)


class Invited(NamedTuple):
    """What an invitation says to whoever holds it. One that is over, or for somebody else, names no network."""

    network_slug: str
    network_name: str
    network_summary: str
    invited_by: str
    problem: str | None
    state: str  # good, member (who has a place already), withdrawn, expired, used, powerless or foreign
    role: str = "member"
    word: str = ""
    bound_to: str = ""  # the address, masked, or the domain that it is for


async def invited(tx: Transaction, viewer: Viewer | None, token: str) -> Invited:
    """What the invitation offers. Looking at it spends nothing: mail scanners open links."""
    row = await _find(tx, token)
    state = await _state_for(tx, viewer, row)
    if state not in ("good", "member"):
        return Invited(
            "",
            "",
            "",
            "",
            _sentence(row, state),
            state,
            bound_to=_bound_to(row) if state == "foreign" else "",
        )
    return Invited(row.slug, row.name, row.summary, row.host, None, state, row.role, row.word, _bound_to(row))


async def accept(tx: Transaction, viewer: Viewer | None, token: str) -> str:
    """Take a place; the network's slug. The same member again spends nothing; the last place goes to one."""
    viewer = must_act(viewer)
    row = await _find(tx, token)
    state = await _state_for(tx, viewer, row)
    if state == "member":
        return row.slug
    if state == "foreign":
        raise Forbidden(_sentence(row, state))
    await lock(tx, row.network_id)  # before any row of theirs, as whoever removes or bans them does
    await _refuse_removed(tx, row, viewer.id)
    new = await tx.run(  # waits for another try of the same member
        "INSERT INTO admission (invitation_id, member_id, at) VALUES (:invitation, :member, :now) ON CONFLICT DO NOTHING",
        invitation=row.id,
        member=viewer.id,
        now=clock.now(),
    )
    if not new and await _has_place(tx, row.network_id, viewer.id):
        return row.slug
    row = await _find(tx, token)  # as it is behind the lock
    taken = _state(row) == "good" and await tx.run(
        "UPDATE invitation SET uses = uses + 1 WHERE id = :id AND uses < places AND revoked_at IS NULL AND expires_at > :now",
        id=row.id,
        now=clock.now(),
    )
    if not taken:
        raise Conflict(_sentence(row, _state(row)) or _("This invitation’s last place has just been taken."))
    if not await place(tx, row.network_id, viewer.id, row.role, row.invited_by):
        if await _has_place(tx, row.network_id, viewer.id):
            raise Conflict(_("You have just joined this network."))
        raise NotFound(_(NOT_VALID))
    await record(
        tx, row.network_id, viewer.id, "invitation.accepted", viewer.id, invitation=row.id, role=row.role
    )
    await notify(
        tx,
        [row.invited_by],
        "invitation.accepted",
        network_id=row.network_id,
        actor_id=viewer.id,
        ref_id=row.id,
    )
    return row.slug


async def address_of(tx: Transaction, token: str) -> str:
    """The address that an invitation is bound to, for who has its letter; empty for every other key."""
    return (
        await tx.value(
            "SELECT email FROM invitation_key JOIN invitation ON invitation.id = invitation_id "
            "WHERE token_hash = :hash AND mailed_at IS NOT NULL AND revoked_at IS NULL AND expires_at > :now AND uses < places",
            hash=hashed(token),
            now=clock.now(),
        )
        or ""
    )


async def came_by(tx: Transaction, member_id: int, token: str) -> None:
    """A newcomer signs up on the way to an invitation, if this is the token of one."""
    await tx.run(
        "INSERT INTO arrival (member_id, invitation_id, at) SELECT :member, invitation_id, CAST(:now AS timestamptz) "
        "FROM invitation_key WHERE token_hash = :hash ON CONFLICT (member_id) DO NOTHING",
        member=member_id,
        hash=hashed(token),
        now=clock.now(),
    )


async def way_on(tx: Transaction, member_id: int) -> str | None:
    """A new key of the invitation that a newcomer came by, once: their letters may be read in another browser."""
    invitation_id = await tx.value(
        "DELETE FROM arrival WHERE member_id = :member RETURNING invitation_id", member=member_id
    )
    return await new_key(tx, invitation_id) if invitation_id else None


def masked(email: str) -> str:
    """An address that only its owner recognises: a…@example.org."""
    return f"{email[:1]}…@{email.rpartition('@')[2]}"


async def _find(tx: Transaction, token: str) -> Any:
    row = await tx.first(
        "SELECT invitation.*, network.slug, network.name, network.summary, member.name AS host, place.role AS hosts_role "
        "FROM invitation_key JOIN invitation ON invitation.id = invitation_id JOIN network ON network.id = network_id "
        "JOIN member ON member.id = invitation.invited_by LEFT JOIN membership AS place ON place.member_id = invitation.invited_by "
        "AND place.network_id = invitation.network_id AND place.ended_at IS NULL AND place.banned_at IS NULL "
        "WHERE token_hash = :hash",
        hash=hashed(token),
    )
    if row is None:
        raise NotFound(_(NOT_VALID))
    return row


async def _state_for(tx: Transaction, viewer: Viewer | None, row: Any) -> str:
    """How the invitation stands for this viewer. To whom it is not for, one that is over never was."""
    state = _state(row)
    if viewer is None:
        return state
    if not await _is_for(tx, viewer, row):
        if state != "good":
            raise NotFound(_(NOT_VALID))
        return "foreign"
    if await _has_place(tx, row.network_id, viewer.id):
        return "member"
    await _refuse_removed(tx, row, viewer.id)
    return state


def _state(row: Any) -> str:
    if row.revoked_at:
        return "withdrawn"
    if row.uses >= row.places:
        return "used"
    if row.expires_at <= clock.now():
        return "expired"
    # Or who is a host no more could leave, and come back as one by a link of their own.
    if row.role == "host" and not has_right(row.hosts_role, "manage_invitations"):
        return "powerless"
    return "good"


def _sentence(row: Any, state: str) -> str | None:
    match state:
        case "withdrawn":
            return _("This invitation was withdrawn. Ask for a new one.")
        case "expired":
            return _("This invitation is too old. Ask for a new one.")
        case "used" if row.places > 1 or not row.email:
            return _("All places of this invitation are taken. Ask for a new one.")
        case "used":
            return _("This invitation was used already. If that was you, sign in; if not, ask for a new one.")
        case "powerless":
            return _("Whoever sent this invitation can’t invite hosts any more. Ask for a new one.")
        case "foreign" if row.domain:
            return _("This invitation is for addresses that end in @{domain}.", domain=row.domain)
        case "foreign":
            return _("This invitation is for another e-mail address: {email}.", email=masked(row.email or ""))
    return None


def _bound_to(row: Any) -> str:
    return masked(row.email) if row.email else f"@{row.domain}" if row.domain else ""


async def _is_for(tx: Transaction, viewer: Viewer, row: Any) -> bool:
    if not (row.email or row.domain):
        return True
    own = await tx.value("SELECT email FROM member WHERE id = :id", id=viewer.id)
    return own == row.email if row.email else own.rpartition("@")[2] == row.domain


async def _refuse_removed(tx: Transaction, row: Any, member_id: int) -> None:
    """Whoever was removed does not come back by an invitation that is older than the removal, unless it was sent again."""
    removed = await tx.value(
        "SELECT 1 FROM membership WHERE network_id = :network AND member_id = :member "
        "AND (banned_at IS NOT NULL OR (ended_by <> member_id AND ended_at >= :since))",
        network=row.network_id,
        member=member_id,
        since=row.letter_asked_at or row.created_at,
    )
    if removed:
        raise NotFound(_(NOT_VALID))


async def _has_place(tx: Transaction, network_id: int, member_id: int) -> bool:
    return bool(
        await tx.value(
            "SELECT 1 FROM membership WHERE network_id = :network AND member_id = :member AND ended_at IS NULL AND banned_at IS NULL",
            network=network_id,
            member=member_id,
        )
    )
