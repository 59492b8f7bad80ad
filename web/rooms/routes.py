"""The room of a drop-in: one page from the day it is planned to the day it is history."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import agenda, discussions, dropins, networks
from chat.config import settings
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import Invalid
from chat.events import drop_in_stream, network_stream, topic_stream
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.discussions.marks import given_to
from web.discussions.routes import unnamed
from web.dropins.answering import coming
from web.edge import reading
from web.pages import page
from web.rooms.panels import panels
from web.rooms.video import embeddable

LATEST_TALK = 100


async def show(request: Request) -> Response:
    return await show_room(request, request.path_params["id"])


async def show_room(
    request: Request, drop_in_id: int, form: Mapping[str, Any] | None = None, error: Invalid | None = None
) -> Response:
    """The page; with what somebody typed and why it was refused."""
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, drop_in_id)
        network = await networks.network_by_id(tx, viewer, drop_in.network_id)
        context = await _context(tx, viewer, network, drop_in)
        streams = [topic_stream(drop_in.topic_id), network_stream(network.id)]
        if context["admitted"] and drop_in.opens_room:
            streams.append(drop_in_stream(drop_in.id))
        # Asked for, never by itself: what is embedded learns that its reader is here.
        embedded = embeddable(context["place_url"]) if "call" in request.query_params else None
        if embedded:
            request.scope["framed"] = embedded.origin
        return await page(
            request,
            tx,
            viewer,
            "rooms/room.html",
            {**context, "embedded": embedded},
            streams=streams,
            form=form,
            error=error,
        )


async def _context(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, drop_in: DropInSeen
) -> dict[str, Any]:
    topic = await discussions.topic_of(tx, viewer, drop_in.topic_id)
    posts = await discussions.latest_posts(tx, topic, LATEST_TALK)
    kept = await discussions.kept_from(tx, viewer.id if viewer else None, topic.id)
    admitted = network.role is not None and not kept.in_lobby
    hosting = network.may("run_drop_ins")
    shown = await panels(tx, viewer, network, drop_in)
    voted = [f"item-{id}" for id in await agenda.own_votes(tx, viewer, drop_in.id)]
    talks = drop_in.state == "live" or drop_in.over
    joins = network.role is not None or network.access == "open"
    return {
        "drop_in": drop_in,
        "network": network,
        "topic": topic,
        "posts": posts,
        "agenda": await agenda.agenda_of(tx, drop_in.id),
        "turns_at": drop_in.turns_at,
        "hosting": hosting,
        "admitted": admitted,
        "in_lobby": kept.in_lobby,
        "muted": kept.muted,
        "apart": await dropins.set_apart(tx, viewer, drop_in) if hosting else [],
        "may_write": viewer is not None and viewer.verified and joins and talks and not any(kept),
        "place_url": drop_in.place_url if admitted and drop_in.state == "live" else "",
        "can_embed": embeddable(drop_in.place_url) is not None and bool(settings().jitsi),
        **await unnamed(tx, viewer, network, topic.id, posts),
        "given": await given_to(tx, viewer, posts, own=await discussions.own_in(tx, viewer, topic.id)),
        "tends": False,
        **await coming(tx, viewer, network, drop_in),
        **shown,
        "mine": [*voted, *shown.get("mine", [])],
    }
