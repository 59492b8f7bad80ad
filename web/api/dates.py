"""Series and drop-ins."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, networks
from chat.db import Transaction
from chat.members import Viewer
from web.api import shapes
from web.api.edge import json, object_of, reading, writing


async def list_series(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        return json({"series": [shapes.series(s) for s in await dropins.series_in(tx, network)]})


async def schedule(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        series_id = await dropins.schedule(tx, viewer, network, form)
        made = next(s for s in await dropins.series_in(tx, network) if s.id == series_id)
    return json(shapes.series(made), 201)


async def list_drop_ins(request: Request) -> Response:
    """Those that are open or to come, the next one first."""
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        coming = await dropins.upcoming_in(tx, network.id)
        admitted = await dropins.admitted_to(tx, viewer, [d.id for d in coming])
        return json({"drop_ins": [shapes.drop_in(d, admitted=d.id in admitted) for d in coming]})


async def show_drop_in(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        admitted = await dropins.admitted_to(tx, viewer, [drop_in.id])
        return json(shapes.drop_in(drop_in, admitted=drop_in.id in admitted))


async def list_apart(request: Request) -> Response:
    """For hosts: who is muted in its talk, or in its lobby."""
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        return json({"people": [shapes.apart(one) for one in await dropins.set_apart(tx, viewer, drop_in)]})


def _about(
    verb: Callable[[Transaction, Viewer | None, int, object], Awaitable[None]],
) -> Callable[[Request], Awaitable[Response]]:
    async def act(request: Request) -> Response:
        async with writing(request) as (tx, viewer):
            await verb(tx, viewer, request.path_params["id"], request.path_params["handle"])
        return Response(status_code=204)

    return act


mute = _about(dropins.mute)
unmute = _about(dropins.unmute)
send_to_lobby = _about(dropins.send_to_lobby)
let_in = _about(dropins.let_in)
