"""Drop-ins: series, their dates, and the doors."""

from chat.dropins.editing import edit_date, edit_following, edit_series, end_series
from chat.dropins.holding import hold
from chat.dropins.holidays import regions
from chat.dropins.hosting import EXTENSIONS, end, extend, open_now
from chat.dropins.opening import catch_up, close_doors, due, open_doors, turn
from chat.dropins.queries import (
    Door,
    DropInSeen,
    SeriesSeen,
    doors,
    drop_in_of,
    drop_in_of_topic,
    drop_ins_by_id,
    leaders_in,
    live_now,
    people_here,
    series_in,
    series_of,
    upcoming_for,
    upcoming_in,
)
from chat.dropins.rules import WEEKDAYS
from chat.dropins.scheduling import change_time, materialise_all, schedule
from chat.dropins.skipping import Gap, cancel, gaps_in, restore, skip, take_place

__all__ = [
    "EXTENSIONS",
    "WEEKDAYS",
    "Door",
    "DropInSeen",
    "Gap",
    "SeriesSeen",
    "cancel",
    "catch_up",
    "change_time",
    "close_doors",
    "doors",
    "drop_in_of",
    "drop_in_of_topic",
    "drop_ins_by_id",
    "due",
    "edit_date",
    "edit_following",
    "edit_series",
    "end",
    "end_series",
    "extend",
    "gaps_in",
    "hold",
    "leaders_in",
    "live_now",
    "materialise_all",
    "open_doors",
    "open_now",
    "people_here",
    "regions",
    "restore",
    "schedule",
    "series_in",
    "series_of",
    "skip",
    "take_place",
    "turn",
    "upcoming_for",
    "upcoming_in",
]
