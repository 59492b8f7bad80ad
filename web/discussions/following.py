"""How closely one follows a topic."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, notices
from web.edge import form_of, see, writing


async def choose(request: Request) -> Response:
    form = await form_of(request)
    topic_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        await discussions.follow(tx, viewer, topic_id, form)
    return see(f"/topics/{topic_id}")


async def hear(request: Request) -> Response:
    """By beacon, when somebody has the topic before them: what they were told of it is read."""
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await notices.read_topic(tx, viewer, request.path_params["id"])
    return Response(status_code=204)
