"""Pages on which hosts look after a topic: pin, lock, slow down, rename, hide and move it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.db import Transaction
from chat.discussions import TopicRow
from chat.errors import Forbidden, Invalid, SignInFirst
from chat.languages import _
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.edge import form_of, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]

ACTS = {
    "pin": discussions.pin,
    "unpin": discussions.unpin,
    "lock": discussions.lock,
    "unlock": discussions.unlock,
    "restore": discussions.restore_topic,
}


async def tended(
    tx: Transaction, viewer: Viewer | None, request: Request
) -> tuple[Viewer, TopicRow, NetworkSeen]:
    """The topic of an address and its network, for a host."""
    if viewer is None:
        raise SignInFirst
    topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
    await networks.must_have(tx, viewer, topic.network_id, "moderate")
    return viewer, topic, await networks.network_by_id(tx, viewer, topic.network_id)


async def change(
    tx: Transaction, viewer: Viewer | None, topic_id: int, act: object, seconds: object = None
) -> None:
    """What a button of the host's tools says: one of ACTS, or `slow` with the seconds between two posts."""
    if act == "slow":
        await discussions.slow_down(tx, viewer, topic_id, seconds)
    elif isinstance(act, str) and act in ACTS:
        await ACTS[act](tx, viewer, topic_id)
    else:
        raise Invalid("act", _("Say what to do: {choices}.", choices=", ".join([*ACTS, "slow"])))


async def tend(request: Request) -> Response:
    form = await form_of(request)
    topic_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        await change(tx, viewer, topic_id, form.get("act"), form.get("seconds"))
    return see(f"/topics/{topic_id}")


async def rename(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
        if not await discussions.may_rename(tx, viewer, topic.id, topic.network_id):
            if viewer is None:
                raise SignInFirst
            raise Forbidden(_("Its author can change the title for a day, and hosts at any time."))
        return await page(
            request, tx, viewer, "discussions/rename.html", {"topic": topic}, form=form, error=error
        )


async def take_name(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await discussions.rename(tx, viewer, request.path_params["id"], form.get("title"))
    except Invalid as error:
        return await rename(request, form, error)
    return see(f"/topics/{request.path_params['id']}")


async def hide(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        viewer, topic, network = await tended(tx, viewer, request)
        context = {"topic": topic, "network": network}
        return await page(request, tx, viewer, "discussions/hide_topic.html", context, form=form, error=error)


async def take_hiding(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await discussions.hide_topic(tx, viewer, request.path_params["id"], form.get("why"))
    except Invalid as error:
        return await hide(request, form, error)
    return see(f"/topics/{request.path_params['id']}")


async def move(request: Request, error: Invalid | None = None) -> Response:
    """Where it can go; once that is chosen, who will read it there."""
    to = request.query_params.get("to")
    async with reading(request) as (tx, viewer):
        viewer, topic, network = await tended(tx, viewer, request)
        found = await discussions.destinations(tx, viewer, topic.id)
        context = {
            "topic": topic,
            "network": network,
            "networks": found,
            "options": [(one.slug, one.name) for one in found],
            "what": await discussions.consequence(tx, viewer, topic.id, network, to) if to else None,
        }
        return await page(request, tx, viewer, "discussions/move.html", context, error=error)


async def take_move(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.move(tx, viewer, request.path_params["id"], str(form.get("to") or ""))
    return see(f"/topics/{request.path_params['id']}")
