"""Discussions: topics and the posts in them."""

from chat.discussions.authorship import Author, own_among, pseudonym_of, wrote
from chat.discussions.counting import Extent, extent_of
from chat.discussions.editing import edit, remove
from chat.discussions.jumping import Places, places_to_go
from chat.discussions.muting import Kept, kept_from
from chat.discussions.operators import Wanted, read_wanted
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
from chat.discussions.rescoping import find_again
from chat.discussions.searching import BEST, NEWEST, Facet, Found, Hit, search
from chat.discussions.unmasking import (
    Unmasking,
    agree_to_unmask,
    ask_to_unmask,
    decline_to_unmask,
    open_unmaskings,
    unmask,
    unmaskings_of,
)
from chat.discussions.writing import add_topic, reply, start_topic

__all__ = [
    "BEST",
    "NEWEST",
    "Author",
    "Extent",
    "Facet",
    "Found",
    "Hit",
    "Kept",
    "Places",
    "PostSeen",
    "TopicRow",
    "Unmasking",
    "Wanted",
    "add_topic",
    "agree_to_unmask",
    "ask_to_unmask",
    "count_view",
    "decline_to_unmask",
    "edit",
    "extent_of",
    "find_again",
    "fold_views",
    "kept_from",
    "latest_posts",
    "mark_read",
    "networks_of_topics",
    "open_unmaskings",
    "own_among",
    "page_of_post",
    "places_to_go",
    "post_of",
    "posts_after",
    "posts_by_id",
    "pseudonym_of",
    "read_wanted",
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
