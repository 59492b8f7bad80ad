"""Feeds: discussions for feed readers and search engines."""

from chat.feeds.addresses import FeedSeen, NewFeed, end_feed, feeds_of, make_feed, note_fetch
from chat.feeds.fetching import Fetched, feed_by_token, open_feed, open_topic_feed, topic_feed_by_token
from chat.feeds.mapping import Mapped, map_pages, mapped_networks, mapped_topics

__all__ = [
    "FeedSeen",
    "Fetched",
    "Mapped",
    "NewFeed",
    "end_feed",
    "feed_by_token",
    "feeds_of",
    "make_feed",
    "map_pages",
    "mapped_networks",
    "mapped_topics",
    "note_fetch",
    "open_feed",
    "open_topic_feed",
    "topic_feed_by_token",
]
