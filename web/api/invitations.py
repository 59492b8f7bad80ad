"""The invitations of a network in JSON: beside inviting and accepting (people.py), the list and what is done to one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.errors import Invalid, SignInFirst
from chat.languages import _
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited, number


async def index(request: Request) -> Response:
    query = request.query_params
    limit = min(200, number(query.get("limit") or 100, field="limit"))
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        found = await networks.invitations_of(
            tx,
            viewer,
            network,
            state=query.get("state", ""),
            search=query.get("q", "")[:254],
            before=number(query.get("before"), least=0, field="before") or None,
            limit=limit + 1,
        )
    more = found[limit - 1].id if len(found) > limit else None
    return json({"invitations": [shapes.invitation_seen(i) for i in found[:limit]], "before": more})


async def resend(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "invite", 200, 3600, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.resend(tx, viewer, network, request.path_params["id"])
    return Response(status_code=204)


async def link(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "invite", 200, 3600, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        offer = await networks.another_link(tx, viewer, network, request.path_params["id"])
    return json(shapes.invitation(offer), 201)


async def revoke(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.revoke(tx, viewer, network, request.path_params["id"])
    return Response(status_code=204)


async def draft_list(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.must_have(tx, viewer, network.id, "manage_invitations")
    await limited(request, "many", 20, 3600, who=viewer.id)
    form = await object_of(request)
    if not isinstance(given := form.get("list"), str):
        raise Invalid("list", _("The list must be text."))
    entries = await networks.read_list(given)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        batch_id = await networks.draft_list(tx, viewer, network, entries, form)
        batch = await networks.list_of(tx, viewer, network, batch_id)
    return json(
        shapes.invitation_list(batch),
        201,
        {"location": f"/api/v1/networks/{network.slug}/invitations/many/{batch_id}"},
    )


async def show_list(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        batch = await networks.list_of(tx, viewer, network, request.path_params["id"])
        return json(shapes.invitation_list(batch))


async def lines(request: Request) -> Response:
    query = request.query_params
    limit = min(1000, number(query.get("limit") or 100, field="limit"))
    after = number(query.get("after"), least=0, field="after")
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        batch = await networks.list_of(tx, viewer, network, request.path_params["id"])
        found = await networks.lines_of(
            tx, batch, verdict=query.get("verdict", ""), after=after, limit=limit + 1
        )
    more = found[limit - 1].number if len(found) > limit else None
    return json({"lines": [shapes.list_line(line) for line in found[:limit]], "after": more})


async def confirm_list(request: Request) -> Response:
    return await _act(request, networks.confirm_list)


async def stop_list(request: Request) -> Response:
    return await _act(request, networks.stop_list)


async def go_on_with_list(request: Request) -> Response:
    return await _act(request, networks.go_on_with_list)


async def discard_list(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.discard_list(tx, viewer, network, request.path_params["id"])
    return Response(status_code=204)


async def _act(request: Request, verb: Any) -> Response:
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await verb(tx, viewer, network, request.path_params["id"])
        batch = await networks.list_of(tx, viewer, network, request.path_params["id"])
        return json(shapes.invitation_list(batch))
