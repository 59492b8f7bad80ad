"""Files of posts."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, files, networks
from web.api import shapes
from web.api.edge import json, reading, writing
from web.edge import number
from web.files.giving import give
from web.files.taking import take_body


async def list_files(request: Request) -> Response:
    """Those of a network, the latest first; `before` takes the id of the last one to go on."""
    limit = min(100, number(request.query_params.get("limit") or 50, field="limit"))
    before = number(request.query_params.get("before"), least=0, field="before")
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        filed = await discussions.files_in(tx, network, limit=limit, before=before)
        return json({"files": [shapes.filed(each) for each in filed]})


async def send_file(request: Request) -> Response:
    """The body is the file itself, whatever its content type says; `name` what it is called."""
    async with writing(request) as (tx, viewer):  # before anything large is read
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        viewer = await files.must_send(tx, viewer, network)
    file = await take_body(request, viewer, network)
    return json(shapes.file(file), 201, {"location": f"/api/v1/files/{file.id}"})


async def show_file(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return json(shapes.file((await files.file_of(tx, viewer, request.path_params["id"])).file))


async def give_file(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        found = await files.file_of(tx, viewer, request.path_params["id"])
    return await give(request, found)


async def throw_away(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await files.throw_away(tx, viewer, request.path_params["id"])
    return Response(status_code=204)
