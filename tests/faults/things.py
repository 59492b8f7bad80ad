"""What an event is about, and a digest of its content: the same for a frame and for the API's answer."""

from hashlib import blake2b
from typing import Any

import msgspec

_encode = msgspec.json.Encoder(order="sorted").encode

# Views are counted without an event, and a drop-in's state moves with the clock.
UNTOLD = {"views", "state", "place_url"}


def key(kind: str, d: dict[str, Any]) -> str:
    about = kind.partition(".")[0]
    ref = d.get("topic") if about == "read" else d.get("network") if about == "membership" else d.get("id")
    return f"{'dropin' if about == 'room' else about}:{ref}"


def digest(kind: str, d: dict[str, Any]) -> str:
    about = kind.partition(".")[0]
    if about == "read":
        return str(d["number"])
    if about == "membership":
        return kind
    return _hash({name: value for name, value in d.items() if name not in UNTOLD})


def _hash(value: object) -> str:
    return blake2b(_encode(value), digest_size=6).hexdigest()
