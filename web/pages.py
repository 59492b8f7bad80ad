"""Pages: one Jinja environment, what every page shows around its content, and the cursors it carries."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import msgspec
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chat import clock, discussions, dropins, networks, notices
from chat.config import settings
from chat.db import Reader
from chat.errors import Invalid, in_words
from chat.events import member_stream, network_stream
from chat.members import COUNTRIES, Viewer
from chat.members.passwords import SHORTEST
from chat.networks import OwnNetwork
from chat.realtime import log as event_log
from web.assets import assets
from web.dropins.wording import rule_in_words
from web.edge import csrf_of

FOLLOWED_NETWORKS = 40  # of a member's own, for the banners on every page


class Around(NamedTuple):
    """The viewer's own networks, what is open in them, and where the streams stand that a page follows."""

    own: list[OwnNetwork]
    live: list[dropins.DropInSeen]
    standing: event_log.Standing | None


async def page(
    request: Request,
    tx: Reader,
    viewer: Viewer | None,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    streams: list[str] | None = None,
    around: Around | None = None,
    error: Invalid | None = None,
    form: Mapping[str, Any] | None = None,
) -> Response:
    """A whole page. `streams` are what it follows live, from the position that this same snapshot sees; `around` is
    given where somebody has asked for it already."""
    own, live, standing = around or await surroundings(tx, viewer, streams or [])
    shell = {
        "viewer": viewer,
        "csrf": csrf_of(request) if viewer else "",
        "path": request.url.path,
        "nonce": request.scope.get("nonce", ""),
        "own_networks": own,
        "live_now": live,
        "unread": await notices.unread(tx, viewer),
        "cursors": cursors(standing, [*(streams or []), *_streams_of(viewer, own)]),
        "error": error,
        "form": Typed(form or {}),
    }
    network = (context or {}).get("network")
    if network and network.may("moderate"):
        waiting = await discussions.flags_waiting(tx, [network.id])
        shell["flags"] = waiting.get(network.id, 0)
    html = environment.get_template(template).render({**shell, **(context or {})})
    return HTMLResponse(html, 422 if error else status, headers=headers)


class Typed(dict[str, Any]):
    """What somebody typed into a form, for the page that gives it back; fields not typed are empty."""

    def __missing__(self, name: str) -> str:
        return ""


def bare(template: str, context: Mapping[str, Any], status: int) -> Response:
    """A page that needs nothing but itself."""
    return HTMLResponse(environment.get_template(template).render(context), status)


async def surroundings(tx: Reader, viewer: Viewer | None, streams: list[str]) -> Around:
    """What stands around a page that follows these streams."""
    own, live = await dropins.surroundings(tx, viewer)
    followed = [*streams, *_streams_of(viewer, own)]
    return Around(own, live, await event_log.standing(tx, followed) if followed else None)


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


def fragment(template: str, **context: Any) -> str:
    """A partial that is the same for every reader: the page's, the fragment's and the frame's."""
    return environment.get_template(template).render(context)


def moment(at: datetime | None, style: str = "when") -> Markup:
    """A time that the page's script shows in the reader's zone; without it, in UTC."""
    if at is None:
        return Markup("")
    plain = f"{at.day} {at:%b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}" data-time="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), style, plain
    )


def initials(name: str) -> str:
    words = [word for word in re.split(r"[\s\-]+", name) if word[:1].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def hue(handle: str) -> int:
    """A stable colour of an avatar: one of twelve."""
    return sum(handle.encode()) % 12


def counted(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def duration(span: timedelta) -> str:
    """As 5 minutes, 3 hours or 4 days."""
    seconds = round(span.total_seconds())
    return in_words(seconds) if seconds < 48 * 3600 else f"{round(seconds / 86400)} days"


def short(n: int) -> str:
    """35214 as 35.2k."""
    return str(n) if n < 1000 else f"{n / 1000:.1f}k".replace(".0k", "k")


def marked(snippet: str) -> Markup:
    """A search's snippet, escaped, with what matched marked."""
    return Markup(str(escape(snippet)).replace("\ue000", "<mark>").replace("\ue001", "</mark>"))  # noqa: S704 - escaped first


def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals |= {
        "hub": settings, "asset": assets.url, "countries": COUNTRIES, "now": clock.now, "may_found": networks.may_found,
        "kinds": discussions.KINDS, "may_be_restored": discussions.may_be_restored,
        "shortest_password": SHORTEST,
    }  # fmt: skip
    env.filters |= {
        "moment": moment,
        "initials": initials,
        "hue": hue,
        "short": short,
        "marked": marked,
        "counted": counted,
        "duration": duration,
        "span": in_words,
        "rule": rule_in_words,
    }
    return env


environment = _environment()
