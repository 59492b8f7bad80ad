"""What hosts do about who speaks in a room, and who is in it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins
from chat.db import Transaction
from chat.errors import Invalid
from chat.members import Viewer
from web.edge import form_of, see, writing
from web.rooms.agenda import refused


def about(
    verb: Callable[[Transaction, Viewer | None, int, object], Awaitable[None]],
) -> Callable[[Request], Awaitable[Response]]:
    """A route by which a host does something about one member."""

    async def act(request: Request) -> Response:
        form, drop_in_id = await form_of(request), request.path_params["id"]
        try:
            async with writing(request) as (tx, viewer):
                await verb(tx, viewer, drop_in_id, form.get("handle"))
        except Invalid as error:
            return await refused(request, drop_in_id, form, error)
        return see(f"/drop-ins/{drop_in_id}")

    return act


mute = about(dropins.mute)
unmute = about(dropins.unmute)
send_to_lobby = about(dropins.send_to_lobby)
let_in = about(dropins.let_in)
