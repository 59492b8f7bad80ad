"""Places in a network: roles, leaving, removal, bans, and the audit log of all that."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.db import Transaction
from chat.errors import Invalid
from chat.languages import _
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited, number


async def change_role(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await _counted(request, viewer)
        network = await _network(request, tx, viewer)
        await networks.change_role(tx, viewer, network, request.path_params["handle"], form)
    return Response(status_code=204)


async def hand_over(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await _counted(request, viewer)
        network = await _network(request, tx, viewer)
        await networks.hand_over(tx, viewer, network, request.path_params["handle"])
    return Response(status_code=204)


async def leave(request: Request) -> Response:
    former = _former(await object_of(request))
    async with writing(request) as (tx, viewer):
        await networks.leave(tx, viewer, await _network(request, tx, viewer), former=former)
    return Response(status_code=204)


async def remove(request: Request) -> Response:
    former = _former(await object_of(request))
    async with writing(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        await networks.remove(tx, viewer, network, request.path_params["handle"], former=former)
    return Response(status_code=204)


async def list_bans(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        return json({"bans": [shapes.ban(b) for b in await networks.banned_from(tx, viewer, network)]})


async def ban(request: Request) -> Response:
    former = _former(await object_of(request))
    async with writing(request) as (tx, viewer):
        await _counted(request, viewer)
        network = await _network(request, tx, viewer)
        await networks.ban(tx, viewer, network, request.path_params["handle"], former=former)
    return Response(status_code=204)


async def unban(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        network = await _network(request, tx, viewer)
        await networks.unban(tx, viewer, network, request.path_params["handle"])
    return Response(status_code=204)


async def audit(request: Request) -> Response:
    """Newest first; `before` takes the id of the last one to go on."""
    query = request.query_params
    limit = min(200, number(query.get("limit") or 50, field="limit"))
    async with reading(request) as (tx, viewer):
        entries = await networks.entries_of(
            tx,
            viewer,
            await _network(request, tx, viewer),
            person=query.get("person", "")[:100],
            kind=query.get("kind", "")[:100],
            before=number(query.get("before"), least=0, field="before"),
            limit=limit + 1,
        )
        return json({"entries": [_entry(e) for e in entries[:limit]], "more": len(entries) > limit})


def _entry(e: networks.Entry) -> dict[str, Any]:
    return {
        "id": e.id, "at": shapes.time(e.at), "actor": _named(e.actor), "action": e.action, "subject": _named(e.subject), "details": e.details,
        "ended": [{"what": r.what, "at": shapes.time(r.at), "count": r.number} for r in e.receipts],
    }  # fmt: skip


def _named(person: networks.Named | None) -> dict[str, str] | None:
    return {"handle": person.handle, "name": person.name} if person else None


def _former(form: dict[str, Any]) -> bool:
    former = form.get("former", False)
    if not isinstance(former, bool):
        raise Invalid("former", _("Whether they are shown as a former member must be true or false."))
    return former


async def _network(request: Request, tx: Transaction, viewer: Viewer | None) -> NetworkSeen:
    return await networks.network_of(tx, viewer, request.path_params["slug"])


async def _counted(request: Request, viewer: Viewer | None) -> None:
    if viewer:
        await limited(request, "place", 200, 3600, who=viewer.id)
