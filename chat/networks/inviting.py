"""Invitations: links and letters that admit to one network."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.errors import Conflict, Invalid, NotFound, TooMany
from chat.fields import one_of, prose, too_long, whole_number
from chat.languages import _, many
from chat.members import Viewer, must_act
from chat.members.joining import clean_email
from chat.networks.access import must_have, role_in, writing_in
from chat.networks.auditing import record
from chat.networks.placing import lock
from chat.networks.queries import NetworkSeen
from chat.networks.rights import has_right
from chat.networks.sending import ask_for_letter, new_key
from chat.networks.standing import standing

EMAIL_LASTS = timedelta(days=28)
BETWEEN_LETTERS = timedelta(hours=1)
MOST_LETTERS = 10  # to one address by one invitation
LONGEST_WORD = 500
A_DAY_BY_MEMBERS = 20  # letters to strangers, each with a text of theirs


class Offer(NamedTuple):
    """An invitation with a new key. The token is told this once."""

    id: int
    token: str
    email: str | None
    role: str
    places: int
    expires_at: datetime
    domain: str | None = None
    word: str = ""

    @property
    def url(self) -> str:
        return f"{settings().origin}/i/{self.token}"


async def invite(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, form: Mapping[str, Any]
) -> Offer:
    """An invitation by link or, with an address, by e-mail. Form: email, or places, days, domain; role, word."""
    host = must_act(host)
    await writing_in(tx, network.id)  # whoever is removed leaves no invitation behind
    await must_have(tx, host, network.id, "invite")
    role, word = await terms(tx, host, network.id, form)
    if form.get("email"):
        email = clean_email(form["email"])
        if await manages(tx, host, network.id):
            await _refuse_known(tx, network.id, email)
        else:  # whom an address belongs to is not for everybody to try
            await _refuse_many(tx, host)
        return await _add(tx, host, network.id, role, word, email=email)
    places = whole_number("places", form.get("places"), 1, 100, called=_("The number of places"), otherwise=1)
    days = whole_number("days", form.get("days"), 1, 90, called=_("The number of days"), otherwise=14)
    domain = _domain(form.get("domain"))
    return await _add(
        tx, host, network.id, role, word, places=places, lasts=timedelta(days=days), domain=domain
    )


async def terms(tx: Transaction, host: Viewer, network_id: int, form: Mapping[str, Any]) -> tuple[str, str]:
    """The role and the personal word of a form. Who manages invitations alone may invite hosts."""
    role = one_of("role", form.get("role") or "member", ("member", "host"), called=_("The role"))
    if role != "member":
        await must_have(tx, host, network_id, "manage_invitations")
    word = prose("word", form.get("word"), 64 * 1024, called=_("Your word"), required=False)
    if len(word) > LONGEST_WORD:
        raise too_long("word", _("Your word"), LONGEST_WORD, len(word))
    return role, word


async def manages(tx: Transaction, viewer: Viewer, network_id: int) -> bool:
    """Whether they see everybody's invitations; others have their own."""
    return has_right(await role_in(tx, viewer.id, network_id), "manage_invitations")


async def resend(tx: Transaction, host: Viewer | None, network: NetworkSeen, invitation_id: int) -> None:
    """Another letter with a key of its own; the invitation holds for 28 days again. Once an hour, ten times in all."""
    host = must_act(host)
    await lock(tx, network.id)
    row = await _own(tx, host, network.id, invitation_id)
    if row.email is None:
        raise Conflict(_("This invitation is a link: copy it, and send it yourself."))
    _refuse_ended(row, expired=False)
    if row.letters >= MOST_LETTERS:
        raise Conflict(
            _("{n} letters went to this address. Copy the link, and hand it over yourself.", n=MOST_LETTERS)
        )
    wait = (row.letter_asked_at or row.created_at) + BETWEEN_LETTERS - clock.now()
    if wait > timedelta():
        raise TooMany(
            int(wait.total_seconds()),
            many(
                -(-int(wait.total_seconds()) // 60),
                "The last letter to this address is less than an hour old. Give it one more minute.",
                "The last letter to this address is less than an hour old. Give it {n} more minutes.",
            ),
        )
    await tx.run(
        "UPDATE invitation SET letters = letters + 1, letter_asked_at = :now, expires_at = :expires WHERE id = :id",
        now=clock.now(),
        expires=clock.now() + EMAIL_LASTS,
        id=row.id,
    )
    await ask_for_letter(tx, row.id, row.letters + 1)
    await record(tx, network.id, host.id, "invitation.resent", invitation=row.id, email=row.email)


async def another_link(
    tx: Transaction, host: Viewer | None, network: NetworkSeen, invitation_id: int
) -> Offer:
    """The same invitation with a new key, because only hashes of the older ones are kept. Those go on working."""
    host = must_act(host)
    await lock(tx, network.id)
    row = await _own(tx, host, network.id, invitation_id)
    _refuse_ended(row)
    await record(tx, network.id, host.id, "invitation.copied", invitation=row.id)
    return Offer(
        row.id,
        await new_key(tx, row.id),
        row.email,
        row.role,
        row.places,
        row.expires_at,
        row.domain,
        row.word,
    )


async def revoke(tx: Transaction, host: Viewer | None, network: NetworkSeen, invitation_id: int) -> None:
    """All keys of an invitation stop working."""
    host = must_act(host)
    await lock(tx, network.id)  # before any row of theirs, as whoever accepts does
    row = await _own(tx, host, network.id, invitation_id)
    if row.revoked_at is None:
        await tx.run("UPDATE invitation SET revoked_at = :now WHERE id = :id", now=clock.now(), id=row.id)
        await record(tx, network.id, host.id, "invitation.revoked", invitation=row.id, email=row.email)


async def _add(
    tx: Transaction,
    host: Viewer,
    network_id: int,
    role: str,
    word: str,
    *,
    email: str | None = None,
    domain: str | None = None,
    places: int = 1,
    lasts: timedelta = EMAIL_LASTS,
) -> Offer:
    now = clock.now()
    invitation_id = await tx.value(
        "INSERT INTO invitation (network_id, role, word, email, domain, places, invited_by, created_at, expires_at, letters, letter_asked_at) "
        "VALUES (:network, :role, :word, :email, :domain, :places, :by, :now, :expires, :letters, CAST(:asked AS timestamptz)) RETURNING id",
        network=network_id,
        role=role,
        word=word,
        email=email,
        domain=domain,
        places=places,
        by=host.id,
        now=now,
        expires=now + lasts,
        letters=1 if email else 0,
        asked=now if email else None,
    )
    if email:
        await ask_for_letter(tx, invitation_id)
    details = {"email": email} if email else {"places": places, "days": lasts.days, "domain": domain}
    await record(tx, network_id, host.id, "invitation.sent", invitation=invitation_id, role=role, **details)
    return Offer(
        invitation_id, await new_key(tx, invitation_id), email, role, places, now + lasts, domain, word
    )


async def _refuse_many(tx: Transaction, member: Viewer) -> None:
    day = timedelta(days=1)
    sent, first = await tx.first(
        "SELECT count(*), min(created_at) FROM invitation WHERE invited_by = :member AND email IS NOT NULL AND created_at > :since",
        member=member.id,
        since=clock.now() - day,
    )
    if sent >= A_DAY_BY_MEMBERS:
        raise TooMany(
            int((first + day - clock.now()).total_seconds()),
            _(
                "You have invited {n} people by e-mail today. Go on tomorrow, or ask a host to invite them.",
                n=A_DAY_BY_MEMBERS,
            ),
        )


async def _refuse_known(tx: Transaction, network_id: int, email: str) -> None:
    """Hosts hear that an invitation would be for nothing."""
    how = (await standing(tx, network_id, [email]))[email]
    if how == "member":
        raise Invalid("email", _("Whoever has this address is a member already."))
    if how == "waiting":
        raise Invalid(
            "email",
            _("This address was invited before. You can send that letter again: it is in the list below."),
        )
    if how == "refused":
        raise Invalid("email", _("This address can’t be invited: its member is banned from this network."))


def _domain(value: object) -> str | None:
    """A domain as addresses have it, from `example.org` or `@example.org`; None for none."""
    if not (typed := str(value or "").strip().lstrip("@")):
        return None
    try:
        return clean_email(f"somebody@{typed}").partition("@")[2]
    except Invalid:
        raise Invalid(
            "domain", _("That doesn’t look like the end of an e-mail address. It should be like example.org.")
        ) from None


async def _own(tx: Transaction, host: Viewer, network_id: int, invitation_id: int) -> Any:
    """An invitation that is theirs to see: each who invites has their own, hosts have all."""
    await must_have(tx, host, network_id, "invite")
    row = await tx.first(
        "SELECT * FROM invitation WHERE id = :id AND network_id = :network AND (:all OR invited_by = :host)",
        id=invitation_id,
        network=network_id,
        all=await manages(tx, host, network_id),
        host=host.id,
    )
    if row is None:
        raise NotFound
    return row


def _refuse_ended(row: Any, *, expired: bool = True) -> None:
    if row.revoked_at:
        raise Conflict(_("This invitation was withdrawn. Make a new one."))
    if row.uses >= row.places:
        raise Conflict(_("All places of this invitation are taken. Make a new one."))
    if expired and row.expires_at <= clock.now():
        raise Conflict(_("This invitation is too old. Make a new one."))
