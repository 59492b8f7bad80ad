"""Networks: the list, one of them, and its members."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, dropins, networks
from chat.errors import Forbidden, Invalid, SignInFirst
from chat.events import network_stream
from web.edge import form_of, number, own_path, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]
PEOPLE_A_PAGE = 60


async def index(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        found = await networks.networks_for(tx, viewer)
        return await page(request, tx, viewer, "networks/index.html", {"networks": found})


async def new(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        if not networks.may_found(viewer):
            raise Forbidden("On this hub, its admins found networks. Ask one of them.")
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
            return await page(request, tx, viewer, "networks/closed.html", {"network": network})
        context = {
            "network": network,
            "topics": await discussions.topics_in(tx, viewer, network.id, limit=40),
            "drop_ins": await dropins.upcoming_in(tx, network.id, 3),
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


async def leave(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.leave(tx, viewer, network)
    return see("/networks")


async def people(request: Request) -> Response:
    query = request.query_params.get("q", "")[:100]
    offset = number(request.query_params.get("offset"), least=0, field="offset")
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        found = await networks.members_of(
            tx, viewer, network, search=query, limit=PEOPLE_A_PAGE + 1, offset=offset
        )
        context = {
            "network": network,
            "people": found[:PEOPLE_A_PAGE],
            "query": query,
            "offset": offset,
            "more": offset + PEOPLE_A_PAGE if len(found) > PEOPLE_A_PAGE else None,
        }
        return await page(request, tx, viewer, "networks/people.html", context)


async def remove(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.remove(tx, viewer, network, request.path_params["handle"])
    return see(f"/networks/{network.slug}/members")


def _back(form: Form, otherwise: str) -> str:
    return own_path(form.get("next")) if form.get("next") else otherwise
