"""Discussions: topics and the posts in them."""

from chat.discussions.counting import Extent, extent_of
from chat.discussions.editing import edit, remove
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
from chat.discussions.reading import count_view, fold_views, mark_read
from chat.discussions.searching import Hit, search
from chat.discussions.writing import add_topic, reply, start_topic

__all__ = [
    "Extent",
    "Hit",
    "PostSeen",
    "TopicRow",
    "add_topic",
    "count_view",
    "edit",
    "extent_of",
    "fold_views",
    "latest_posts",
    "mark_read",
    "networks_of_topics",
    "page_of_post",
    "post_of",
    "posts_after",
    "posts_by_id",
    "recent_topics",
    "remove",
    "reply",
    "search",
    "start_topic",
    "thread",
    "topic_of",
    "topics_by_id",
    "topics_in",
]
