"""Discussions: topics and the posts in them."""

from chat.discussions.authorship import Author, own_among, pseudonym_of, wrote
from chat.discussions.catching_up import Marked, catch_up, catch_up_with, undo
from chat.discussions.counting import Extent, extent_of
from chat.discussions.editing import edit, remove
from chat.discussions.muting import Kept, kept_from
from chat.discussions.queries import (
    PostSeen,
    TopicRow,
    latest_posts,
    networks_of_topics,
    post_of,
    posts_after,
    posts_by_id,
    recent_topics,
    topic_of,
    topics_by_id,
    topics_in,
)
from chat.discussions.reading import mark_read
from chat.discussions.searching import Hit, search
from chat.discussions.threads import (
    ORDERS,
    VIEWS,
    Leaf,
    Place,
    Way,
    place_of,
    prefer_way,
    renumber_turns,
    thread,
    way_of,
)
from chat.discussions.unmasking import (
    Unmasking,
    agree_to_unmask,
    ask_to_unmask,
    decline_to_unmask,
    open_unmaskings,
    unmask,
    unmaskings_of,
)
from chat.discussions.unread import LISTS, Last, Waiting, waiting
from chat.discussions.viewing import Looks, fold_views
from chat.discussions.writing import add_topic, reply, start_topic

__all__ = [
    "LISTS",
    "ORDERS",
    "VIEWS",
    "Author",
    "Extent",
    "Hit",
    "Kept",
    "Last",
    "Leaf",
    "Looks",
    "Marked",
    "Place",
    "PostSeen",
    "TopicRow",
    "Unmasking",
    "Waiting",
    "Way",
    "add_topic",
    "agree_to_unmask",
    "ask_to_unmask",
    "catch_up",
    "catch_up_with",
    "decline_to_unmask",
    "edit",
    "extent_of",
    "fold_views",
    "kept_from",
    "latest_posts",
    "mark_read",
    "networks_of_topics",
    "open_unmaskings",
    "own_among",
    "place_of",
    "post_of",
    "posts_after",
    "posts_by_id",
    "prefer_way",
    "pseudonym_of",
    "recent_topics",
    "remove",
    "renumber_turns",
    "reply",
    "search",
    "start_topic",
    "thread",
    "topic_of",
    "topics_by_id",
    "topics_in",
    "undo",
    "unmask",
    "unmaskings_of",
    "waiting",
    "way_of",
    "wrote",
]
