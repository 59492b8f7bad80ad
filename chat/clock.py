"""The time, in one place, so that tests can pretend it."""

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC) + _offset


def pretend(moment: datetime | None) -> None:
    """Let `now()` run on from this moment; None brings back the real time. Tests only."""
    global _offset
    _offset = moment - datetime.now(UTC) if moment else timedelta()
