"""What is new and what is unread: the lists, and marking as read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import clock, discussions, networks
from chat.db import Transaction
from chat.discussions import Last
from chat.errors import Invalid, SignInFirst
from chat.languages import _
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.edge import form_of, in_address, number, own_path, reading, see, writing
from web.pages import page


async def show_unread(request: Request) -> Response:
    return await _show(request, "unread")


async def show_new(request: Request) -> Response:
    return await _show(request, "new")


async def _show(request: Request, which: str) -> Response:
    query = request.query_params
    async with reading(request) as (tx, viewer):
        network = await network_asked(request, tx, viewer)
        found = await discussions.waiting(
            tx, viewer, which, network and network.id, after=last_of(query.get("after"))
        )
        context = {
            "network": network,
            "which": which,
            "waiting": found,
            "topics": found.topics,
            "here": f"/networks/{network.slug}" if network else "",
            "until": found.latest.isoformat() if found.latest else "",
            "first": not query.get("after"),
            "more": in_address(found.more),
            "marked": number(query.get("marked"), least=0, field="marked"),
            "mark": moment_of(query.get("at"), "at"),
        }
        return await page(request, tx, viewer, "discussions/waiting.html", context)


async def network_asked(request: Request, tx: Transaction, viewer: Viewer | None) -> NetworkSeen | None:
    """The network of the address; without one, all of the viewer's."""
    if viewer is None:
        raise SignInFirst
    slug = request.path_params.get("slug")
    return await networks.open_network_of(tx, viewer, slug) if slug else None


async def mark_all(request: Request) -> Response:
    """All that is in a list, as it was when the page was made."""
    form = await form_of(request)
    which = list_of(form.get("list"))
    async with writing(request) as (tx, viewer):
        network = await network_asked(request, tx, viewer)
        until = moment_of(form.get("until"), "until")
        marked = await discussions.catch_up(tx, viewer, which, network and network.id, until=until)
    here = f"/networks/{network.slug}" if network else ""
    return see(f"{here}/{which}?marked={marked.topics}&at={_stamp(marked.at)}")


async def mark_read(request: Request) -> Response:
    """By beacon, when the page hides, whose answer is not read; or by the button beside a topic, which says where to go on."""
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        topic, read = request.path_params["id"], number(form.get("number"), least=0, field="number")
        if not form.get("back"):
            await discussions.mark_read(tx, viewer, topic, read)
            return Response(status_code=204)
        marked = await discussions.catch_up_with(tx, viewer, topic, read)
    return see(f"{own_path(_path(form, 'back'))}?marked={marked.topics}&at={_stamp(marked.at)}")


async def take_back(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.undo(tx, viewer, moment_of(form.get("at"), "at") or clock.now())
    return see(own_path(_path(form, "back")))


def _path(form: Mapping[str, Any], field: str) -> str:
    return str(form.get(field, "")).partition("?")[0]


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def list_of(text: object) -> str:
    """Which of the lists is meant. Raises Invalid."""
    which = str(text or "unread")
    if which not in discussions.LISTS:
        raise Invalid("list", _("The list must be one of: unread, new."))
    return which


def moment_of(text: object, field: str) -> datetime | None:
    """A moment from an address or a form. Raises Invalid."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(str(text).replace(" ", "+"))  # a plus that was not escaped
        if at.tzinfo is not None:
            return at.astimezone(clock.now().tzinfo)
    except (ValueError, OverflowError):
        pass
    raise Invalid(field, _("Say a time like 2026-11-27T12:00:00+00:00."))


def last_of(text: str | None) -> Last | None:
    """What `in_address` wrote. Raises Invalid."""
    if not text:
        return None
    at, _bar, id = text.partition("_")
    moment = moment_of(at, "after")
    if moment is None or not id.isdecimal():
        raise Invalid("after", _("This list can’t go on from there. Begin at its top."))
    return Last(moment, number(id, field="after"))
