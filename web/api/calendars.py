"""A member's own calendar feeds."""

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.calendars import ADDRESSES
from chat.errors import Invalid, SignInFirst
from chat.languages import _
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.calendars.routes import MADE
from web.edge import limited


async def list_feeds(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        return json({"calendars": [shapes.feed(f) for f in await ADDRESSES.of(tx, viewer)]})


async def make_feed(request: Request) -> Response:
    """The address is told this once; one that was made before ends."""
    form = await object_of(request)
    slug = form.get("network")
    if slug is not None and not isinstance(slug, str):
        raise Invalid("network", _("Say the network by its slug, or leave it out."))
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "calendar-made", *MADE, who=viewer.id)
        network = await networks.network_of(tx, viewer, slug) if slug else None
        made = await ADDRESSES.make(tx, viewer, network)
    return json({"id": made.id, "network": slug or None, "url": made.url, "webcal": made.webcal}, 201)


async def end_feed(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await ADDRESSES.end(tx, viewer, request.path_params["id"])
    return Response(status_code=204)
