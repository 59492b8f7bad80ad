"""What members show of themselves."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chat.db import Transaction
from chat.errors import NotFound
from chat.events import LOOKS
from chat.members.hiding import shown
from chat.members.joining import clean_profile


class Profile(NamedTuple):
    id: int
    handle: str
    name: str
    organisation: str
    role: str
    country: str
    hides: tuple[str, ...] = ()  # told to nobody else


PUBLIC = f"SELECT id, handle, name, {shown('organisation')}, {shown('role')}, {shown('country')} FROM member "  # noqa: S608


async def profile_of(tx: Transaction, handle: str) -> Profile:
    """A member's public profile by handle, without what they hide."""
    row = await tx.first(PUBLIC + "WHERE handle = :handle AND verified_at IS NOT NULL", handle=handle.lower())
    if row is None:
        raise NotFound
    return Profile(*row)


async def own_profile(tx: Transaction, member_id: int) -> Profile:
    """All of one's own profile."""
    row = await tx.first(
        "SELECT id, handle, name, organisation, role, country, hides FROM member WHERE id = :id", id=member_id
    )
    return Profile(row.id, row.handle, row.name, row.organisation, row.role, row.country, tuple(row.hides))


async def own_email(tx: Transaction, member_id: int) -> str:
    return await tx.value("SELECT email FROM member WHERE id = :id", id=member_id)


async def introduce(tx: Transaction, member_id: int, form: Mapping[str, Any]) -> None:
    """Change one's own profile. Form: name, organisation, role, country."""
    await tx.run(
        "UPDATE member SET name = :name, organisation = :organisation, role = :role, country = :country WHERE id = :id",
        id=member_id,
        **clean_profile(form),
    )
    tx.announce(LOOKS, "member.introduced", member_id)
