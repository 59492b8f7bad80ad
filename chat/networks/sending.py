"""The keys of invitations, and the letters that carry them."""

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.mail import Letter
from chat.networks.standing import standing
from chat.secrets import hashed, new_token


async def invitation_letter(tx: Transaction, invitation_id: int) -> Letter | None:
    """The letter of an invitation by e-mail, with a key of its own; None when there is nothing more to offer, or it
    was sent. Say so with `letter_sent` when it is."""
    row = await tx.first(
        "SELECT network_id, invitation.email, word, expires_at, network.name, member.name AS host FROM invitation "
        "JOIN network ON network.id = network_id JOIN member ON member.id = invitation.invited_by "
        "WHERE invitation.id = :id AND revoked_at IS NULL AND uses < places AND expires_at > :now "
        "AND invitation.email IS NOT NULL AND (sent_at IS NULL OR sent_at < letter_asked_at)",
        id=invitation_id,
        now=clock.now(),
    )
    if row is None or (await standing(tx, row.network_id, [row.email]))[row.email] in ("member", "refused"):
        return None
    word = f"{row.host} writes:\n\n{row.word}\n\n" if row.word else ""
    return Letter(
        to=row.email,
        subject=f"{row.host} invites you to {row.name}",
        text=f"Hello,\n\n{row.host} invites you to {row.name} on {settings().name}.\n\n{word}"
        f"The invitation is for this address alone, and holds until {row.expires_at.day} {row.expires_at:%B %Y}.",
        link=f"{settings().origin}/i/{await new_key(tx, invitation_id, mailed=True)}",
        button="See the invitation",
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
