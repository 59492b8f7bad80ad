"""A member's notices."""

from starlette.requests import Request
from starlette.responses import Response

from chat import notices
from chat.errors import Invalid
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import number


async def list_notices(request: Request) -> Response:
    """The newest first; `before` takes the id of the last one to go on."""
    query = request.query_params
    limit = min(100, number(query.get("limit") or 50, field="limit"))
    before = number(query.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        found = await notices.notices_of(tx, viewer, limit=limit, before=before)
        return json(
            {"notices": [shapes.notice(n) for n in found], "unread": await notices.unread(tx, viewer)}
        )


async def mark_read(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        which, through = form.get("id"), form.get("through")
        for field, value in (("id", which), ("through", through)):
            if value is not None and (type(value) is not int or not 0 < value < 2**63):
                raise Invalid(field, "Say the id of a notice.")
        if which is None:
            await notices.read_through(tx, viewer, through)
        else:
            await notices.open_notice(tx, viewer, which)
    return Response(status_code=204)
