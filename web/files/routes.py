"""Files: sent by a page's script, given to their readers, thrown away before they were attached."""

from starlette.requests import Request
from starlette.responses import Response

from chat import files, networks
from web.api import shapes
from web.api.edge import json
from web.edge import form_of, must_be_ours, reading, writing
from web.files.giving import give
from web.files.taking import take_body


async def send(request: Request) -> Response:
    """The body is the file itself; the form's token stands in a header, and the name in the address."""
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        viewer = await files.must_send(tx, viewer, network)
    await must_be_ours(request, {"csrf": request.headers.get("x-csrf", "")})
    return json(shapes.file(await take_body(request, viewer, network)), 201)


async def show(request: Request) -> Response:
    """The name in the address is for people; the number is what counts."""
    async with reading(request) as (tx, viewer):
        found = await files.file_of(tx, viewer, request.path_params["id"])
    return await give(request, found)


async def throw_away(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await files.throw_away(tx, viewer, request.path_params["id"])
    return Response(status_code=204)
