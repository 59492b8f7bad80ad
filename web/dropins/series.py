"""Changing a series: its form, its end, and the dates that it leaves out."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, networks
from chat.errors import Invalid, SignInFirst
from web.dropins.routes import NAMED_ZONES
from web.edge import Visit, form_of, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]


async def edit(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        context = await _found(request, Visit(tx, viewer))
        context |= {
            "zones": NAMED_ZONES,
            "regions": dropins.regions(),
            "leaders": await dropins.leaders_in(tx, context["network"].id),
        }
        return await page(request, tx, viewer, "dropins/edit.html", context, form=form, error=error)


async def save(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            # A box that is not ticked is not in the form.
            sent = {**form, "chatham_house": form.get("chatham_house", "")}
            await dropins.edit_series(tx, viewer, request.path_params["id"], sent)
            return await _list(request, Visit(tx, viewer))
    except Invalid as error:
        return await edit(request, form, error)


async def confirm_end(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        context = await _found(request, Visit(tx, viewer))
        return await page(request, tx, viewer, "dropins/end.html", context, form=form, error=error)


async def end(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await dropins.end_series(tx, viewer, request.path_params["id"], form)
            return await _list(request, Visit(tx, viewer))
    except Invalid as error:
        return await confirm_end(request, form, error)


async def skip(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.skip(tx, viewer, request.path_params["id"], form.get("date"))
        return await _list(request, Visit(tx, viewer))


async def take_place(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.take_place(tx, viewer, request.path_params["id"], form.get("date"))
        return await _list(request, Visit(tx, viewer))


async def _found(request: Request, visit: Visit) -> dict[str, Any]:
    if visit.viewer is None:
        raise SignInFirst
    series = await dropins.series_of(visit.tx, visit.viewer, request.path_params["id"])
    network = await networks.network_by_id(visit.tx, visit.viewer, series.network_id)
    await networks.must_have(visit.tx, visit.viewer, network.id, "run_drop_ins")
    return {"series": series, "network": network}


async def _list(request: Request, visit: Visit) -> Response:
    series = await dropins.series_of(visit.tx, visit.viewer, request.path_params["id"])
    return see(f"/networks/{series.network_slug}/drop-ins")
