"""/me, /networks, and who is in them."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, members, networks
from chat.db import Transaction
from chat.errors import SignInFirst
from chat.members import Viewer
from chat.networks import Wanted
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited, number


async def me(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        return await _me(tx, viewer)


async def change_me(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        others = form.keys() & {"zone", "language", "reminders", "view", "order", "on_writing"}
        await members.choose_letters(tx, viewer.id, form)
        if "on_writing" in form:
            await members.choose_on_writing(tx, viewer.id, form["on_writing"])
        if form.keys() & {"view", "order"}:
            await discussions.prefer_way(tx, viewer, form.get("view"), form.get("order"))
        if ("hides" in form or not others) and await members.hide(tx, viewer.id, form):
            await networks.draw_anew(tx, viewer.id)
        way = discussions.way_of(viewer, form.get("view"), form.get("order"))
        return await _me(tx, msgspec.structs.replace(viewer, topic_view=way.view, topic_order=way.order))


async def _me(tx: Transaction, viewer: Viewer) -> Response:
    email, profile = await members.own_email(tx, viewer.id), await members.own_profile(tx, viewer.id)
    me = shapes.me(viewer, email, profile, await members.reader_of(tx, viewer.id))
    return json({**me, "on_writing": await members.on_writing_of(tx, viewer.id)})


async def list_networks(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        found = await networks.networks_for(tx, viewer, after=request.query_params.get("after", ""))
        return json({"networks": [shapes.network(n) for n in found]})


async def found_network(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        slug = await networks.found(tx, viewer, form)
        network = shapes.network(await networks.network_of(tx, viewer, slug))
    return json(network, 201, {"location": f"/api/v1/networks/{slug}"})


async def show_network(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return json(shapes.network(await networks.network_of(tx, viewer, request.path_params["slug"])))


async def change_network(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.change_settings(tx, viewer, network, form)
        slug = await networks.change_access(tx, viewer, network, form) if "access" in form else network.slug
        return json(shapes.network(await networks.network_of(tx, viewer, slug)))


async def join_network(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        slug = request.path_params["slug"]
        await networks.join(tx, viewer, await networks.network_of(tx, viewer, slug))
        return json(shapes.network(await networks.network_of(tx, viewer, slug)))


async def list_members(request: Request) -> Response:
    query = request.query_params
    limit = min(200, number(query.get("limit") or 100, field="limit"))
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        found = await networks.directory_of(
            tx,
            viewer,
            network,
            Wanted.by(query),
            limit=limit,
            offset=number(query.get("offset"), least=0, field="offset"),
        )
        return json(
            {
                "members": [shapes.person(p) for p in found.people],
                "total": found.total,
                "organisations": [{"organisation": name, "members": n} for name, n in found.organisations],
                "countries": [{"country": code, "members": n} for code, n in found.countries],
                "roles": [{"role": role, "members": n} for role, n in found.roles],
            }
        )


async def show_member(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        return json(
            shapes.person(await networks.member_of(tx, viewer, network, request.path_params["handle"]))
        )


async def invite(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "invite", 200, 3600, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        offer = await networks.invite(tx, viewer, network, form)
    return json(shapes.invitation(offer), 201)


async def accept(request: Request) -> Response:
    await limited(request, "accept", 60, 60)
    async with writing(request) as (tx, viewer):
        slug = await networks.accept(tx, viewer, request.path_params["token"])
        return json(shapes.network(await networks.network_of(tx, viewer, slug)))
