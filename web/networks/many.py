"""Inviting many at once: the list, what it would do, and how far it is."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import networks
from chat.db import Transaction
from chat.errors import Invalid
from chat.languages import _, sentence
from chat.members import Viewer, must_act
from chat.networks import LineSeen, ListSeen, NetworkSeen
from web.edge import form_of, limited, number, reading, see, writing
from web.pages import page
from web.sheets import download

Form = Mapping[str, Any]
LINES_A_PAGE = 100
LINES_A_SLICE = 5_000

SAID = {
    "invite": sentence("Will be invited"),
    "invited": sentence("Invited"),
    "member": sentence("Is a member already"),
    "waiting": sentence("Was invited before"),
    "repeated": sentence("Is on the list twice"),
    "unreadable": sentence("Is no e-mail address"),
    "refused": sentence("Can’t be invited"),
}


async def new(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        lists = await networks.lists_of(tx, viewer, network)
        context = {
            "network": network,
            "lists": lists,
            "a_day": networks.A_DAY,
            "most_lines": networks.MOST_LINES,
        }
        return await page(request, tx, viewer, "networks/many.html", context, form=form, error=error)


async def draft(request: Request) -> Response:
    """Reading four megabytes is for those who may invite with them, so they are asked for first."""
    await let_in(request)
    form = await form_of(request, file="file")
    try:
        given = given_list(form)
        entries = await networks.read_list(given)
        async with writing(request) as (tx, viewer):
            network = await networks.network_of(tx, viewer, request.path_params["slug"])
            batch_id = await networks.draft_list(tx, viewer, network, entries, form)
    except Invalid as error:
        return await new(request, {**form, "file": ""}, error)
    return see(f"/networks/{network.slug}/invitations/many/{batch_id}")


async def let_in(request: Request) -> None:
    async with reading(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        viewer = must_act(viewer)
        await networks.must_have(tx, viewer, network.id, "manage_invitations")
    await limited(request, "many", 20, 3600, who=viewer.id)


def given_list(form: Form) -> str | bytes:
    typed, sent = str(form.get("list") or ""), form.get("file")
    if isinstance(sent, bytes) and sent:
        if typed.strip():
            raise Invalid("list", _("Send one of the two: what you typed here, or the file."))
        return sent
    if not typed.strip():
        raise Invalid("list", _("Paste a list, or choose a file."))
    return typed


async def show(request: Request) -> Response:
    query = request.query_params
    verdict, after = query.get("verdict", ""), number(query.get("after"), least=0, field="after")
    async with reading(request) as (tx, viewer):
        network, batch = await _list(request, tx, viewer)
        lines = await networks.lines_of(tx, batch, verdict=verdict, after=after, limit=LINES_A_PAGE + 1)
        context = {
            "network": network,
            "batch": batch,
            "lines": lines[:LINES_A_PAGE],
            "more": lines[LINES_A_PAGE - 1].number if len(lines) > LINES_A_PAGE else None,
            "after": after,
            "verdict": verdict,
            "said": {verdict: _(said) for verdict, said in SAID.items()}
            | ({"invite": _("Not invited")} if batch.state == "stopped" else {}),
            "still": query.get("still", ""),
            "a_day": networks.A_DAY,
        }
        return await page(request, tx, viewer, "networks/list.html", context)


async def report(request: Request) -> Response:
    """Every line with what becomes of it, for a spreadsheet program."""
    lines: list[LineSeen] = []
    async with reading(request) as (tx, viewer):
        _, batch = await _list(request, tx, viewer)
        while found := await networks.lines_of(
            tx, batch, after=lines[-1].number if lines else 0, limit=LINES_A_SLICE
        ):
            lines += found
    return await asyncio.to_thread(download, f"invitations-{batch.id}.csv", _rows(lines))


async def confirm(request: Request) -> Response:
    return await _act(request, networks.confirm_list)


async def stop(request: Request) -> Response:
    return await _act(request, networks.stop_list)


async def go_on(request: Request) -> Response:
    return await _act(request, networks.go_on_with_list)


async def discard(request: Request) -> Response:
    await _act(request, networks.discard_list)
    return see(f"/networks/{request.path_params['slug']}/invitations/many")


async def _act(request: Request, verb: Any) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        network = await networks.network_of(tx, viewer, request.path_params["slug"])
        await verb(tx, viewer, network, request.path_params["id"])
    return see(f"/networks/{network.slug}/invitations/many/{request.path_params['id']}")


async def _list(request: Request, tx: Transaction, viewer: Viewer | None) -> tuple[NetworkSeen, ListSeen]:
    network = await networks.network_of(tx, viewer, request.path_params["slug"])
    return network, await networks.list_of(tx, viewer, network, request.path_params["id"])


def _rows(lines: list[LineSeen]) -> Iterator[tuple[object, ...]]:
    yield (
        _("Line"), _("Address"), _("Name"), _("What becomes of it"), _("Same as line"), _("As it was typed"),
    )  # fmt: skip
    for line in lines:
        yield line.line, line.email or "", line.name, _(SAID[line.verdict]), line.same_as or "", line.typed
