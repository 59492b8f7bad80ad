"""Who may speak at a drop-in, and who is in its lobby: for hosts."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins
from chat.db import Transaction
from chat.members import Viewer
from web.api import shapes
from web.api.edge import json, reading, writing


async def list_apart(request: Request) -> Response:
    """Who is muted in its talk, or in its lobby."""
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        return json({"people": [shapes.apart(one) for one in await dropins.set_apart(tx, viewer, drop_in)]})


def about(
    verb: Callable[[Transaction, Viewer | None, int, object], Awaitable[None]],
) -> Callable[[Request], Awaitable[Response]]:
    """A route by which a host does something about one member."""

    async def act(request: Request) -> Response:
        async with writing(request) as (tx, viewer):
            await verb(tx, viewer, request.path_params["id"], request.path_params["handle"])
        return Response(status_code=204)

    return act


mute = about(dropins.mute)
unmute = about(dropins.unmute)
send_to_lobby = about(dropins.send_to_lobby)
let_in = about(dropins.let_in)
