"""What search engines, and pages that show a link's preview, are told of a page that everybody may read.

As Google documents DiscussionForumPosting: the opening with what was said to it, each answer within what it answers.
"""

import re
from html import unescape
from typing import Any, NamedTuple

import msgspec
import nh3
from markupsafe import Markup

from chat.config import settings
from chat.discussions import Author, PostSeen, TopicRow
from chat.members import Viewer
from chat.networks import NetworkSeen

LONGEST_TEXT, LONGEST_WORDS = 5000, 200
BREAKS = re.compile(r"<br ?/?>|</(?:p|li|h\d|blockquote|pre|tr|div)>")


class Meta(NamedTuple):
    """For the head of a page. `data` is JSON-LD, safe within a script element."""

    url: str
    title: str
    words: str
    kind: str
    picture: str
    data: Markup


def of_topic(
    viewer: Viewer | None,
    network: NetworkSeen,
    topic: TopicRow,
    posts: list[PostSeen],
    shown: int = 1,
) -> Meta | None:
    """For a page of a topic; None where not everybody may read it, or its reader is no visitor: they never see it."""
    if viewer or network.access != "open":
        return None
    seen = [post for post in posts if not post.removed_at and not post.hidden_at]
    opening = next((post for post in seen if post.number == 1), None)
    first = opening or (seen[0] if seen else None)
    words = plain(first.html) if first else ""
    url = f"{settings().origin}/topics/{topic.id}" + (f"?page={shown}" if shown > 1 else "")
    return Meta(
        url,
        topic.title,
        shortened(words, LONGEST_WORDS),
        "article",
        _picture(network),
        _script(_posting(network, topic, opening, seen)),
    )


def of_network(viewer: Viewer | None, network: NetworkSeen) -> Meta | None:
    """For the page of a network, as of_topic."""
    if viewer or network.access != "open":
        return None
    url = f"{settings().origin}/networks/{network.slug}"
    data = {"@context": "https://schema.org", "@type": "CollectionPage", "name": network.name, "url": url}
    return Meta(
        url,
        network.name,
        shortened(network.summary, LONGEST_WORDS),
        "website",
        _picture(network),
        _script(data),
    )


def _posting(
    network: NetworkSeen, topic: TopicRow, opening: PostSeen | None, seen: list[PostSeen]
) -> dict[str, Any]:
    origin = settings().origin
    url = f"{origin}/topics/{topic.id}"
    posting: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "@id": url,
        "url": url,
        "mainEntityOfPage": url,
        "headline": topic.title,
        "datePublished": topic.created_at.isoformat(timespec="seconds"),
        "author": _person(topic.author),
        "isPartOf": {"@type": "WebPage", "name": network.name, "url": f"{origin}/networks/{network.slug}"},
        "interactionStatistic": [
            _counter("CommentAction", max(0, topic.post_count - 1)),
            _counter("ViewAction", topic.views),
            *(_likes(opening) if opening else ()),
        ],
        **(_said(opening) if opening else {}),
    }
    if topic.tags:
        posting["keywords"] = ", ".join(topic.tags)
    if comments := _comments(seen):
        posting["comment"] = comments
    return posting


def _comments(seen: list[PostSeen]) -> list[dict[str, Any]]:
    """Answers within what they answer, as far as that is on the page; the opening is what the others answer."""
    made: dict[int, dict[str, Any]] = {}
    first: list[dict[str, Any]] = []
    for post in (each for each in seen if each.number > 1):
        comment: dict[str, Any] = {
            "@type": "Comment",
            "url": f"{settings().origin}/topics/{post.topic_id}?post={post.number}#p{post.number}",
            "datePublished": post.created_at.isoformat(timespec="seconds"),
            "author": _person(post.author),
            **_said(post),
        }
        made[post.id] = comment
        if likes := _likes(post):
            comment["interactionStatistic"] = likes
        above = made.get(post.parent_id or 0)
        (first if above is None else above.setdefault("comment", [])).append(comment)
    return first


def _said(post: PostSeen) -> dict[str, str]:
    edited = {"dateModified": post.edited_at.isoformat(timespec="seconds")} if post.edited_at else {}
    return {"text": shortened(plain(post.html), LONGEST_TEXT), **edited}


def _person(author: Author) -> dict[str, str]:
    page = {"url": f"{settings().origin}/members/{author.handle}"} if author.handle else {}
    return {"@type": "Person", "name": author.name, **page}


def _likes(post: PostSeen) -> list[dict[str, Any]]:
    count = sum(post.reactions.values())
    return [_counter("LikeAction", count)] if count else []


def _counter(act: str, count: int) -> dict[str, Any]:
    kind = f"https://schema.org/{act}"
    return {"@type": "InteractionCounter", "interactionType": kind, "userInteractionCount": count}


def _picture(network: NetworkSeen) -> str:
    return f"{settings().origin}/networks/{network.slug}/picture" if network.picture else ""


def _script(data: dict[str, Any]) -> Markup:
    text = msgspec.json.encode(data).decode()
    # So that no text ends the element that it stands in.
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above


def plain(html: str | None) -> str:
    """The words of a post."""
    return unescape(nh3.clean(BREAKS.sub("\n", html or ""), tags=set())).strip()


def shortened(words: str, longest: int) -> str:
    words = " ".join(words.split()) if longest <= LONGEST_WORDS else words
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"
