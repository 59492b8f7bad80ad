"""The keys of invitations, and the letters that carry them."""

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.languages import _, dated, language, speaking
from chat.mail import Letter
from chat.networks.standing import standing
from chat.secrets import hashed, new_token


async def invitation_letter(tx: Transaction, invitation_id: int) -> Letter | None:
    """The letter of an invitation by e-mail, with a key of its own; None when there is nothing more to offer, or it
    was sent. Say so with `letter_sent` when it is."""
    row = await tx.first(
        "SELECT network_id, invitation.email, word, expires_at, network.name, host.name AS host, "
        # Of who is no member yet we know only who invites them.
        "coalesce(reader.language, host.language) AS language FROM invitation "
        "JOIN network ON network.id = network_id JOIN member AS host ON host.id = invitation.invited_by "
        "LEFT JOIN member AS reader ON reader.email = invitation.email "
        "WHERE invitation.id = :id AND revoked_at IS NULL AND uses < places AND expires_at > :now "
        "AND invitation.email IS NOT NULL AND (sent_at IS NULL OR sent_at < letter_asked_at)",
        id=invitation_id,
        now=clock.now(),
    )
    if row is None or (await standing(tx, row.network_id, [row.email]))[row.email] in ("member", "refused"):
        return None
    link = f"{settings().origin}/i/{await new_key(tx, invitation_id, mailed=True)}"
    with speaking(row.language):
        invites = _(
            "{host} invites you to {network} on {hub}.",
            host=row.host, network=row.name, hub=settings().name,
        )  # fmt: skip
        writes = _("{name} writes:", name=row.host) if row.word else ""
        return Letter(
            to=row.email,
            subject=_("{host} invites you to {network}", host=row.host, network=row.name),
            opening="\n\n".join(filter(None, (_("Hello,"), invites, writes))),
            quoted=row.word or "",
            link=link,
            button=_("See the invitation"),
            aside=_(
                "The invitation is for this address alone, and holds until {day}.", day=dated(row.expires_at)
            ),
            language=language(),
        )


async def letter_sent(tx: Transaction, invitation_id: int) -> None:
    """The mail server has taken the letter over: it is not sent again unless somebody asks for it."""
    await tx.run("UPDATE invitation SET sent_at = :now WHERE id = :id", now=clock.now(), id=invitation_id)


async def ask_for_letter(tx: Transaction, invitation_id: int, letter: int = 1) -> None:
    await tx.enqueue("send_invitation", f"invitation:{invitation_id}:{letter}", invitation_id=invitation_id)


async def new_key(tx: Transaction, invitation_id: int, *, mailed: bool = False) -> str:
    """A token for an invitation; `mailed` when nobody but the reader of its letter will know it."""
    token = new_token()
    await tx.run(
        "INSERT INTO invitation_key (token_hash, invitation_id, mailed_at) "
        "VALUES (:hash, :id, CAST(:mailed AS timestamptz))",
        hash=hashed(token),
        id=invitation_id,
        mailed=clock.now() if mailed else None,
    )
    return token
