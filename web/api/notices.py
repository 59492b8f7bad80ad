"""A member's notices."""

from starlette.requests import Request
from starlette.responses import Response

from chat import notices
from chat.errors import Invalid
from chat.languages import _
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import moment_of, number


async def list_notices(request: Request) -> Response:
    """The newest first; `before` takes the turn of the last one to go on."""
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
        which, through, topic = form.get("id"), form.get("through"), form.get("topic")
        for field, value in (("id", which), ("through", through), ("topic", topic)):
            if value is not None and (type(value) is not int or not 0 < value < 2**63):
                raise Invalid(field, _("{called} must be a whole number.", called=field))
        if which is not None:
            await notices.open_notice(tx, viewer, which)
        elif topic is not None:
            await notices.read_topic(tx, viewer, topic)
        else:
            return json({"read_at": (await notices.read_through(tx, viewer, through)).isoformat()})
    return Response(status_code=204)


async def undo(request: Request) -> Response:
    """What was read all at once, at this `read_at`, is not."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        at = moment_of(form.get("read_at"), "read_at")
        if at is None:
            raise Invalid("read_at", _("Say when it was read."))
        await notices.unread_again(tx, viewer, at)
    return Response(status_code=204)
