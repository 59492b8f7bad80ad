"""A network's settings and its picture."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import networks, pictures
from chat.errors import Invalid, NotFound
from chat.networks.shaping import OPENABLE
from chat.pictures import MOST_BYTES
from web.edge import Visit, form_of, limited, reading, see, upload_of, writing
from web.pages import page

Form = Mapping[str, Any]
PICTURES = (20, 3600)  # by one member, in so many seconds


async def settings(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        context = {
            "network": network,
            "shape": await networks.shape_of(tx, viewer, network),
            "saved": "saved" in request.query_params,
        }
        return await page(request, tx, viewer, "networks/settings.html", context, form=form, error=error)


async def save(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            network = await networks.network_of(tx, viewer, request.path_params["slug"])
            await networks.change_settings(tx, viewer, network, _as_sent(form))
    except Invalid as error:
        return await settings(request, form, error)
    return see(f"/networks/{network.slug}/settings?saved=yes")


def _as_sent(form: Form) -> dict[str, Any]:
    """A page's form as the verb takes it: a box that is not ticked is not in the form."""
    texts = {name: form.get(name, "") for name in ("name", "summary", "description", "questions")}
    return {
        **texts,
        "members_may": [right for right in OPENABLE if form.get(f"may_{right}")],
        "invitations_outlive": bool(form.get("invitations_outlive")),
        "anonymity": bool(form.get("anonymity")),
        "hide_after_flags": form.get("hide_after_flags", ""),
    }


async def picture(request: Request, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.shape_of(tx, viewer, network)
        return await page(request, tx, viewer, "networks/picture.html", {"network": network}, error=error)


async def take_picture(request: Request) -> Response:
    async with reading(request) as visit:
        await _may_picture(request, visit)  # before anything large is read
    try:
        _, content = await upload_of(request, "picture", MOST_BYTES)
        webp = await pictures.square(content)
        async with writing(request) as (tx, viewer):
            network = await networks.network_of(tx, viewer, request.path_params["slug"])
            await networks.put_picture(tx, viewer, network, webp)
    except Invalid as error:
        return await picture(request, error)
    return see(f"/networks/{network.slug}/settings/picture")


async def remove_picture(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.remove_picture(tx, viewer, network)
    return see(f"/networks/{network.slug}/settings/picture")


async def show_picture(request: Request) -> Response:
    async with reading(request) as visit:
        return await picture_answer(request, visit)


async def picture_answer(request: Request, visit: Visit) -> Response:
    """The picture, for pages and programs. One that everybody may see is kept for ever under its version's address.

    Any other is asked for each time: a browser must not show it to whoever signs in there next.
    """
    network = await networks.network_of(*visit, request.path_params["slug"])
    if network.picture is None:
        raise NotFound
    named = request.query_params.get("v") == network.picture and network.access in ("open", "restricted")
    tag = f'"{network.picture}"'
    headers = {
        "etag": tag,
        "cache-control": f"private, {'max-age=31536000, immutable' if named else 'no-cache'}",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(await networks.picture_of(visit.tx, network), media_type="image/webp", headers=headers)


async def _may_picture(request: Request, visit: Visit) -> None:
    network = await networks.network_of(*visit, request.path_params["slug"])
    await networks.shape_of(*visit, network)
    assert visit.viewer is not None
    await limited(request, "picture", *PICTURES, who=visit.viewer.id)
