"""Passwords: argon2id, kept off the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from chat.errors import Invalid
from chat.languages import _

SHORTEST, LONGEST = 10, 200
COMMON = frozenset(
    [
        "password123",
        "passw0rd123",
        "1234567890",
        "12345678910",
        "qwertyuiop",
        "qwerty12345",
        "letmein123",
        "iloveyou123",
        "welcome123",
        "administrator",
        "changeme123",
        "password1234",
        "1q2w3e4r5t",
        "abcdefghij",
        "0123456789",
        "0987654321",
        "aaaaaaaaaa",
    ]
)

# 64 MiB and a fifth of a second each: two at once, or sign-ins would starve everybody else.
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_slots = asyncio.Semaphore(2)
# Verified against when there is no such member, so that an unknown address takes as long as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$0Jmo7Fgnv0A5YIu1Zb5BcA$4ShUPIGOSPGqjJ5SmqKj2RSHpU5vqzlvqLZwUUAd/AI"


async def hash_password(password: str) -> str:
    """A hash for the database; raises Invalid for a password too weak to keep."""
    check_strength(password)
    async with _slots:
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """True when the password is the one; as slow for an account that does not exist."""
    async with _slots:
        return await asyncio.to_thread(_verify, password_hash, password[:LONGEST])


def check_strength(password: object) -> None:
    if not isinstance(password, str) or len(password) < SHORTEST:
        raise Invalid(
            "password",
            _("Choose a password of at least {n} characters. Three random words do well.", n=SHORTEST),
        )
    if len(password) > LONGEST:
        raise Invalid("password", _("A password can have {n} characters at most.", n=LONGEST))
    if password.lower() in COMMON or len(set(password)) < 4:
        raise Invalid(
            "password", _("That password is among the first that a thief would try. Choose another one.")
        )


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
