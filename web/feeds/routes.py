"""Feeds to subscribe to, the page on which their addresses are made, and the map for search engines."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chat import feeds, networks
from chat.config import settings
from chat.errors import NotFound, SignInFirst
from chat.feeds import ADDRESSES, Mapped
from chat.feeds.composing import TYPE
from chat.languages import _
from chat.networks.addresses import Fetched, NewAddress
from web.edge import form_of, limited, reading, see, writing
from web.freshness import SECRET, fresh
from web.house import house_of
from web.pages import page

FETCHES = (300, 60)  # from one address: those who fetch for many come from few
MADE = (20, 3600)
# What everybody may read may be kept on the way for as long as nobody minds that it is older.
FOR_ALL = {"cache-control": "public, max-age=60"}
FOR_ONE = {**SECRET, "cache-control": "private, no-cache"}
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


async def index(request: Request) -> Response:
    """The viewer's own addresses."""
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        context = {
            "own": await ADDRESSES.of(tx, viewer),
            "ended": request.query_params.get("ended"),
        }
        return await page(request, tx, viewer, "feeds/index.html", context)


async def end(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await ADDRESSES.end(tx, viewer, request.path_params["id"])
    return see("/settings/feeds?ended=1")


async def of_network(request: Request, made: NewAddress | None = None) -> Response:
    """How to read a network's discussions in a feed reader."""
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        own = await ADDRESSES.of(tx, viewer)
        context = {
            "network": network,
            "own": next((each for each in own if each.network_slug == network.slug), None),
            "made": made,
        }
        return await page(request, tx, viewer, "feeds/network.html", context)


async def make(request: Request) -> Response:
    """The new address is shown in the answer itself: it is told this once, and stands in no log."""
    await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "feed-made", *MADE, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        made = await ADDRESSES.make(tx, viewer, network)
    return await of_network(request, made)


# What programs fetch: no cookie is looked at


async def open_feed(request: Request) -> Response:
    """An open network's discussions, the same bytes for everybody."""
    await limited(request, "feed", *FETCHES)
    try:
        async with house_of(request).db.snapshot() as tx:
            fetched = await feeds.open_feed(tx, request.path_params["slug"])
    except NotFound:
        return no_feed()
    return await fresh(request, f"feed:{fetched.key}", fetched.body, TYPE, FOR_ALL)


async def open_topic_feed(request: Request) -> Response:
    """A topic of an open network, the same bytes for everybody."""
    await limited(request, "feed", *FETCHES)
    try:
        async with house_of(request).db.snapshot() as tx:
            fetched = await feeds.open_topic_feed(tx, request.path_params["id"])
    except NotFound:
        return no_feed()
    return await fresh(request, f"feed:{fetched.key}", fetched.body, TYPE, FOR_ALL)


async def feed(request: Request) -> Response:
    """The discussions behind a secret address, which stands for its member."""
    await limited(request, "feed", *FETCHES)
    try:
        async with house_of(request).db.snapshot() as tx:
            fetched = await feeds.feed_by_token(tx, request.path_params["token"])
    except NotFound:
        return no_feed()
    return await _noted(request, fetched)


async def topic_feed(request: Request) -> Response:
    """One topic behind a secret address."""
    await limited(request, "feed", *FETCHES)
    token, topic_id = request.path_params["token"], request.path_params["id"]
    try:
        async with house_of(request).db.snapshot() as tx:
            fetched = await feeds.topic_feed_by_token(tx, token, topic_id)
    except NotFound:
        return no_feed()
    return await _noted(request, fetched)


async def _noted(request: Request, fetched: Fetched) -> Response:
    if fetched.to_note:
        async with house_of(request).db.transaction() as tx:
            await ADDRESSES.note_fetch(tx, fetched.to_note)
    return await fresh(request, f"feed:{fetched.key}", fetched.body, TYPE, FOR_ONE)


def no_feed() -> Response:
    """The one answer where there is no feed, or none any more, or none for whoever asks."""
    return PlainTextResponse(_("There is no such feed.") + "\n", 404, headers=FOR_ONE)


# The map


async def sitemap(request: Request) -> Response:
    await limited(request, "sitemap", 60, 60)
    async with house_of(request).db.snapshot() as tx:
        pages = await feeds.map_pages(tx)
        newest = await feeds.mapped_networks(tx)
    if newest:
        pages.insert(0, Mapped("/sitemaps/networks.xml", max(each.changed_at for each in newest)))
    entries = "".join(f"<sitemap>{_where(each)}</sitemap>\n" for each in pages)
    return await _map(request, "", f"{XML}<sitemapindex {SITEMAP}>\n{entries}</sitemapindex>\n")


async def sitemap_of_networks(request: Request) -> Response:
    await limited(request, "sitemap", 60, 60)
    async with house_of(request).db.snapshot() as tx:
        found = await feeds.mapped_networks(tx)
    return await _map(request, "networks", _url_set(found))


async def sitemap_of_topics(request: Request) -> Response:
    await limited(request, "sitemap", 60, 60)
    number = request.path_params["number"]
    async with house_of(request).db.snapshot() as tx:
        found = await feeds.mapped_topics(tx, number) if number < 1_000_000 else []
    if not found:
        return PlainTextResponse(_("The map has no such page.") + "\n", 404)
    return await _map(request, str(number), _url_set(found))


async def _map(request: Request, key: str, text: str) -> Response:
    return await fresh(request, f"map:{key}", text.encode(), "application/xml", FOR_ALL)


def _url_set(found: list[Mapped]) -> str:
    entries = "".join(f"<url>{_where(each)}</url>\n" for each in found)
    return f"{XML}<urlset {SITEMAP}>\n{entries}</urlset>\n"


def _where(each: Mapped) -> str:
    # Slugs are plain letters, digits and hyphens, so nothing has to be escaped.
    return f"<loc>{settings().origin}{each.path}</loc><lastmod>{_time(each.changed_at)}</lastmod>"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
