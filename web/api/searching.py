"""Searching, and going somewhere by the beginning of its name."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions
from chat.discussions import BEST, NEWEST
from chat.fields import one_of
from chat.languages import _
from chat.limits import JUMPS, SEARCHES
from web.api import shapes
from web.api.edge import json, reading
from web.edge import limited, number


async def search(request: Request) -> Response:
    """Posts by their words and by operators; `after` takes the `more` of the answer before."""
    query = request.query_params
    limit = min(100, number(query.get("limit") or 20, field="limit"))
    order = one_of("order", query.get("order") or BEST, (BEST, NEWEST), called=_("The order"))
    async with reading(request) as (tx, viewer):
        await limited(request, "search", *SEARCHES, who=viewer and viewer.id)
        found = await discussions.search(
            tx,
            viewer,
            query.get("q", ""),
            typing=bool(query.get("typing")),
            order=order,
            limit=limit,
            after=query.get("after"),
        )
        return json(shapes.found(found))


async def jump(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        await limited(request, "jump", *JUMPS, who=viewer and viewer.id)
        places = await discussions.places_to_go(tx, viewer, request.query_params.get("q", ""))
        return json(shapes.places(places))
