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
from chat.dropins.holding import hold
from chat.dropins.letters import place_letter
from chat.dropins.opening import close_doors, due, open_doors
from chat.dropins.places import fill_places, tell_answers
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
from chat.dropins.reminding import mail_reminders, plan_reminders, remind
from chat.dropins.scheduling import WEEKDAYS, materialise_all, schedule

__all__ = [
    "WEEKDAYS",
    "Counts",
    "Door",
    "DropInSeen",
    "Guests",
    "Mine",
    "SeriesSeen",
    "answer",
    "answer_by_letter",
    "answer_series",
    "answers_of",
    "asked_by",
    "close_doors",
    "counts_of",
    "doors",
    "drop_in_of",
    "drop_in_of_topic",
    "drop_ins_by_id",
    "due",
    "end_answers",
    "fill_places",
    "guests_of",
    "hold",
    "live_now",
    "mail_reminders",
    "materialise_all",
    "open_doors",
    "people_here",
    "place_letter",
    "plan_reminders",
    "remind",
    "schedule",
    "series_answers_of",
    "series_in",
    "subscription_of",
    "take_back",
    "take_series_back",
    "tell_answers",
    "unsubscribe",
    "upcoming_for",
    "upcoming_in",
]
