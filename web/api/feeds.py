"""A member's own feeds of networks that not everybody may read."""

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.errors import Invalid, SignInFirst
from chat.feeds import ADDRESSES
from chat.languages import _
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited
from web.feeds.routes import MADE


async def list_feeds(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        return json({"feeds": [shapes.feed(f) for f in await ADDRESSES.of(tx, viewer)]})


async def make_feed(request: Request) -> Response:
    """The address is told this once; one that was made before ends."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        slug = form.get("network")
        if not isinstance(slug, str) or not slug:
            raise Invalid("network", _("Say the network by its slug."))
        await limited(request, "feed-made", *MADE, who=viewer.id)
        network = await networks.network_of(tx, viewer, slug)
        made = await ADDRESSES.make(tx, viewer, network)
    return json({"id": made.id, "network": slug, "url": made.url}, 201)


async def end_feed(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await ADDRESSES.end(tx, viewer, request.path_params["id"])
    return Response(status_code=204)
