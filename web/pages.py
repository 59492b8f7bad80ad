"""Pages: what every page shows around its content, and the cursors it carries."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chat import notices
from chat.db import Glance
from chat.errors import Invalid
from chat.events import member_stream, network_stream
from chat.members import Viewer
from chat.networks import OwnNetwork
from chat.realtime import log as event_log
from web.edge import csrf_of
from web.templates import template_of

FOLLOWED_NETWORKS = 40  # of a member's own, for the banners on every page


async def page(
    request: Request,
    tx: Glance,
    viewer: Viewer | None,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    streams: list[str] | None = None,
    around: notices.Around | None = None,
    error: Invalid | None = None,
    form: Mapping[str, Any] | None = None,
) -> Response:
    """A whole page. `streams` are what it follows live, from the position that this same snapshot sees; `around` is
    given where somebody has asked for it already."""
    own, live, unread, flags, standing = around or await notices.surroundings(tx, viewer, streams or [])
    shell = {
        "viewer": viewer,
        "csrf": csrf_of(request) if viewer else "",
        "path": request.url.path,
        "nonce": request.scope.get("nonce", ""),
        "own_networks": own,
        "live_now": live,
        "unread": unread,
        "cursors": cursors(standing, [*(streams or []), *_streams_of(viewer, own)]),
        "error": error,
        "form": Typed(form or {}),
    }
    network = (context or {}).get("network")
    shell["beside"] = network.slug if network else ""
    if network and network.may("moderate"):
        shell["flags"] = flags.get(network.id, 0)
    html = template_of(template).render({**shell, **(context or {})})
    return HTMLResponse(html, 422 if error else status, headers=headers)


class Typed(dict[str, Any]):
    """What somebody typed into a form, for the page that gives it back; fields not typed are empty."""

    def __missing__(self, name: str) -> str:
        return ""


def bare(template: str, context: Mapping[str, Any], status: int) -> Response:
    """A page that needs nothing but itself."""
    return HTMLResponse(template_of(template).render(context), status)


def _streams_of(viewer: Viewer | None, own: list[OwnNetwork]) -> list[str]:
    """What every page of a member follows."""
    if viewer is None:
        return []
    return [*(network_stream(n.id) for n in own[:FOLLOWED_NETWORKS]), member_stream(viewer.id)]


def cursors(standing: event_log.Standing | None, streams: list[str]) -> str:
    """Where the page stands, for the socket to go on from: JSON of subscriptions (docs/live.md)."""
    if standing is None:
        return "[]"
    epoch, heads = standing
    return msgspec.json.encode(
        [{"s": s, "e": epoch, "q": heads[s].head} for s in dict.fromkeys(streams) if s in heads]
    ).decode()
