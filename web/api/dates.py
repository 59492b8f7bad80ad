"""Series and drop-ins."""

from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, networks
from chat.clock import now
from chat.db import Transaction
from chat.errors import Invalid
from chat.fields import whole_number
from chat.languages import _
from chat.members import Viewer
from web.api import shapes
from web.api.edge import json, object_of, reading, writing


async def list_series(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        found = await dropins.series_in(tx, network)
        return json({"series": [shapes.series(s, host=network.may("run_drop_ins")) for s in found]})


async def schedule(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        series_id = await dropins.schedule(tx, viewer, network, form)
        return await _series(tx, viewer, series_id, 201)


async def show_series(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return await _series(tx, viewer, request.path_params["id"])


async def change_series(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.edit_series(tx, viewer, request.path_params["id"], form)
        return await _series(tx, viewer, request.path_params["id"])


async def end_series(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.end_series(tx, viewer, request.path_params["id"], form)
        return await _series(tx, viewer, request.path_params["id"])


async def skip(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.skip(tx, viewer, request.path_params["id"], form.get("date"))
        return await _series(tx, viewer, request.path_params["id"])


async def take_place(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.take_place(tx, viewer, request.path_params["id"], form.get("date"))
        return await _series(tx, viewer, request.path_params["id"])


async def hold(request: Request) -> Response:
    """An extra one, or today's at another time: now, unless the request says when."""
    form = await object_of(request)
    minutes = None
    if form.get("minutes") is not None:
        minutes = whole_number("minutes", form["minutes"], 5, 1440, called=_("The length in minutes"))
    async with writing(request) as (tx, viewer):
        opens_at = _moment(form["opens_at"]) if form.get("opens_at") else now()
        drop_in_id = await dropins.hold(tx, viewer, request.path_params["id"], opens_at, minutes)
        return await _drop_in(tx, viewer, drop_in_id)


async def list_drop_ins(request: Request) -> Response:
    """Those that are open or to come, the next one first; those that are called off, where they are asked for."""
    cancelled = bool(request.query_params.get("cancelled"))
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        found = await dropins.upcoming_in(tx, network.id, cancelled=cancelled)
        admitted = await dropins.admitted_to(tx, viewer, [d.id for d in found])
        told: dict[str, Any] = {"drop_ins": [shapes.drop_in(d, admitted=d.id in admitted) for d in found]}
        if cancelled:
            told["gaps"] = [shapes.gap(g) for g in await dropins.gaps_in(tx, network.id)]
        return json(told)


async def show_drop_in(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return await _drop_in(tx, viewer, request.path_params["id"])


async def change_drop_in(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.edit_date(tx, viewer, request.path_params["id"], form)
        return await _drop_in(tx, viewer, request.path_params["id"])


async def change_following(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        series_id = await dropins.edit_following(tx, viewer, request.path_params["id"], form)
        return await _series(tx, viewer, series_id)


async def cancel(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.cancel(tx, viewer, request.path_params["id"], form)
        return await _drop_in(tx, viewer, request.path_params["id"])


async def restore(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await dropins.restore(tx, viewer, request.path_params["id"])
        return await _drop_in(tx, viewer, request.path_params["id"])


async def open_now(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await dropins.open_now(tx, viewer, request.path_params["id"])
        return await _drop_in(tx, viewer, request.path_params["id"])


async def extend(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.extend(tx, viewer, request.path_params["id"], form.get("minutes"), form.get("was"))
        return await _drop_in(tx, viewer, request.path_params["id"])


async def end(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await dropins.end(tx, viewer, request.path_params["id"])
        return await _drop_in(tx, viewer, request.path_params["id"])


async def _series(tx: Transaction, viewer: Viewer | None, series_id: int, status: int = 200) -> Response:
    found = await dropins.series_of(tx, viewer, series_id)
    network = await networks.network_by_id(tx, viewer, found.network_id)
    return json(shapes.series(found, host=network.may("run_drop_ins")), status)


async def _drop_in(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> Response:
    found = await dropins.drop_in_of(tx, viewer, drop_in_id)
    return json(shapes.drop_in(found, admitted=found.id in await dropins.admitted_to(tx, viewer, [found.id])))


def _moment(value: object) -> datetime:
    wanted = Invalid("opens_at", _("The time must be written like 2026-11-27T12:00:00Z."))
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise wanted from None
    if moment.tzinfo is None or abs(moment - now()) > timedelta(days=2 * 366):
        raise wanted
    return moment
