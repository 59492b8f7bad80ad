"""Topics and posts."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.errors import Invalid
from chat.events import topic_stream
from chat.languages import _
from chat.limits import POSTS
from chat.realtime import log as event_log
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import before_of, limited, number
from web.house import house_of


async def list_topics(request: Request) -> Response:
    """The pinned ones, then the most recently active first; `before` takes the last_post_at of the last one to go on,
    `tag` narrows it."""
    limit = min(100, number(request.query_params.get("limit") or 30, field="limit"))
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        before, tag = before_of(request.query_params.get("before")), request.query_params.get("tag") or None
        topics = await discussions.topics_in(tx, viewer, network.id, limit=limit, before=before, tag=tag)
        if before is None and tag is None:
            topics = await discussions.pinned_topics(tx, viewer, network.id) + topics
        return json({"topics": [shapes.topic(t) for t in topics]})


async def start_topic(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "post", *POSTS, who=viewer.id)
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        made = await discussions.start_topic(
            tx,
            viewer,
            network,
            form.get("title"),
            form.get("body"),
            anonymous=form.get("anonymous"),
            tags=form.get("tags"),
            poll=_poll(form.get("poll")),
            attached=form.get("files"),
            op=form.get("op"),
        )
        topic = shapes.topic(await discussions.topic_of(tx, viewer, made["id"]))
    return json({**topic, "post": made["post"]}, 201, {"location": f"/api/v1/topics/{made['id']}"})


async def show_topic(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return json(shapes.topic(await discussions.topic_of(tx, viewer, request.path_params["id"])))


async def list_posts(request: Request) -> Response:
    """In the order they were written; `after` is the number of the last one that the client has.

    The cursor and the posts come from one snapshot, so a socket that subscribes from it misses nothing. `own` are
    those of the posts that you wrote although they don't say so, `reacted` your reactions to them.
    """
    limit = min(200, number(request.query_params.get("limit") or 50, field="limit"))
    after = number(request.query_params.get("after"), least=0, field="after")
    async with reading(request) as (tx, viewer):
        topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
        posts = await discussions.posts_after(tx, topic, after, limit)
        position = await event_log.position(tx, topic_stream(topic.id))
        assert position is not None
        return json(
            {
                "posts": [shapes.post(p) for p in posts],
                "own": await discussions.own_among(tx, viewer, posts),
                "reacted": [
                    {"post": post, "kind": kind}
                    for post, kind in await discussions.own_reactions(tx, viewer, posts)
                ],
                "more": bool(posts) and posts[-1].number < topic.post_count,
                "cursor": {"s": topic_stream(topic.id), "e": position.epoch, "q": position.head},
            }
        )


async def reply(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "post", *POSTS, who=viewer.id)
        made = await discussions.reply(
            tx,
            viewer,
            request.path_params["id"],
            form.get("body"),
            parent=form.get("parent"),
            anonymous=form.get("anonymous"),
            attached=form.get("files"),
            op=form.get("op"),
        )
    async with house_of(
        request
    ).db.look() as tx:  # others who write there wait for our commit, not for our answer
        post = shapes.post((await discussions.posts_by_id(tx, [made["id"]]))[made["id"]])
    return json(post, 201, {"location": f"/api/v1/posts/{made['id']}"})


async def show_post(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return json(shapes.post(await discussions.post_of(tx, viewer, request.path_params["id"])))


async def edit_post(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.edit(tx, viewer, request.path_params["id"], form.get("body"), form.get("files"))
        return json(shapes.post(await discussions.post_of(tx, viewer, request.path_params["id"])))


async def remove_post(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.remove(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def mark_read(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        read = form.get("number")
        if not isinstance(read, int):
            raise Invalid("number", _("Say the number of the last post that was read."))
        await discussions.mark_read(tx, viewer, request.path_params["id"], read)
    return Response(status_code=204)


def _poll(given: object) -> dict[str, Any] | None:
    if given is not None and not isinstance(given, dict):
        raise Invalid("poll", _("Say the poll as an object with its question and options."))
    return given or None
