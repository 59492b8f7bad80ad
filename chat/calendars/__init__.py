"""Calendars: feeds to subscribe to, and letters that put dates where people look."""

from chat.calendars.fetching import ADDRESSES, Fetched, feed_by_token, open_feed
from chat.calendars.inviting import mail_date, mail_series
from chat.calendars.mending import mend_calendars
from chat.calendars.queries import room_of
from chat.calendars.telling import mail_change, tell_change

__all__ = [
    "ADDRESSES",
    "Fetched",
    "feed_by_token",
    "mail_change",
    "mail_date",
    "mail_series",
    "mend_calendars",
    "open_feed",
    "room_of",
    "tell_change",
]
