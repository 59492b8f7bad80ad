"""A network's settings and its picture."""

from starlette.requests import Request
from starlette.responses import Response

from chat import networks, pictures
from web.api import shapes
from web.api.edge import json, reading, writing
from web.edge import limited
from web.networks.settings import PICTURES, picture_answer


async def show_settings(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        return json(shapes.shape(await networks.shape_of(tx, viewer, network)))


async def show_picture(request: Request) -> Response:
    async with reading(request) as visit:
        return await picture_answer(request, visit)


async def put_picture(request: Request) -> Response:
    """The body is the file itself, whatever its content type says."""
    async with writing(request) as (tx, viewer):  # before anything large is read
        assert viewer is not None
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.shape_of(tx, viewer, network)
        await limited(request, "picture", *PICTURES, who=viewer.id)
    webp = await pictures.square(await request.body())
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.put_picture(tx, viewer, network, webp)
    return Response(status_code=204)


async def remove_picture(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.remove_picture(tx, viewer, network)
    return Response(status_code=204)
