"""Networks: the list, one of them, and its members."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import announcements, discussions, minutes, networks
from chat.discussions import Last
from chat.errors import Forbidden, Invalid, SignInFirst
from chat.events import network_stream
from chat.languages import _
from web.dropins.answering import next_date
from web.edge import before_of, form_of, in_address, own_path, reading, see, writing
from web.feeds import meta
from web.networks.asking import outside
from web.pages import page

Form = Mapping[str, Any]
TOPICS = 40  # a page, besides the pinned ones


async def index(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        found = await networks.networks_for(tx, viewer)
        return await page(request, tx, viewer, "networks/index.html", {"networks": found})


async def new(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        if not networks.may_found(viewer):
            raise Forbidden(_("On this hub, its admins found networks. Ask one of them."))
        return await page(request, tx, viewer, "networks/new.html", form=form, error=error)


async def found(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            slug = await networks.found(tx, viewer, form)
    except Invalid as error:
        return await new(request, form, error)
    return see(f"/networks/{slug}")


async def show(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        if not network.readable:
            return await outside(request, tx, viewer, network)
        before = before_of(request.query_params.get("before"))
        listed = await discussions.topics_in(tx, viewer, network.id, limit=TOPICS + 1, before=before)
        topics = listed[:TOPICS]
        context: dict[str, Any] = {
            "network": network,
            "before": before,
            "older": in_address(Last(topics[-1].last_post_at, topics[-1].id)) if len(listed) > TOPICS else "",
            "topics": topics,
        }
        if before:  # what is on its first page is not said again on each
            return await page(request, tx, viewer, "networks/show.html", {**context, "meta": None})
        context |= {
            "news": await networks.access_news(tx, network),
            "topics": [*await discussions.pinned_topics(tx, viewer, network.id), *topics],
            **await next_date(tx, viewer, network),
            "minutes": await minutes.latest_minutes(tx, network),
            "announcements": await announcements.undismissed(tx, viewer, network),
            "meta": meta.of_network(viewer, network),
        }
        return await page(
            request, tx, viewer, "networks/show.html", context, streams=[network_stream(network.id)]
        )


async def join(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.join(tx, viewer, network)
    return see(_back(form, f"/networks/{network.slug}"))


def _back(form: Form, otherwise: str) -> str:
    return own_path(form.get("next")) if form.get("next") else otherwise
