"""Becoming a member: sign-up, verification, the first admin."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.errors import Invalid, NotFound
from chat.events import member_stream, open_stream
from chat.fields import line, slug_of
from chat.languages import _, language, speaking
from chat.mail import Letter
from chat.members.countries import COUNTRIES
from chat.secrets import hashed, new_token

KEY_LASTS = {"verify": timedelta(days=3), "reset": timedelta(hours=2), "first_admin": timedelta(days=7)}
HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,28})[a-z0-9]")


async def sign_up(tx: Transaction, form: Mapping[str, Any], password_hash: str) -> int | None:
    """A new member, who still has to confirm the address. Form: name, email, organisation, role, country.

    None when the address is taken: then its owner gets a letter, and nobody else learns of it.
    """
    email = clean_email(form.get("email"))
    profile = clean_profile(form)
    member_id = await add_member(tx, email=email, password_hash=password_hash, **profile)
    if member_id is None:
        await tx.enqueue("send_known_address", f"known:{email}:{clock.now():%Y-%m-%dT%H:%M}", email=email)
        return None
    await tx.enqueue("send_verification", f"verify:{member_id}:0", member_id=member_id)
    return member_id


async def add_member(
    tx: Transaction,
    *,
    email: str,
    name: str,
    password_hash: str | None = None,
    verified: bool = False,
    admin: bool = False,
    handle: str = "",
    organisation: str = "",
    role: str = "",
    country: str = "",
) -> int | None:
    """A row for a new member, or None when the address is taken."""
    handle = handle or await free_handle(tx, name)
    now = clock.now()
    member_id = await tx.value(
        "INSERT INTO member (handle, email, name, organisation, role, country, password_hash, verified_at, admin_since, created_at) "
        "VALUES (:handle, :email, :name, :organisation, :role, :country, :password_hash, :verified_at, :admin_since, :now) "
        "ON CONFLICT (email) DO NOTHING RETURNING id",
        handle=handle,
        email=email,
        name=name,
        organisation=organisation,
        role=role,
        country=country,
        password_hash=password_hash,
        verified_at=now if verified else None,
        admin_since=now if admin else None,
        now=now,
    )
    if member_id is not None:
        await open_stream(tx, member_stream(member_id))
    return member_id


async def bring(
    tx: Transaction, *, email: str, name: str, handle: str, created_at: datetime
) -> tuple[int, bool]:
    """Whoever has this address, as a new member if nobody has: their id, and whether they are new.

    The new one has no password and gets no letter. The account is theirs when they prove the address: by asking for a
    new password, or by signing up with it.
    """
    known = await tx.value("SELECT id FROM member WHERE email = :email", email=email)
    if known is not None:
        return known, False
    member_id = await add_member(tx, email=email, name=name, handle=await free_handle(tx, handle))
    if member_id is None:  # they signed up at this moment
        return await tx.value("SELECT id FROM member WHERE email = :email", email=email), False
    await tx.run(
        "UPDATE member SET created_at = :at, imported_at = :now WHERE id = :id",
        at=created_at,
        now=clock.now(),
        id=member_id,
    )
    return member_id, True


async def confirm(tx: Transaction, token: str) -> int:
    """The address behind this key is theirs; the member's id. Raises NotFound for a key that is used, old or wrong."""
    member_id = await use_key(tx, "verify", token)
    await tx.run(
        "UPDATE member SET verified_at = coalesce(verified_at, :now) WHERE id = :id",
        now=clock.now(),
        id=member_id,
    )
    return member_id


async def ask_again(tx: Transaction, member_id: int) -> None:
    """Send the confirmation letter once more, at most once a minute."""
    await tx.enqueue(
        "send_verification", f"verify:{member_id}:{clock.now():%Y-%m-%dT%H:%M}", member_id=member_id
    )


async def verification_letter(tx: Transaction, member_id: int) -> Letter | None:
    """The letter with a fresh key, or None when there is nothing left to confirm."""
    row = await tx.first("SELECT email, name, verified_at, language FROM member WHERE id = :id", id=member_id)
    if row is None or row.verified_at:
        return None
    key = await make_key(tx, "verify", member_id)
    with speaking(row.language):
        asked = _("confirm that this is your address and you can start. The link works for three days.")
        return Letter(
            to=row.email,
            subject=_("Confirm your address for {hub}", hub=settings().name),
            opening=f"{_('Hello {name},', name=row.name)}\n\n{asked}",
            link=f"{settings().origin}/verify/{key}",
            button=_("Confirm my address"),
            language=language(),
        )


async def known_address_letter(tx: Transaction, email: str) -> Letter:
    """To somebody who signs up twice."""
    spoken = await tx.value("SELECT language FROM member WHERE email = :email", email=email)
    with speaking(spoken or "en"):
        told = _(
            "somebody, probably you, signed up with this address, which already has an account. Sign in as usual, or "
            "choose a new password if you forgot it. If it was not you, there is nothing to do."
        )
        return Letter(
            to=email,
            subject=_("You already have an account at {hub}", hub=settings().name),
            opening=f"{_('Hello,')}\n\n{told}",
            link=f"{settings().origin}/sign-in",
            button=_("Sign in"),
            language=language(),
        )


async def first_admin_key(tx: Transaction) -> str | None:
    """A one-time key for the first admin's sign-up, in place of any older one; None once there is an admin."""
    if await tx.value("SELECT 1 FROM member WHERE admin_since IS NOT NULL LIMIT 1"):
        return None
    await tx.run("DELETE FROM one_time_key WHERE purpose = 'first_admin'")
    return await make_key(tx, "first_admin", None)


async def welcome(tx: Transaction, token: str, form: Mapping[str, Any], password_hash: str) -> int:
    """The first admin signs up; their address needs no letter, since the key came from the operator's screen."""
    email = clean_email(form.get("email"))
    profile = clean_profile(form)
    await use_key(tx, "first_admin", token)
    member_id = await add_member(
        tx, email=email, password_hash=password_hash, verified=True, admin=True, **profile
    )
    if member_id is None:
        raise Invalid("email", _("This address already has an account."))
    return member_id


async def key_is_good(tx: Transaction, purpose: str, token: str) -> bool:
    """Whether a one-time key would still work. Looking at it spends nothing."""
    return bool(
        await tx.value(
            "SELECT 1 FROM one_time_key WHERE token_hash = :hash AND purpose = :purpose AND used_at IS NULL AND expires_at > :now",
            hash=hashed(token),
            purpose=purpose,
            now=clock.now(),
        )
    )


async def make_key(tx: Transaction, purpose: str, member_id: int | None) -> str:
    token = new_token()
    await tx.run(
        "INSERT INTO one_time_key (token_hash, purpose, member_id, expires_at) VALUES (:hash, :purpose, :member, :expires)",
        hash=hashed(token),
        purpose=purpose,
        member=member_id,
        expires=clock.now() + KEY_LASTS[purpose],
    )
    return token


async def use_key(tx: Transaction, purpose: str, token: str) -> int:
    """Spend a one-time key; the id of the member it was for (0 for none). Raises NotFound."""
    row = await tx.first(
        "UPDATE one_time_key SET used_at = :now WHERE token_hash = :hash AND purpose = :purpose "
        "AND used_at IS NULL AND expires_at > :now RETURNING member_id",
        now=clock.now(),
        hash=hashed(token),
        purpose=purpose,
    )
    if row is None:
        raise NotFound(_("This link has been used or is too old."))
    return row.member_id or 0


async def void_keys(tx: Transaction, purpose: str, member_id: int) -> None:
    """Whatever letters of this purpose the member still has, their links no longer work."""
    await tx.run(
        "UPDATE one_time_key SET used_at = :now WHERE member_id = :member AND purpose = :purpose AND used_at IS NULL",
        now=clock.now(),
        member=member_id,
        purpose=purpose,
    )


def clean_email(value: object) -> str:
    """An address as it is kept: checked for form, lowercase."""
    try:
        return validate_email(
            str(value or "").strip(), check_deliverability=False, test_environment=True
        ).normalized.lower()
    except EmailNotValidError:
        raise Invalid(
            "email", _("That doesn’t look like an e-mail address. It should be like name@example.org.")
        ) from None


def clean_profile(form: Mapping[str, Any]) -> dict[str, Any]:
    country = line("country", form.get("country"), 2, called=_("The country"), required=False).upper()
    if country and country not in COUNTRIES:
        raise Invalid("country", _("Choose a country from the list."))
    return {
        "name": line("name", form.get("name"), 80, called=_("Your name")),
        "organisation": line(
            "organisation", form.get("organisation"), 120, called=_("The organisation"), required=False
        ),
        "role": line("role", form.get("role"), 80, called=_("Your role"), required=False),
        "country": country,
    }


async def free_handle(tx: Transaction, name: str) -> str:
    """A handle from a name that nobody has: ana-lima, or ana-lima-2."""
    stem = slug_of(name)[:24].strip("-")
    stem = stem if HANDLE.fullmatch(stem) else f"{stem or 'member'}-{'member' if stem else '1'}"
    # One newcomer at a time counts, or two of the same name would both find it free.
    await tx.run("SELECT pg_advisory_xact_lock(hashtext('handle'), hashtext(:stem))", stem=stem)
    taken = {
        row.handle
        for row in await tx.all(
            "SELECT handle FROM member WHERE handle = :stem OR handle LIKE :like", stem=stem, like=f"{stem}-%"
        )
    }
    return (
        stem
        if stem not in taken
        else next(h for n in range(2, len(taken) + 3) if (h := f"{stem}-{n}") not in taken)
    )
