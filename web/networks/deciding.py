"""The queue of requests, for a network's hosts."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.errors import Conflict, Invalid
from web.edge import form_of, number, reading, see, writing
from web.pages import page

REQUESTS_A_PAGE = 30


async def queue(
    request: Request,
    form: Mapping[str, Any] | None = None,
    error: Invalid | None = None,
    late: Conflict | None = None,
) -> Response:
    """The requests that wait, and what was decided last. `late` is said to a host whom another was before."""
    after = number((form or request.query_params).get("after"), least=0, field="after")
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        waiting = await networks.requests_to(tx, viewer, network, after=after, limit=REQUESTS_A_PAGE + 1)
        context = {
            "network": network,
            "requests": waiting[:REQUESTS_A_PAGE],
            "after": after,
            "more": waiting[REQUESTS_A_PAGE - 1].id if len(waiting) > REQUESTS_A_PAGE else None,
            "decided": await networks.decided_in(tx, viewer, network),
            "late": late,
            "answered": request.path_params.get("id"),
        }
        return await page(
            request, tx, viewer, "networks/requests.html", context, form=form, error=error, status=409 if late else 200
        )  # fmt: skip


async def decide(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            network = await networks.network_of(tx, viewer, request.path_params["slug"])
            await networks.decide(tx, viewer, network, request.path_params["id"], form)
    except Invalid as error:
        return await queue(request, form, error)
    except Conflict as late:
        return await queue(request, form, late=late)
    return see(f"/networks/{network.slug}/requests")
