"""Minutes: to read, to list, and for hosts to change and publish."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, minutes, networks
from chat.errors import Conflict, HubError, Invalid, SignInFirst
from web.edge import form_of, number, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]
A_PAGE = 20


async def index(request: Request) -> Response:
    before = number(request.query_params.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        found = await minutes.minutes_in(tx, network, limit=A_PAGE + 1, before=before)
        context = {"network": network, "listed": found[:A_PAGE], "more": len(found) > A_PAGE}
        return await page(request, tx, viewer, "minutes/index.html", context)


async def show(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        context = {
            "drop_in": drop_in,
            "network": await networks.network_by_id(tx, viewer, drop_in.network_id),
            "minutes": await minutes.published_minutes(tx, drop_in),
        }
        return await page(request, tx, viewer, "minutes/show.html", context)


async def edit(request: Request, form: Form | None = None, error: HubError | None = None) -> Response:
    """The draft; after a Conflict also what the reader typed, so that nothing of it is lost."""
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        context = {
            "drop_in": drop_in,
            "network": await networks.network_by_id(tx, viewer, drop_in.network_id),
            "minutes": await minutes.draft_of(tx, viewer, drop_in),
            "saved": request.query_params.get("saved"),
            "clash": error.sentence if isinstance(error, Conflict) else "",
        }
        wrong = error if isinstance(error, Invalid) else None
        status = 409 if isinstance(error, Conflict) else 200
        return await page(
            request, tx, viewer, "minutes/edit.html", context, status=status, form=form, error=wrong
        )


async def save(request: Request) -> Response:
    """Save or publish: which of them, its button says."""
    form = await form_of(request)
    drop_in_id = request.path_params["id"]
    act = minutes.publish if form.get("do") == "publish" else minutes.save
    try:
        async with writing(request) as (tx, viewer):
            found = await act(tx, viewer, drop_in_id, form)
    except (Invalid, Conflict) as error:
        return await edit(request, form, error)
    return see(f"/drop-ins/{drop_in_id}/minutes{'' if found.published_at else '/edit?saved=1'}")


async def draft(request: Request) -> Response:
    await form_of(request)
    drop_in_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        await minutes.draft_now(tx, viewer, drop_in_id)
    return see(f"/drop-ins/{drop_in_id}/minutes/edit")
