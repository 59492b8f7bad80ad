"""Announcements, and what a member chooses for themselves in a network."""

from starlette.requests import Request
from starlette.responses import Response

from chat import announcements, insight, networks
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited, number


async def list_announcements(request: Request) -> Response:
    """The newest first; `before` takes the id of the last one to go on."""
    query = request.query_params
    limit = min(100, number(query.get("limit") or 20, field="limit"))
    before = number(query.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        found = await announcements.announcements_in(tx, viewer, network, limit=limit, before=before)
        return json({"announcements": [shapes.announcement(a) for a in found]})


async def announce(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "announce", 20, 3600, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        made = await announcements.announce(tx, viewer, network, form, op=form.get("op"))
        announcement = await announcements.announcement_of(tx, viewer, network, made)
    location = f"/api/v1/networks/{network.slug}/announcements/{made}"
    return json(shapes.announcement(announcement), 201, {"location": location})


async def show_announcement(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        found = await announcements.announcement_of(tx, viewer, network, request.path_params["id"])
        return json(shapes.announcement(found))


async def remove_announcement(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await announcements.remove(tx, viewer, network, request.path_params["id"])
    return Response(status_code=204)


async def dismiss(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await announcements.dismiss(tx, viewer, network, request.path_params["id"])
    return Response(status_code=204)


async def show_preferences(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        return json(shapes.preferences(await networks.preferences_of(tx, viewer, network)))


async def change_preferences(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.prefer(tx, viewer, network, form)
        return json(shapes.preferences(await networks.preferences_of(tx, viewer, network)))


async def show_dashboard(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        return json(shapes.dashboard(await insight.dashboard_of(tx, viewer, network)))
