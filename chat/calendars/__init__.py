"""Calendars: feeds to subscribe to, and letters that put dates where people look."""

from chat.calendars.feeds import FeedSeen, NewFeed, end_feed, feeds_of, make_feed, note_fetch
from chat.calendars.fetching import Fetched, feed_by_token, open_feed
from chat.calendars.inviting import mail_date, mail_series
from chat.calendars.mending import mend_calendars
from chat.calendars.queries import room_of
from chat.calendars.telling import mail_change, tell_change

__all__ = [
    "FeedSeen",
    "Fetched",
    "NewFeed",
    "end_feed",
    "feed_by_token",
    "feeds_of",
    "mail_change",
    "mail_date",
    "mail_series",
    "make_feed",
    "mend_calendars",
    "note_fetch",
    "open_feed",
    "room_of",
    "tell_change",
]
