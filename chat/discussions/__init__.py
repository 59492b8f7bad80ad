"""Discussions: topics and the posts in them."""

from chat.discussions.authorship import Author, own_among, pseudonym_of, wrote
from chat.discussions.counting import Extent, extent_of
from chat.discussions.drafting import (
    Draft,
    Place,
    discard_draft,
    draft_at,
    draft_of,
    drafts_by_id,
    drafts_of,
    forget_drafts,
    keep_draft,
)
from chat.discussions.editing import edit, remove
from chat.discussions.muting import Kept, kept_from
from chat.discussions.naming import draw, unname
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
from chat.discussions.redrawing import redraw_naming, redraw_old, topic_changed
from chat.discussions.searching import Hit, search
from chat.discussions.suggesting import Suggested, members_like, topics_like
from chat.discussions.unmasking import (
    Unmasking,
    agree_to_unmask,
    ask_to_unmask,
    decline_to_unmask,
    open_unmaskings,
    unmask,
    unmaskings_of,
)
from chat.discussions.writing import add_topic, clean_body, reply, start_topic

__all__ = [
    "Author",
    "Draft",
    "Extent",
    "Hit",
    "Kept",
    "Place",
    "PostSeen",
    "Suggested",
    "TopicRow",
    "Unmasking",
    "add_topic",
    "agree_to_unmask",
    "ask_to_unmask",
    "clean_body",
    "count_view",
    "decline_to_unmask",
    "discard_draft",
    "draft_at",
    "draft_of",
    "drafts_by_id",
    "drafts_of",
    "draw",
    "edit",
    "extent_of",
    "fold_views",
    "forget_drafts",
    "keep_draft",
    "kept_from",
    "latest_posts",
    "mark_read",
    "members_like",
    "networks_of_topics",
    "open_unmaskings",
    "own_among",
    "page_of_post",
    "post_of",
    "posts_after",
    "posts_by_id",
    "pseudonym_of",
    "recent_topics",
    "redraw_naming",
    "redraw_old",
    "remove",
    "reply",
    "search",
    "start_topic",
    "thread",
    "topic_changed",
    "topic_of",
    "topics_by_id",
    "topics_in",
    "topics_like",
    "unmask",
    "unmaskings_of",
    "unname",
    "wrote",
]
