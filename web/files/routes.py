"""Files: sent by a page's script, given to their readers, thrown away before they were attached."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, files, networks
from web.api import shapes
from web.api.edge import json
from web.edge import form_of, must_be_ours, number, reading, writing
from web.files.giving import give
from web.files.taking import take_body
from web.pages import page

A_PAGE = 50


async def index(request: Request) -> Response:
    before = number(request.query_params.get("before"), least=0, field="before")
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        filed = await discussions.files_in(tx, network, limit=A_PAGE + 1, before=before)
        context = {
            "network": network,
            "filed": filed[:A_PAGE],
            "more": len(filed) > A_PAGE,
            "earlier": before > 0,
        }
        return await page(request, tx, viewer, "files/index.html", context)


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
