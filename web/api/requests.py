"""Requests to join: one's own, and the queue of a network's hosts."""

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.errors import Invalid, SignInFirst
from chat.languages import _
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited, number


async def ask(request: Request) -> Response:
    form = await object_of(request)
    answers = form.get("answers", [])
    if not isinstance(answers, list):
        raise Invalid("answers", _("Send the answers as a list, one for each question of the network."))
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "ask", 20, 3600, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        made = await networks.ask(tx, viewer, network, answers)
    return json(shapes.own_request(made), 201, {"location": f"/api/v1/networks/{network.slug}/request"})


async def show_own(request: Request) -> Response:
    """One's latest request, what the network asks, and why one can't ask now."""
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        if viewer is None:
            raise SignInFirst
        standing = await networks.standing_of(tx, viewer, network)
        made = standing.request and shapes.own_request(standing.request)
        return json({"request": made, "questions": standing.questions, "refusal": standing.refusal})


async def withdraw(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.withdraw(tx, viewer, network)
    return Response(status_code=204)


async def list_requests(request: Request) -> Response:
    """Those that wait, the oldest first; `after` is the id of the last one that the client has."""
    limit = min(100, number(request.query_params.get("limit") or 50, field="limit"))
    after = number(request.query_params.get("after"), least=0, field="after")
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        waiting = await networks.requests_to(tx, viewer, network, after=after, limit=limit)
        return json({"requests": [shapes.request(r) for r in waiting], "total": network.requests})


async def decide(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        request_id = request.path_params["id"]
        await networks.decide(tx, viewer, network, request_id, form)
        decided = await networks.request_to(tx, viewer, network, request_id)
    return json(shapes.request(decided))
