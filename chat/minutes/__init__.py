"""Minutes: what a drop-in leaves behind, and who hears of it."""

from chat.minutes.drafting import draft_minutes, draft_now, remind_of_minutes
from chat.minutes.publishing import publish, save
from chat.minutes.queries import (
    MinutesListed,
    MinutesSeen,
    draft_of,
    latest_minutes,
    minutes_in,
    minutes_of,
    published_minutes,
)
from chat.minutes.retelling import mail_minutes, retell

__all__ = [
    "MinutesListed",
    "MinutesSeen",
    "draft_minutes",
    "draft_now",
    "draft_of",
    "latest_minutes",
    "mail_minutes",
    "minutes_in",
    "minutes_of",
    "publish",
    "published_minutes",
    "remind_of_minutes",
    "retell",
    "save",
]
