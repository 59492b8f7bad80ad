"""Invitations: links and letters that admit to one network."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.errors import Conflict, Forbidden, NotFound
from chat.fields import one_of, whole_number
from chat.mail import Letter
from chat.members import Viewer, must_act
from chat.members.joining import clean_email
from chat.networks.access import must_have, writing_in
from chat.networks.auditing import record
from chat.networks.placing import lock, place
from chat.networks.queries import NetworkSeen
from chat.secrets import hashed, new_token

EMAIL_LASTS_DAYS = 28


class Offer(NamedTuple):
    """A new invitation. The token is told this once."""

    id: int
    token: str
    email: str | None
    role: str
    places: int
    expires_at: datetime

    @property
    def url(self) -> str:
        return f"{settings().origin}/i/{self.token}"


class Invited(NamedTuple):
    """What an invitation says to whoever holds it."""

    network_slug: str
    network_name: str
    network_summary: str
    invited_by: str
    problem: str | None


async def invite(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, form: Mapping[str, Any]
) -> Offer:
    """An invitation by link (places, days) or, with an address, by e-mail. Form: email, role, places, days."""
    host = must_act(host)
    await writing_in(tx, network.id)  # whoever is removed leaves no invitation behind
    await must_have(tx, host, network.id, "invite")
    email = clean_email(form["email"]) if form.get("email") else None
    role = one_of("role", form.get("role") or "member", ("member", "host"), called="The role")
    places = (
        1
        if email
        else whole_number("places", form.get("places"), 1, 100, called="The number of places", otherwise=1)
    )
    days = (
        EMAIL_LASTS_DAYS
        if email
        else whole_number("days", form.get("days"), 1, 90, called="The number of days", otherwise=14)
    )
    expires_at = clock.now() + timedelta(days=days)
    invitation_id = await tx.value(
        "INSERT INTO invitation (network_id, role, email, places, invited_by, created_at, expires_at) "
        "VALUES (:network, :role, :email, :places, :by, :now, :expires) RETURNING id",
        network=network.id,
        role=role,
        email=email,
        places=places,
        by=host.id,
        now=clock.now(),
        expires=expires_at,
    )
    await record(tx, network.id, host.id, "invitation.sent", email=email, role=role, places=places)
    if email:
        await tx.enqueue("send_invitation", f"invitation:{invitation_id}", invitation_id=invitation_id)
    return Offer(invitation_id, await _new_key(tx, invitation_id), email, role, places, expires_at)


async def invitation_letter(tx: Transaction, invitation_id: int) -> Letter | None:
    """The letter of an invitation by e-mail, with a key of its own; None when there is no more to offer."""
    row = await tx.first(
        "SELECT invitation.email, network.name, member.name AS host FROM invitation JOIN network ON network.id = network_id "
        "JOIN member ON member.id = invitation.invited_by "
        "WHERE invitation.id = :id AND revoked_at IS NULL AND uses < places AND expires_at > :now",
        id=invitation_id,
        now=clock.now(),
    )
    if row is None:
        return None
    await tx.run("UPDATE invitation SET sent_at = :now WHERE id = :id", now=clock.now(), id=invitation_id)
    return Letter(
        to=row.email,
        subject=f"{row.host} invites you to {row.name}",
        text=f"Hello,\n\n{row.host} invites you to {row.name} on {settings().name}. The invitation is for this address alone, "
        f"and holds for {EMAIL_LASTS_DAYS} days.",
        link=f"{settings().origin}/i/{await _new_key(tx, invitation_id)}",
        button="See the invitation",
    )


async def invitations_of(tx: Transaction, host: Viewer | None, network: NetworkSeen) -> list:
    """The network's invitations, newest first, for its hosts."""
    await must_have(tx, must_act(host), network.id, "invite")
    return await tx.all(
        "SELECT invitation.id, invitation.email, invitation.role, places, uses, invitation.created_at, expires_at, sent_at, revoked_at, member.name AS host "
        "FROM invitation JOIN member ON member.id = invited_by WHERE network_id = :id ORDER BY invitation.id DESC LIMIT 200",
        id=network.id,
    )


async def revoke(tx: Transaction, host: Viewer | None, network: NetworkSeen, invitation_id: int) -> None:
    host = must_act(host)
    await must_have(tx, host, network.id, "invite")
    row = await tx.first(
        "SELECT email, revoked_at FROM invitation WHERE id = :id AND network_id = :network FOR UPDATE",
        id=invitation_id,
        network=network.id,
    )
    if row is None:
        raise NotFound
    if row.revoked_at is None:
        await tx.run(
            "UPDATE invitation SET revoked_at = :now WHERE id = :id", now=clock.now(), id=invitation_id
        )
        await record(tx, network.id, host.id, "invitation.revoked", email=row.email)


async def invited(tx: Transaction, viewer: Viewer | None, token: str) -> Invited:
    """What the invitation offers. Looking at it spends nothing: mail scanners open links."""
    row = await _find(tx, token)
    problem = await _problem(tx, viewer, row)
    return Invited(row.slug, row.name, row.summary, row.host, problem)


async def accept(tx: Transaction, viewer: Viewer | None, token: str) -> str:
    """Take a place; the network's slug. The same member again spends nothing; the last place goes to one."""
    viewer = must_act(viewer)
    row = await _find(tx, token)
    await _refuse_foreigner(tx, viewer, row)
    if await _has_place(tx, row.network_id, viewer.id):
        return row.slug
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
    taken = await tx.run(
        "UPDATE invitation SET uses = uses + 1 WHERE id = :id AND uses < places AND revoked_at IS NULL AND expires_at > :now",
        id=row.id,
        now=clock.now(),
    )
    if not taken:
        raise Conflict(_state(await _find(tx, token)) or "This invitation’s last place has just been taken.")
    if not await place(tx, row.network_id, viewer.id, row.role, row.invited_by):
        if await _has_place(tx, row.network_id, viewer.id):
            raise Conflict("You have just joined this network.")
        raise NotFound("This invitation is not valid.")
    await record(tx, row.network_id, viewer.id, "invitation.accepted", viewer.id, role=row.role)
    return row.slug


async def _find(tx: Transaction, token: str) -> Any:
    row = await tx.first(
        "SELECT invitation.*, network.slug, network.name, network.summary, member.name AS host FROM invitation_key "
        "JOIN invitation ON invitation.id = invitation_id JOIN network ON network.id = network_id "
        "JOIN member ON member.id = invitation.invited_by WHERE token_hash = :hash",
        hash=hashed(token),
    )
    if row is None:
        raise NotFound(
            "This invitation is not valid. Check that its address is complete, or ask for a new one."
        )
    return row


def _state(row: Any) -> str | None:
    if row.revoked_at:
        return "This invitation was withdrawn. Ask for a new one."
    if row.expires_at <= clock.now():
        return "This invitation is too old. Ask for a new one."
    if row.uses >= row.places:
        return "All places of this invitation are taken. Ask for a new one."
    return None


async def _problem(tx: Transaction, viewer: Viewer | None, row: Any) -> str | None:
    if viewer is not None:
        await _refuse_foreigner(tx, viewer, row)
        if await _has_place(tx, row.network_id, viewer.id):
            return None
        await _refuse_removed(tx, row, viewer.id)
    return _state(row)


async def _refuse_foreigner(tx: Transaction, viewer: Viewer, row: Any) -> None:
    if row.email and row.email != await tx.value("SELECT email FROM member WHERE id = :id", id=viewer.id):
        raise Forbidden(
            "This invitation was sent to another e-mail address. Sign in with that address, or ask for one of your own."
        )


async def _refuse_removed(tx: Transaction, row: Any, member_id: int) -> None:
    """Whoever was removed does not come back by a link that is older than the removal."""
    removed = await tx.value(
        "SELECT 1 FROM membership WHERE network_id = :network AND member_id = :member "
        "AND (banned_at IS NOT NULL OR (ended_by <> member_id AND ended_at >= :since))",
        network=row.network_id,
        member=member_id,
        since=row.created_at,
    )
    if removed:
        raise NotFound(
            "This invitation is not valid. Check that its address is complete, or ask for a new one."
        )


async def _has_place(tx: Transaction, network_id: int, member_id: int) -> bool:
    return bool(
        await tx.value(
            "SELECT 1 FROM membership WHERE network_id = :network AND member_id = :member AND ended_at IS NULL AND banned_at IS NULL",
            network=network_id,
            member=member_id,
        )
    )


async def _new_key(tx: Transaction, invitation_id: int) -> str:
    token = new_token()
    await tx.run(
        "INSERT INTO invitation_key (token_hash, invitation_id) VALUES (:hash, :id)",
        hash=hashed(token),
        id=invitation_id,
    )
    return token
