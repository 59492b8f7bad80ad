"""Sessions: signing in and out, and choosing a new password."""

from datetime import timedelta
from typing import NamedTuple

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.errors import Invalid
from chat.events import CONTROL
from chat.languages import _, language, speaking
from chat.mail import Letter
from chat.members.joining import add_member, clean_email, make_key, use_key, void_keys
from chat.secrets import hashed, new_token

SESSION_LASTS = timedelta(days=60)


class Credentials(NamedTuple):
    id: int
    password_hash: str | None


async def credentials(tx: Transaction, email: str) -> Credentials:
    """What a sign-in is checked against; an unknown address has id 0 and no hash."""
    row = await tx.first(
        "SELECT id, password_hash FROM member WHERE email = :email", email=clean_email(email)
    )
    return Credentials(row.id, row.password_hash) if row else Credentials(0, None)


async def sign_in(tx: Transaction, member_id: int, browser: str = "") -> str:
    """A new session; its token, for the cookie, is known to nobody but the browser."""
    token, now = new_token(), clock.now()
    await tx.run(
        "INSERT INTO session (token_hash, member_id, browser, created_at, seen_at, expires_at) VALUES (:hash, :member, :browser, :now, :now, :expires)",
        hash=hashed(token),
        member=member_id,
        browser=browser[:200],
        now=now,
        expires=now + SESSION_LASTS,
    )
    return token


async def sign_out(tx: Transaction, session_id: int) -> None:
    """End a session, with its live connections."""
    await _end(tx, "id = :id", id=session_id)


async def sign_out_everywhere(tx: Transaction, member_id: int, keep_session: int | None = None) -> None:
    """End the member's sessions on all browsers, or on all but this one."""
    await _end(tx, "member_id = :id AND id IS DISTINCT FROM :keep", id=member_id, keep=keep_session)


async def forgot(tx: Transaction, email: str) -> None:
    """Send a letter for a new password, if there is such a member. The answer is the same either way."""
    email = clean_email(email)
    member_id = await tx.value("SELECT id FROM member WHERE email = :email", email=email)
    if member_id is not None:
        await tx.enqueue("send_reset", f"reset:{member_id}:{clock.now():%Y-%m-%dT%H:%M}", member_id=member_id)


async def reset_letter(tx: Transaction, member_id: int) -> Letter:
    row = await tx.first("SELECT email, name, language FROM member WHERE id = :id", id=member_id)
    key = await make_key(tx, "reset", member_id)
    with speaking(row.language):
        asked = _(
            "choose a new password here. The link works once, for two hours. "
            "If you did not ask for it, leave it: your password stays as it is."
        )
        return Letter(
            to=row.email,
            subject=_("A new password for {hub}", hub=settings().name),
            opening=f"{_('Hello {name},', name=row.name)}\n\n{asked}",
            link=f"{settings().origin}/reset/{key}",
            button=_("Choose a new password"),
            language=language(),
        )


async def claim_letter(tx: Transaction, email: str) -> Letter | None:
    """To somebody who signs up with the address of an account that was imported and is nobody's yet."""
    row = await tx.first(
        "SELECT id, name, language FROM member WHERE email = :email AND imported_at IS NOT NULL AND verified_at IS NULL",
        email=email,
    )
    if row is None:
        return None
    key = await make_key(tx, "reset", row.id)
    with speaking(row.language):
        told = _(
            "what you wrote before has moved to {hub}, and an account with this address came with it. It is yours if you "
            "choose a password here. The link works once, for two hours. If you did not sign up, leave it: nothing changes.",
            hub=settings().name,
        )
        return Letter(
            to=email,
            subject=_("What you wrote is at {hub} already", hub=settings().name),
            opening=f"{_('Hello {name},', name=row.name)}\n\n{told}",
            link=f"{settings().origin}/reset/{key}",
            button=_("Choose a password"),
            language=language(),
        )


async def reset(tx: Transaction, token: str, password_hash: str) -> int:
    """A new password for the member of this key, which also proves the address.

    Whoever resets may have been robbed: every session and every API token of theirs ends.
    """
    member_id = await use_key(tx, "reset", token)
    await void_keys(tx, "reset", member_id)
    await tx.run(
        "UPDATE member SET password_hash = :hash, verified_at = coalesce(verified_at, :now) WHERE id = :id",
        hash=password_hash,
        now=clock.now(),
        id=member_id,
    )
    await sign_out_everywhere(tx, member_id)
    await _revoke(tx, "member_id = :id", id=member_id)
    return member_id


async def change_password(
    tx: Transaction, member_id: int, password_hash: str, keep_session: int | None
) -> None:
    """A new password from the settings page; the member's other sessions end. API tokens, which programs use, go on."""
    await tx.run("UPDATE member SET password_hash = :hash WHERE id = :id", hash=password_hash, id=member_id)
    await void_keys(tx, "reset", member_id)
    await sign_out_everywhere(tx, member_id, keep_session)


async def sessions_of(tx: Transaction, member_id: int) -> list:
    """The member's open sessions, the most recent first: id, browser, created_at, seen_at."""
    return await tx.all(
        "SELECT id, browser, created_at, seen_at FROM session WHERE member_id = :id AND ended_at IS NULL AND expires_at > :now ORDER BY seen_at DESC",
        id=member_id,
        now=clock.now(),
    )


async def end_session(tx: Transaction, member_id: int, session_id: int) -> None:
    """End one of one's own sessions, wherever it is."""
    await _end(tx, "id = :id AND member_id = :member", id=session_id, member=member_id)


async def issue_token(tx: Transaction, email: str) -> str:
    """An API token for the member of this address, who is made, verified, where there is none."""
    email = clean_email(email)
    member_id = await tx.value("SELECT id FROM member WHERE email = :email", email=email)
    if member_id is None:
        name = email.partition("@")[0].replace(".", " ").title()
        member_id = await add_member(tx, email=email, name=name, verified=True)
    await tx.run(
        "UPDATE member SET verified_at = coalesce(verified_at, :now) WHERE id = :id",
        now=clock.now(),
        id=member_id,
    )
    token = new_token()
    await tx.run(
        "INSERT INTO api_token (token_hash, member_id) VALUES (:hash, :member)",
        hash=hashed(token),
        member=member_id,
    )
    return token


async def revoke_tokens(tx: Transaction, email: str) -> int:
    """End all API tokens of the member of this address, with their live connections; how many there were."""
    return await _revoke(
        tx, "member_id = (SELECT id FROM member WHERE email = :email)", email=clean_email(email)
    )


def must_match(right: bool) -> None:
    if not right:
        raise Invalid("password", _("The address or the password is wrong."))


async def _end(tx: Transaction, which: str, **params: object) -> None:
    rows = await tx.all(
        f"UPDATE session SET ended_at = :now WHERE {which} AND ended_at IS NULL RETURNING id",  # noqa: S608
        now=clock.now(),
        **params,
    )
    for row in rows:
        tx.announce(CONTROL, "session.ended", row.id)


async def _revoke(tx: Transaction, which: str, **params: object) -> int:
    rows = await tx.all(
        f"UPDATE api_token SET revoked_at = :now WHERE {which} AND revoked_at IS NULL RETURNING id",  # noqa: S608
        now=clock.now(),
        **params,
    )
    for row in rows:
        tx.announce(CONTROL, "token.revoked", row.id)
    return len(rows)
