"""Leafing through a topic: which page is asked for, where the others are, and where reading goes on."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, dropins
from chat.db import Transaction
from chat.discussions import Leaf, Place, TopicRow, Way, Whereabouts
from chat.errors import Invalid, SignInFirst
from chat.languages import _, language
from web.edge import form_of, number, reading, see, writing
from web.house import house_of
from web.shelf import Missed, Version
from web.templates import fragment


class Since(NamedTuple):
    """The post before which the line stands that parts what is new to the reader, what it says, and what is new.

    `opens`: the page was opened there.
    """

    number: int
    line: str
    fresh: list[int]
    opens: bool = False

    @property
    def selectors(self) -> Markup:
        """CSS: the posts that are new."""
        return Markup(",".join(f'[data-number="{number}"]' for number in self.fresh))  # noqa: S704 - numbers


async def place_asked(
    request: Request, tx: Transaction, topic: TopicRow, way: Way, unread: Whereabouts | None
) -> Place:
    """The page that an address asks for: of a post, by its number, or the one with the first unread post."""
    query = request.query_params
    if query.get("post"):
        return await discussions.place_of(tx, topic, number(query["post"], field="post"), way)
    if query.get("page") or query.get("under"):
        under = number(query["under"], field="under") if query.get("under") else None
        return Place(number(query.get("page")), under)
    if unread and topic.read and topic.unread and not way.newest_first:
        return await discussions.place_at(tx, topic, unread, way)
    return Place()


class Drawn(NamedTuple):
    """A page of a topic, with its posts as they look to everybody."""

    leaf: Leaf
    posts: list[Markup]
    drop_in: int | None  # whose talk it is


async def drawn_leaf(
    request: Request,
    tx: Transaction,
    topic: TopicRow,
    place: Place,
    way: Way,
    version: Version | None,
    *,
    at_once: bool = False,
) -> Drawn:
    """Drawn once for all who read it: what is a reader's own stands in the rules of their page. Raises Missed where it
    is wanted `at_once` and would have to be drawn."""
    shelf, key = house_of(request).shelf, ("leaf", language(), topic.id, place, way)
    if (kept := shelf.find(key, version)) is not None:
        return kept
    if at_once:
        raise Missed
    leaf = await discussions.thread(tx, topic, place, way)
    posts = [Markup(fragment("discussions/_post.html", post=post)) for post in leaf.posts]  # noqa: S704 - a template's
    drawn = Drawn(leaf, posts, await dropins.drop_in_of_topic(tx, topic.id))
    if version:
        shelf.keep(key, version, drawn, 3 * sum(map(len, posts)))  # beside what is drawn, its text and source
    return drawn


def since(request: Request, topic: TopicRow, way: Way, leaf: Leaf) -> Since | None:
    """What is new on a page to who has been in the topic before."""
    fresh = [post.number for post in leaf.posts if topic.read and post.number > topic.read]
    if not fresh:
        return None
    if not way.newest_first:
        asked = request.query_params.keys() & {"post", "page", "under"}
        return Since(min(fresh), _("New since you were here"), fresh, not asked)
    roots = [post.number for post in leaf.posts if (way.flat or post.depth == 1) and post.number > 1]
    seen = next((number for number in roots if number <= (topic.read or 0)), 0)
    return Since(seen, _("You have been here before"), fresh)


def addresses_of(topic: TopicRow, way: Way, usual: Way, leaf: Leaf) -> Callable[..., str]:
    """Makes the addresses of a topic's pages, which keep how it is read where that is not the reader's usual way."""
    kept = {} if way == usual else way._asdict()

    def at(page: int = 1, under: int | None = leaf.under, **other: str) -> str:
        place = {"under": under} if under else {}
        return f"/topics/{topic.id}?" + urlencode({**kept, **other, **place, "page": page})

    return at


def address_of_post(topic_id: int, number: int | None) -> str:
    """Where a post is seen, on whichever page that is in the reader's own way; or its topic."""
    return f"/topics/{topic_id}?post={number}#p{number}" if number else f"/topics/{topic_id}"


async def lead_to_post(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
    return see(address_of_post(post.topic_id, post.number))


async def preview(request: Request) -> Response:
    """What is answered, for who asks beside an answer: a piece of a page."""
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
    return Response(fragment("discussions/_preview.html", post=post), media_type="text/html")


async def choose_way(request: Request) -> Response:
    """Read all topics this way from now on, and this one at once."""
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
        if not form.keys() & {"view", "order"}:
            raise Invalid(
                "view", _("Say how you want to read: in threads or in order, the oldest or the newest first.")
            )
        await discussions.prefer_way(tx, viewer, form.get("view"), form.get("order"))
    way = discussions.way_of(viewer, form.get("view"), form.get("order"))
    return see(f"/topics/{topic.id}?{urlencode(way._asdict())}")
