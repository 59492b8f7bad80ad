"""Who wrote an anonymous post: hosts ask, agree and look."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.limits import UNMASKINGS
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited


async def of_network(request: Request) -> Response:
    """What waits for a second host."""
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        waiting = await discussions.open_unmaskings(tx, viewer, network)
        return json({"unmaskings": [shapes.unmasking(u) for u in waiting]})


async def of_post(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        asked = await discussions.unmaskings_of(tx, viewer, request.path_params["id"])
        return json({"unmaskings": [shapes.unmasking(u) for u in asked]})


async def ask(request: Request) -> Response:
    form = await object_of(request)
    post_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "unmask", *UNMASKINGS, who=viewer.id)
        made = await discussions.ask_to_unmask(tx, viewer, post_id, form.get("reason"))
        asked = await discussions.unmaskings_of(tx, viewer, post_id)
    return json(shapes.unmasking(next(u for u in asked if u.id == made)), 201)


async def agree(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.agree_to_unmask(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def decline(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.decline_to_unmask(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def reveal(request: Request) -> Response:
    """By POST, since each look is recorded."""
    async with writing(request) as (tx, viewer):
        author = await discussions.unmask(tx, viewer, request.path_params["id"])
    return json({"author": shapes.author(author)})
