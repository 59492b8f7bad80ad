"""Calendars: feeds to subscribe to, and letters that put dates where people look."""

from chat.calendars.feeds import FeedSeen, NewFeed, end_feed, feeds_of, make_feed, note_fetch
from chat.calendars.fetching import Fetched, feed_by_token, open_feed
from chat.calendars.queries import room_of

__all__ = [
    "FeedSeen",
    "Fetched",
    "NewFeed",
    "end_feed",
    "feed_by_token",
    "feeds_of",
    "make_feed",
    "note_fetch",
    "open_feed",
    "room_of",
]
