"""Drafts, previews and suggestions: what helps to write."""

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.errors import SignInFirst
from chat.limits import DRAFTS, PREVIEWS, SUGGESTIONS
from web.api.edge import json, object_of, reading, writing
from web.discussions.composing import draft_shape, place_of
from web.edge import limited


async def preview(request: Request) -> Response:
    """The HTML that a text would be shown as in this network; nothing is written."""
    form = await object_of(request)
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        await limited(request, "preview", *PREVIEWS, who=viewer.id)
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        drawn = await discussions.draw(tx, network.id, discussions.clean_body(form.get("body")))
    return json({"html": drawn.html})


async def suggest(request: Request) -> Response:
    """`members` and `topics` that a text may name in this network, by the words `q`."""
    words = request.query_params.get("q", "")
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        if viewer:
            await limited(request, "suggestions", *SUGGESTIONS, who=viewer.id)
        members = await discussions.members_like(tx, viewer, network, words)
        topics = await discussions.topics_like(tx, viewer, network, words)
    return json(
        {
            "members": [{"handle": m.key, "name": m.name, "organisation": m.about} for m in members],
            "topics": [{"id": int(t.key), "title": t.name, "network": t.about} for t in topics],
        }
    )


async def list_drafts(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drafts = await discussions.drafts_of(tx, viewer)
    return json({"drafts": [draft_shape(d) for d in drafts]})


async def keep_draft(request: Request) -> Response:
    """The draft of a place: `topic` and perhaps `parent`, or the slug of a `network`. An empty text discards it."""
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "draft", *DRAFTS, who=viewer.id)
        place = await place_of(tx, viewer, form)
        draft = await discussions.keep_draft(
            tx,
            viewer,
            place,
            form.get("title"),
            form.get("body"),
            anonymous=form.get("anonymous"),
            rev=form.get("rev"),
        )
    return json(draft_shape(draft)) if draft else Response(status_code=204)


async def discard_draft(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await discussions.discard_draft(tx, viewer, request.path_params["id"])
    return Response(status_code=204)
