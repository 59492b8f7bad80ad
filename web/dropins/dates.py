"""One date: its form, its cancellation, and what a host decides while it is on."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, networks
from chat.errors import Conflict, Invalid, SignInFirst
from chat.languages import _
from web.edge import form_of, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]
# What a form gives to all that follow, too.
SHARED = ("title", "description", "place_url", "capacity", "date", "local_time", "minutes", "word")


async def edit(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        network = await networks.network_by_id(tx, viewer, drop_in.network_id)
        await networks.must_have(tx, viewer, network.id, "run_drop_ins")
        if not drop_in.to_come:
            raise Conflict(_("This date has begun, is over, or is cancelled. It can’t be changed."))
        context = {
            "network": network,
            "drop_in": drop_in,
            "local": drop_in.opens_at.astimezone(ZoneInfo(drop_in.zone)),
            "minutes": round((drop_in.closes_at - drop_in.opens_at).total_seconds() / 60),
        }
        return await page(request, tx, viewer, "dropins/date.html", context, form=form, error=error)


async def save(request: Request) -> Response:
    """Of this date alone, or of all that follow it too: which, the form says."""
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
            if form.get("scope") == "following":
                sent = {name: form[name] for name in SHARED if name in form}
                await dropins.edit_following(tx, viewer, drop_in.id, sent)
            else:
                await dropins.edit_date(tx, viewer, drop_in.id, form)
    except Invalid as error:
        return await edit(request, form, error)
    return see(f"/networks/{drop_in.network_slug}/drop-ins")


async def cancel(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await dropins.cancel(tx, viewer, request.path_params["id"], form)
            drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
    except Invalid as error:
        return await edit(request, form, error)
    return see(f"/networks/{drop_in.network_slug}/drop-ins")


async def restore(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await dropins.restore(tx, viewer, request.path_params["id"])
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
    return see(f"/networks/{drop_in.network_slug}/drop-ins")


async def open_now(request: Request) -> Response:
    return await _command(request, dropins.open_now)


async def extend(request: Request) -> Response:
    return await _command(request, dropins.extend, "minutes", "was")


async def end(request: Request) -> Response:
    return await _command(request, dropins.end)


async def _command(request: Request, verb: Callable[..., Awaitable[None]], *fields: str) -> Response:
    """What a host says in the room, and back to it."""
    form = await form_of(request)
    drop_in_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        await verb(tx, viewer, drop_in_id, *(form.get(field) for field in fields))
    return see(f"/drop-ins/{drop_in_id}")
