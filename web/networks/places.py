"""Places in a network: a member's role, leaving, removal and bans."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.db import Transaction
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.languages import _
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.edge import form_of, limited, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]


async def show(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    """One member's place, for hosts and owners: what can be done about it, and what that would mean."""
    async with reading(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        person = await networks.member_of(tx, viewer, network, request.path_params["handle"])
        if not (network.may("remove_member") or network.may("change_role")):
            raise Forbidden(_("That is for the network’s hosts."))
        context = {
            "network": network,
            "person": person,
            "oneself": viewer is not None and viewer.handle == person.handle,
        }
        return await page(request, tx, viewer, "networks/place.html", context, form=form, error=error)


async def change_role(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await _counted(request, viewer)
            network = await _network(request, tx, viewer)
            await networks.change_role(tx, viewer, network, request.path_params["handle"], form)
    except (Invalid, Conflict) as wrong:
        error = wrong if isinstance(wrong, Invalid) else Invalid("role", wrong.sentence)
        return await show(request, form, error)
    return _back(network)


async def hand_over(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await _counted(request, viewer)
        network = await _network(request, tx, viewer)
        await networks.hand_over(tx, viewer, network, request.path_params["handle"])
    return _back(network)


async def remove(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        await networks.remove(
            tx, viewer, network, request.path_params["handle"], former=bool(form.get("former"))
        )
    return _back(network)


async def confirm_leaving(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        if viewer is None or not network.role:
            raise Forbidden(_("You are not a member of this network."))
        context = {"network": network, "stays": await networks.only_owner(tx, viewer.id, network.id)}
        return await page(request, tx, viewer, "networks/leave.html", context)


async def leave(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        await networks.leave(tx, viewer, network, former=bool(form.get("former")))
    return see("/networks")


async def bans(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        context = {"network": network, "banned": await networks.banned_from(tx, viewer, network)}
        return await page(request, tx, viewer, "networks/bans.html", context, form=form, error=error)


async def ban(request: Request) -> Response:
    """By the form on the page of bans, where somebody is named, or on a member's own page."""
    form = await form_of(request)
    handle = str(form.get("handle", "")).strip().removeprefix("@")
    try:
        async with writing(request) as (tx, viewer):
            await _counted(request, viewer)
            network = await _network(request, tx, viewer)
            if not handle:
                raise Invalid("handle", _("Say whom to ban."))
            try:
                await networks.ban(tx, viewer, network, handle, former=bool(form.get("former")))
            except (NotFound, Forbidden) as refused:
                raise Invalid("handle", refused.sentence) from None
    except Invalid as error:
        return await bans(request, form, error)
    return see(f"/networks/{network.slug}/bans")


async def unban(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        await networks.unban(tx, viewer, network, request.path_params["handle"])
    return see(f"/networks/{network.slug}/bans")


async def _network(request: Request, tx: Transaction, viewer: Viewer | None) -> NetworkSeen:
    return await networks.network_of(tx, viewer, request.path_params["slug"])


async def _counted(request: Request, viewer: Viewer | None) -> None:
    """What tells somebody else, or makes a row for whoever is named, is not done without end."""
    if viewer:
        await limited(request, "place", 200, 3600, who=viewer.id)


def _back(network: NetworkSeen) -> Response:
    return see(f"/networks/{network.slug}/members")
