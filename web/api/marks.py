"""Reactions, earlier versions, answers, tags and polls of topics."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.db import Transaction
from chat.errors import Invalid, NotFound
from chat.languages import _
from chat.limits import POSTS, ROOM
from chat.members import Viewer
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.discussions.marks import number_before
from web.edge import limited

# Reactions


async def list_reactions(request: Request) -> Response:
    """Who reacted, and in `own` what you gave."""
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        given = await discussions.reactions_of(tx, viewer, post.id)
        own = [kind for _, kind in await discussions.own_reactions(tx, viewer, [post])]
        return json({"counts": post.reactions, "reactions": [shapes.reaction(r) for r in given], "own": own})


async def react(request: Request) -> Response:
    return await _reacted(request, discussions.react)


async def take_reaction_back(request: Request) -> Response:
    return await _reacted(request, discussions.take_reaction_back)


async def _reacted(request: Request, change: Any) -> Response:
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "react", *POSTS, who=viewer.id)
        await change(tx, viewer, request.path_params["id"], request.path_params["kind"])
        return json(shapes.post(await discussions.post_of(tx, viewer, request.path_params["id"])))


# Earlier versions


async def list_versions(request: Request) -> Response:
    """The latest first; `before` takes the rev of the last one to go on."""
    async with reading(request) as (tx, viewer):
        before = number_before(request)
        _post, versions, more = await discussions.history_of(tx, viewer, request.path_params["id"], before)
        return json({"versions": [shapes.version(v) for v in versions], "more": more})


async def remove_version(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.remove_revision(tx, viewer, request.path_params["id"], request.path_params["rev"])
    return Response(status_code=204)


async def restore_post(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.restore(tx, viewer, request.path_params["id"])
        return json(shapes.post(await discussions.post_of(tx, viewer, request.path_params["id"])))


# The answer


async def put_answer(request: Request) -> Response:
    form = await object_of(request)
    topic_id, said = request.path_params["id"], str(form.get("post"))
    async with writing(request) as (tx, viewer):
        if not said.isdecimal() or len(said) > 18:
            raise Invalid("post", _("Say the id of the post that answers."))
        if await discussions.solve(tx, viewer, int(said)) != topic_id:
            raise NotFound
        return json(shapes.topic(await discussions.topic_of(tx, viewer, topic_id)))


async def remove_answer(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.unsolve(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


# Tags


async def list_tags(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        return json({"tags": [t._asdict() for t in await discussions.tags_in(tx, network)]})


async def put_tags(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.change_tags(tx, viewer, request.path_params["id"], form.get("tags"))
        return json(shapes.topic(await discussions.topic_of(tx, viewer, request.path_params["id"])))


# Polls


async def show_poll(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
        return json(await _poll(tx, viewer, topic.id))


async def add_poll(request: Request) -> Response:
    form = await object_of(request)
    topic_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        await discussions.add_poll(tx, viewer, topic_id, form, op=form.get("op"))
        return json(await _poll(tx, viewer, topic_id), 201, {"location": f"/api/v1/topics/{topic_id}/poll"})


async def change_poll(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        if not isinstance(form.get("closed"), bool):
            raise Invalid("closed", _("Say true to close the poll, or false to open it again."))
        change = discussions.close_poll if form["closed"] else discussions.reopen_poll
        await change(tx, viewer, request.path_params["id"])
        return json(await _poll(tx, viewer, request.path_params["id"]))


async def remove_poll(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.remove_poll(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def vote(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "room", *ROOM, who=viewer.id)
        await discussions.vote_for(
            tx, viewer, request.path_params["id"], form.get("choices"), op=form.get("op")
        )
        return json(await _poll(tx, viewer, request.path_params["id"]))


async def _poll(tx: Transaction, viewer: Viewer | None, topic_id: int) -> dict[str, Any]:
    poll = (await discussions.polls_of_topics(tx, [topic_id])).get(topic_id)
    if poll is None:
        raise NotFound(_("There is no poll in this discussion."))
    own = await discussions.own_ballot(tx, viewer, poll)
    counts = poll.counts or (own.counts if own else None)
    return {**shapes.topic_poll(poll), "counts": counts, "own": own.choices if own else []}
