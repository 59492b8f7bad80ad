"""Announcements: what a network's hosts say to all its members, in the page and by e-mail."""

from chat.announcements.announcing import Draft, announce, draft_of, remove
from chat.announcements.dismissing import dismiss
from chat.announcements.queries import AnnouncementSeen, announcement_of, announcements_in, undismissed
from chat.announcements.spreading import mail_to_members, spread

__all__ = [
    "AnnouncementSeen",
    "Draft",
    "announce",
    "announcement_of",
    "announcements_in",
    "dismiss",
    "draft_of",
    "mail_to_members",
    "remove",
    "spread",
    "undismissed",
]
