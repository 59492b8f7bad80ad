"""Who is in a network, and what a member chooses for themselves in it."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from chat import members, networks
from chat.networks import Wanted
from web.edge import form_of, number, reading, see, writing
from web.pages import page

A_PAGE = 60


async def people(request: Request) -> Response:
    wanted = Wanted.by(request.query_params)
    offset = number(request.query_params.get("offset"), least=0, field="offset")
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        directory = await networks.directory_of(tx, viewer, network, wanted, limit=A_PAGE, offset=offset)
        context = {
            "network": network,
            "directory": directory,
            "people": directory.people,
            "wanted": wanted,
            "query": urlencode(dict(zip(("q", "organisation", "country", "role"), wanted, strict=True))),
            "offset": offset,
            "a_page": A_PAGE,
            "more": offset + A_PAGE if directory.total > offset + A_PAGE else None,
        }
        return await page(request, tx, viewer, "networks/people.html", context)


async def preferences(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        context = {
            "network": network,
            "preferences": await networks.preferences_of(tx, viewer, network),
            "saved": request.query_params.get("saved"),
        }
        return await page(request, tx, viewer, "networks/preferences.html", context)


async def save_preferences(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        choices: dict[str, Any] = {name: name in form for name in ("listed", "letters")}
        if "reminders" in form:  # the form shows them
            choices["reminders"] = [name for name in members.REMINDERS if name in form]
        choices |= {name: form[name] for name in ("missed", "told") if name in form}
        await networks.prefer(tx, viewer, network, choices)
    return see(f"/networks/{network.slug}/preferences?saved=1")
