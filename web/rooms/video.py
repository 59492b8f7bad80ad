"""Where a drop-in's call may be shown in the room itself: the Jitsi hosts that this installation names."""

from typing import NamedTuple
from urllib.parse import urlsplit

from chat.config import settings


class Embedded(NamedTuple):
    url: str
    origin: str  # what the page may frame


def embeddable(url: str) -> Embedded | None:
    """The call as it may be embedded, or None where it is reached by its link alone."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    # Only a plain host: what else an address can hold could say something else in a header.
    plain = parts.scheme == "https" and not parts.username and not parts.password and port in (None, 443)
    if not plain or parts.hostname not in settings().jitsi:
        return None
    return Embedded(url, f"https://{parts.hostname}")
