"""Discussions: topics and the posts in them."""

from chat.discussions.authorship import Author, own_among, pseudonym_of, wrote
from chat.discussions.counting import Extent, extent_of
from chat.discussions.editing import edit, remove
from chat.discussions.muting import Kept, kept_from
from chat.discussions.queries import (
    PostSeen,
    TopicRow,
    latest_posts,
    networks_of_topics,
    page_of_post,
    post_of,
    posts_after,
    posts_by_id,
    recent_topics,
    thread,
    topic_of,
    topics_by_id,
    topics_in,
)
from chat.discussions.reading import mark_read
from chat.discussions.searching import Hit, search
from chat.discussions.unmasking import (
    Unmasking,
    agree_to_unmask,
    ask_to_unmask,
    decline_to_unmask,
    open_unmaskings,
    unmask,
    unmaskings_of,
)
from chat.discussions.viewing import Looks, fold_views
from chat.discussions.writing import add_topic, reply, start_topic

__all__ = [
    "Author",
    "Extent",
    "Hit",
    "Kept",
    "Looks",
    "PostSeen",
    "TopicRow",
    "Unmasking",
    "add_topic",
    "agree_to_unmask",
    "ask_to_unmask",
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
    "page_of_post",
    "post_of",
    "posts_after",
    "posts_by_id",
    "pseudonym_of",
    "recent_topics",
    "remove",
    "reply",
    "search",
    "start_topic",
    "thread",
    "topic_of",
    "topics_by_id",
    "topics_in",
    "unmask",
    "unmaskings_of",
    "wrote",
]
