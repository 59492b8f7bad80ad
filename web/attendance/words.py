"""How attendance is put, in pages, tables and files alike."""

from chat.attendance import Certificate
from chat.languages import _, dated, many


def whole(title: str) -> str:
    """What was attended, if it may be said."""
    return title or _("A drop-in")


def inside(network_name: str) -> str:
    """Where it was, if that may be said."""
    return network_name or _("a private network")


def facts(certificate: Certificate) -> dict[str, str]:
    """What a certificate says of what its member attended, and what each is called."""
    return {
        _("Drop-in"): whole(certificate.title),
        _("Network"): inside(certificate.network_name),
        _("Day"): dated(certificate.held_on),
        _("Time in the room"): many(certificate.minutes, "{n} minute", "{n} minutes"),
    }
