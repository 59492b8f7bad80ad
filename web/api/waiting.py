"""What is unread and what is new to the token's member."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions
from chat.errors import Invalid
from chat.languages import _
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.discussions.reading import last_of, list_of, moment_of, network_asked
from web.edge import in_address, number


async def list_unread(request: Request) -> Response:
    return await _list(request, "unread")


async def list_new(request: Request) -> Response:
    return await _list(request, "new")


async def _list(request: Request, which: str) -> Response:
    """The most recently active first; `after` takes the `more` of the page before."""
    query = request.query_params
    limit = min(100, number(query.get("limit") or 30, field="limit"))
    async with reading(request) as (tx, viewer):
        network = await network_asked(request, tx, viewer)
        found = await discussions.waiting(
            tx, viewer, which, network and network.id, limit=limit, after=last_of(query.get("after"))
        )
    return json(
        {
            "topics": [{**shapes.topic(t), "read": t.read or 0} for t in found.topics],
            "unread": found.unread,
            "new": found.new,
            "until": shapes.time(found.latest),
            "more": in_address(found.more) or None,
        }
    )


async def mark_all(request: Request) -> Response:
    """All of a `list` (unread, new); of what was there `until` a moment, where it is said."""
    form = await object_of(request)
    which, until = list_of(form.get("list")), moment_of(form.get("until"), "until")
    async with writing(request) as (tx, viewer):
        network = await network_asked(request, tx, viewer)
        marked = await discussions.catch_up(tx, viewer, which, network and network.id, until=until)
    return json({"topics": marked.topics, "at": shapes.time(marked.at)})


async def take_back(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        at = moment_of(form.get("at"), "at")
        if at is None:
            raise Invalid("at", _("Say the moment at which they were marked as read."))
        return json({"topics": await discussions.undo(tx, viewer, at)})
