"""Random secrets: shown once, kept only as a hash."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    """What the database keeps of a token. The token is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def derived(token: str, purpose: str) -> str:
    """A second secret that follows from the first, such as a form's token from the session's."""
    return hmac.new(token.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def signed(secret: str, purpose: str, *parts: object) -> str:
    """Words for an address that only who knows the secret can have written, for this purpose."""
    words = ".".join(str(part) for part in parts)
    return f"{words}.{_signature(secret, purpose, words)}"


def vouched(secret: str, purpose: str, token: str) -> list[str] | None:
    """The parts of what was signed for this purpose; None of anything else."""
    words, _, signature = token.rpartition(".")
    return words.split(".") if same(signature, _signature(secret, purpose, words)) else None


def _signature(secret: str, purpose: str, words: str) -> str:
    return derived(secret, f"{purpose}:{words}")[:32]  # 128 bits, so that addresses stay short


def same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())
