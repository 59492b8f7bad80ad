"""A closed network's page for outsiders, and how they ask for a place."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.db import Transaction
from chat.errors import Invalid
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.edge import form_of, limited, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]


async def outside(
    request: Request,
    tx: Transaction,
    viewer: Viewer | None,
    network: NetworkSeen,
    form: Form | None = None,
    error: Invalid | None = None,
) -> Response:
    """What whoever may not read a network sees of it, and where they stand with their request."""
    standing = await networks.standing_of(tx, viewer, network) if viewer else None
    context = {"network": network, "standing": standing}
    return await page(request, tx, viewer, "networks/closed.html", context, form=form, error=error)


async def ask(request: Request) -> Response:
    form = await form_of(request)
    slug = request.path_params["slug"]
    asked = [form[f"question-{n}"] for n in range(len(form)) if f"question-{n}" in form]
    answers = [form.get(f"answer-{n}") for n in range(len(asked))]
    try:
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "ask", 20, 3600, who=viewer.id)
            await networks.ask(tx, viewer, await networks.network_of(tx, viewer, slug), answers, asked)
    except Invalid as error:
        async with reading(request) as (tx, viewer):
            network = await networks.network_of(tx, viewer, slug)
            return await outside(request, tx, viewer, network, form, error)
    return see(f"/networks/{slug}")


async def withdraw(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await networks.withdraw(tx, viewer, network)
    return see(f"/networks/{network.slug}")
