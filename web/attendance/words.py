"""How attendance is put, in pages, tables and files alike."""

from datetime import date


def held(on: date) -> str:
    """A date as a certificate writes it."""
    return f"{on.day} {on:%B %Y}"


def whole(title: str) -> str:
    """What was attended, if it may be said."""
    return title or "A drop-in"


def where(network_name: str) -> str:
    return f"of {network_name}" if network_name else "of a private network"
