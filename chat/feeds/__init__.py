"""Feeds: discussions for feed readers and search engines."""

from chat.feeds.fetching import (
    ADDRESSES,
    Fetched,
    feed_by_token,
    open_feed,
    open_topic_feed,
    topic_feed_by_token,
)
from chat.feeds.mapping import Mapped, map_pages, mapped_networks, mapped_topics

__all__ = [
    "ADDRESSES",
    "Fetched",
    "Mapped",
    "feed_by_token",
    "map_pages",
    "mapped_networks",
    "mapped_topics",
    "open_feed",
    "open_topic_feed",
    "topic_feed_by_token",
]
