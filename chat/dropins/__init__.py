"""Drop-ins: series, their dates, and the doors."""

from chat.dropins.holding import hold
from chat.dropins.opening import close_doors, due, open_doors
from chat.dropins.queries import (
    Door,
    DropInSeen,
    SeriesSeen,
    doors,
    drop_in_of,
    drop_in_of_topic,
    drop_ins_by_id,
    live_now,
    people_here,
    series_in,
    upcoming_for,
    upcoming_in,
)
from chat.dropins.scheduling import WEEKDAYS, materialise_all, schedule

__all__ = [
    "WEEKDAYS",
    "Door",
    "DropInSeen",
    "SeriesSeen",
    "close_doors",
    "doors",
    "drop_in_of",
    "drop_in_of_topic",
    "drop_ins_by_id",
    "due",
    "hold",
    "live_now",
    "materialise_all",
    "open_doors",
    "people_here",
    "schedule",
    "series_in",
    "upcoming_for",
    "upcoming_in",
]
