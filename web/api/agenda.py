"""The agenda of a drop-in."""

from starlette.requests import Request
from starlette.responses import Response

from chat import agenda, dropins
from chat.db import Transaction
from chat.errors import Invalid
from chat.events import drop_in_stream
from chat.languages import _
from chat.members import Viewer
from chat.realtime.log import position
from web.api import shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited
from web.rooms.agenda import PROPOSALS, VOTES

STATES = ("taken", "left_out")


async def _whole(tx: Transaction, viewer: Viewer | None, drop_in_id: int, status: int = 200) -> Response:
    """The agenda with the cursor of the room's stream, from one moment; the cursor is null for who can’t follow it."""
    cursor = None
    if drop_in_id in await dropins.admitted_to(tx, viewer, [drop_in_id]):
        stream = drop_in_stream(drop_in_id)
        at = await position(tx, stream)
        cursor = {"s": stream, "e": at.epoch, "q": at.head} if at else None
    own = await agenda.own_votes(tx, viewer, drop_in_id)
    return json(shapes.agenda(await agenda.agenda_of(tx, drop_in_id), own, cursor), status)


async def show_agenda(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        return await _whole(tx, viewer, drop_in.id)


async def propose(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "propose", *PROPOSALS, who=viewer.id)
        made = await agenda.propose(tx, viewer, request.path_params["id"], form)
        return json(shapes.agenda_item(await agenda.item_of(tx, viewer, made)), 201)


async def start_next(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        current = await agenda.start_next(tx, viewer, request.path_params["id"], form.get("after"))
    return json({"current": current})


async def go_back(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        current = await agenda.go_back(tx, viewer, request.path_params["id"], form.get("after"))
    return json({"current": current})


async def arrange(request: Request) -> Response:
    """As a host: `state` (taken or left_out), `move` (up or down), `minutes` (or null)."""
    form, item_id = await object_of(request), request.path_params["id"]
    async with writing(request) as (tx, viewer):
        await agenda.item_of(tx, viewer, item_id)
        if not form.keys() & {"state", "move", "minutes"}:
            raise Invalid("state", _("Say what to change: state, move or minutes."))
        if "state" in form:
            if form["state"] not in STATES:
                raise Invalid("state", _("The state must be one of: taken, left_out."))
            await (agenda.take_on if form["state"] == "taken" else agenda.leave_out)(tx, viewer, item_id)
        if "minutes" in form:
            await agenda.give_minutes(tx, viewer, item_id, form["minutes"])
        if "move" in form:
            await agenda.move(tx, viewer, item_id, form["move"])
        return json(shapes.agenda_item(await agenda.item_of(tx, viewer, item_id)))


async def withdraw(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await agenda.withdraw(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def vote(request: Request) -> Response:
    return await _vote(request, True)


async def take_vote_back(request: Request) -> Response:
    return await _vote(request, False)


async def _vote(request: Request, on: bool) -> Response:
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "vote", *VOTES, who=viewer.id)
        await agenda.vote(tx, viewer, request.path_params["id"], on)
        return json(shapes.agenda_item(await agenda.item_of(tx, viewer, request.path_params["id"])))
