"""Series and drop-ins."""

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, networks
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
        admitted = network.role is not None
        return json(
            {
                "drop_ins": [
                    shapes.drop_in(d, admitted=admitted) for d in await dropins.upcoming_in(tx, network.id)
                ]
            }
        )


async def show_drop_in(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        return json(
            shapes.drop_in(drop_in, admitted=await networks.is_member(tx, viewer, drop_in.network_id))
        )
