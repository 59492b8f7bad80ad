"""The room of a drop-in: one page from the day it is planned to the day it is history."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, dropins, networks
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import Invalid
from chat.events import drop_in_stream, network_stream, topic_stream
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.discussions.routes import unnamed
from web.edge import reading
from web.pages import page
from web.rooms.panels import panels

LATEST_TALK = 100


async def show(
    request: Request, form: Mapping[str, Any] | None = None, error: Invalid | None = None
) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        network = await networks.network_by_id(tx, viewer, drop_in.network_id)
        streams = [topic_stream(drop_in.topic_id), network_stream(network.id)]
        if network.role and drop_in.opens_room:
            streams.append(drop_in_stream(drop_in.id))
        context = await _context(tx, viewer, network, drop_in)
        return await page(
            request, tx, viewer, "rooms/room.html", context, streams=streams, form=form, error=error
        )


async def _context(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, drop_in: DropInSeen
) -> dict[str, Any]:
    topic = await discussions.topic_of(tx, viewer, drop_in.topic_id)
    posts = await discussions.latest_posts(tx, topic, LATEST_TALK)
    shown = await panels(tx, viewer, network, drop_in)
    joins = network.role is not None or network.access == "open"
    talks = drop_in.state == "live" or drop_in.over
    return {
        "drop_in": drop_in,
        "network": network,
        "topic": topic,
        "posts": posts,
        "turns_at": drop_in.turns_at,
        "hosting": network.may("run_drop_ins"),
        "in_lobby": False,
        "muted": False,
        "may_write": viewer is not None and viewer.verified and joins and talks,
        "place_url": drop_in.place_url if network.role and drop_in.state == "live" else "",
        **await unnamed(tx, viewer, network, topic.id, posts),
        **shown,
        "mine": shown.get("mine", []),
    }
