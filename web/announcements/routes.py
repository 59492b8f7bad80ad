"""Announcements: the list, one of them, and writing one in two steps, of which the second sends it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import announcements, networks
from chat.errors import Invalid, SignInFirst
from chat.secrets import new_token
from web.edge import form_of, limited, number, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]
A_PAGE = 20


async def index(request: Request) -> Response:
    before = number(request.query_params.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        found = await announcements.announcements_in(tx, viewer, network, limit=A_PAGE + 1, before=before)
        context = {"network": network, "announcements": found[:A_PAGE], "more": len(found) > A_PAGE}
        return await page(request, tx, viewer, "announcements/index.html", context)


async def show(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        announcement = await announcements.announcement_of(tx, viewer, network, request.path_params["id"])
        context = {"network": network, "announcement": announcement}
        return await page(request, tx, viewer, "announcements/show.html", context)


async def new(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.must_have(tx, viewer, network.id, "announce")
        return await page(
            request, tx, viewer, "announcements/new.html", {"network": network}, form=form, error=error
        )


async def take(request: Request) -> Response:
    """Look at it, change it again, or send it: which of them, its button says."""
    form = await form_of(request)
    if form.get("do") == "change":
        return await new(request, form)
    try:
        return await (_send(request, form) if form.get("do") == "send" else _preview(request, form))
    except Invalid as error:
        return await new(request, form, error)


async def _preview(request: Request, form: Form) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.must_have(tx, viewer, network.id, "announce")
        # Named now, so that the button pressed twice sends it once.
        context = {
            "network": network,
            "draft": announcements.draft_of(form),
            "op": form.get("op") or new_token(),
        }
        return await page(request, tx, viewer, "announcements/preview.html", context)


async def _send(request: Request, form: Form) -> Response:
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "announce", 20, 3600, who=viewer.id)
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        made = await announcements.announce(tx, viewer, network, form, op=form.get("op") or None)
    return see(f"/networks/{network.slug}/announcements/{made}")


async def dismiss(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await announcements.dismiss(tx, viewer, network, request.path_params["id"])
    # A banner that came live stands on a page where somebody may be writing: the page stays, and its script is told.
    return Response(status_code=204) if form.get("stay") else see(f"/networks/{network.slug}")


async def remove(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await announcements.remove(tx, viewer, network, request.path_params["id"])
    return see(f"/networks/{network.slug}/announcements")
