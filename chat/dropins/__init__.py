"""Drop-ins: series, their dates, the doors, and who comes."""

from chat.dropins.answering import (
    answer,
    answer_series,
    end_answers,
    take_back,
    take_series_back,
)
from chat.dropins.by_letter import answer_by_letter, asked_by, subscription_of, unsubscribe
from chat.dropins.coming import Counts, Guests, Mine, answers_of, counts_of, guests_of, series_answers_of
from chat.dropins.editing import edit_date, edit_following, edit_series, end_series
from chat.dropins.holding import hold
from chat.dropins.holidays import regions
from chat.dropins.hosting import EXTENSIONS, end, extend, open_now
from chat.dropins.letters import place_letter
from chat.dropins.opening import catch_up, close_doors, due, open_doors, turn
from chat.dropins.places import fill_places, tell_answers
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
from chat.dropins.reminding import mail_reminders, plan_reminders, remind
from chat.dropins.rules import WEEKDAYS
from chat.dropins.scheduling import change_time, materialise_all, schedule
from chat.dropins.skipping import Gap, cancel, gaps_in, restore, skip, take_place

__all__ = [
    "EXTENSIONS",
    "WEEKDAYS",
    "Counts",
    "Door",
    "DropInSeen",
    "Gap",
    "Guests",
    "Mine",
    "SeriesSeen",
    "answer",
    "answer_by_letter",
    "answer_series",
    "answers_of",
    "asked_by",
    "cancel",
    "catch_up",
    "change_time",
    "close_doors",
    "counts_of",
    "doors",
    "drop_in_of",
    "drop_in_of_topic",
    "drop_ins_by_id",
    "due",
    "edit_date",
    "edit_following",
    "edit_series",
    "end",
    "end_answers",
    "end_series",
    "extend",
    "fill_places",
    "gaps_in",
    "guests_of",
    "hold",
    "leaders_in",
    "live_now",
    "mail_reminders",
    "materialise_all",
    "open_doors",
    "open_now",
    "people_here",
    "place_letter",
    "plan_reminders",
    "regions",
    "remind",
    "restore",
    "schedule",
    "series_answers_of",
    "series_in",
    "series_of",
    "skip",
    "subscription_of",
    "take_back",
    "take_place",
    "take_series_back",
    "tell_answers",
    "turn",
    "unsubscribe",
    "upcoming_for",
    "upcoming_in",
]
