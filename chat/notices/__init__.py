"""Notices: what a member is told in the page, as far as they may still know it."""

from chat.notices.queries import NoticeSeen, Told, notices_of, told, unread
from chat.notices.reading import forget_read, open_notice, read_through, read_topic, unread_again
from chat.notices.surrounding import Around, surroundings, surroundings_and

__all__ = [
    "Around",
    "NoticeSeen",
    "Told",
    "forget_read",
    "notices_of",
    "open_notice",
    "read_through",
    "read_topic",
    "surroundings",
    "surroundings_and",
    "told",
    "unread",
    "unread_again",
]
