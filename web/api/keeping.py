"""Bookmarks, and how closely one follows a topic."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import moment_of, number


async def list_bookmarks(request: Request) -> Response:
    """The latest first; `before` takes the `saved_at` of the last one to go on."""
    query = request.query_params
    limit = min(100, number(query.get("limit") or 30, field="limit"))
    async with reading(request) as (tx, viewer):
        found = await discussions.bookmarks_of(tx, viewer, limit=limit, before=moment_of(query.get("before")))
        return json({"bookmarks": [shapes.kept(each) for each in found]})


async def keep(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        kept = await discussions.keep(tx, viewer, request.path_params["id"], form)
        return json(shapes.bookmark(kept))


async def let_go(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.let_go(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def show_following(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return json(shapes.following(await discussions.following_of(tx, viewer, request.path_params["id"])))


async def follow(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        return json(shapes.following(await discussions.follow(tx, viewer, request.path_params["id"], form)))
