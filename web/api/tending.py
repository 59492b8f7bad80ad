"""Looking after topics and posts: what hosts do, and what members flag."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.errors import Invalid, NotFound
from chat.languages import _
from chat.limits import FLAGS
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.discussions.tending import change
from web.edge import limited, number


async def tend(request: Request) -> Response:
    """`act`: pin, unpin, lock, unlock, restore, or slow with `seconds`."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await change(tx, viewer, request.path_params["id"], form.get("act"), form.get("seconds"))
        return json(shapes.topic(await discussions.topic_of(tx, viewer, request.path_params["id"])))


async def rename(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.rename(tx, viewer, request.path_params["id"], form.get("title"))
        return json(shapes.topic(await discussions.topic_of(tx, viewer, request.path_params["id"])))


async def hide_topic(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.hide_topic(tx, viewer, request.path_params["id"], form.get("why"))
        return json(shapes.topic(await discussions.topic_of(tx, viewer, request.path_params["id"])))


async def move(request: Request) -> Response:
    """`network`: the slug of the one it goes to."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.move(tx, viewer, request.path_params["id"], str(form.get("network") or ""))
        return json(shapes.topic(await discussions.topic_of(tx, viewer, request.path_params["id"])))


async def split(request: Request) -> Response:
    """`title` of the new topic, and the ids of the `posts` that go there, with their answers."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        posts = form.get("posts")
        if not isinstance(posts, list) or not all(type(id) is int and 0 < id < 10**18 for id in posts):
            raise Invalid("posts", _("Say the ids of the posts that go."))
        made = await discussions.split(
            tx, viewer, request.path_params["id"], form.get("title"), posts, op=form.get("op")
        )
        topic = shapes.topic(await discussions.topic_of(tx, viewer, made["id"]))
    return json(topic, 201, {"location": f"/api/v1/topics/{made['id']}"})


async def merge(request: Request) -> Response:
    """`into`: the id of the topic that takes the posts of this one."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        into = await discussions.merge(tx, viewer, request.path_params["id"], form.get("into"))
        return json(shapes.topic(await discussions.topic_of(tx, viewer, into)))


async def hide(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.hide(tx, viewer, request.path_params["id"], form.get("why"))
        return json(shapes.post(await discussions.post_of(tx, viewer, request.path_params["id"])))


async def word(request: Request) -> Response:
    """For its author and the hosts: a hidden post's text, why it is hidden, and what hosts have said about it."""
    async with reading(request) as (tx, viewer):
        kept = await discussions.kept_post(tx, viewer, request.path_params["id"])
        return json(shapes.kept_post(kept))


async def flag(request: Request) -> Response:
    """`reason`: personal, unsafe, abuse, spam, off_topic or else; `note`: a few words."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "flag", *FLAGS, who=viewer.id)
        await discussions.flag(
            tx, viewer, request.path_params["id"], form.get("reason"), form.get("note") or ""
        )
    return Response(status_code=204)


async def list_flags(request: Request) -> Response:
    """What waits for a host; with `settled`, what hosts have dealt with, where `before` goes on after an id."""
    query = request.query_params
    before = number(query.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        found = (
            await discussions.settled_concerns(tx, viewer, network, before=before)
            if "settled" in query
            else await discussions.waiting_concerns(tx, viewer, network)
        )
        return json({"flags": [shapes.concern(c) for c in found]})


async def show_flag(request: Request) -> Response:
    """One's own flag, and what became of it; or, for a host, all flags on the post."""
    concern_id = request.path_params["id"]
    async with reading(request) as (tx, viewer):
        try:
            return json(shapes.own_flag(await discussions.own_flag(tx, viewer, concern_id)))
        except NotFound:
            return json(shapes.concern(await discussions.concern_of(tx, viewer, concern_id)))


async def claim(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.claim(tx, viewer, request.path_params["id"])
        return json(shapes.concern(await discussions.concern_of(tx, viewer, request.path_params["id"])))


async def release(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.release(tx, viewer, request.path_params["id"])
        return json(shapes.concern(await discussions.concern_of(tx, viewer, request.path_params["id"])))


async def settle(request: Request) -> Response:
    """`act`: hide, remove, lock, warn or dismiss; `word` for the author, `answer` for those who flagged it."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.settle(
            tx, viewer, request.path_params["id"], form.get("act"), form.get("word") or "", form.get("answer") or ""
        )  # fmt: skip
        return json(shapes.concern(await discussions.concern_of(tx, viewer, request.path_params["id"])))
