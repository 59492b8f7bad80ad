"""Answers to dates and series."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, networks
from chat.db import Transaction
from chat.members import Viewer
from web.api.edge import json, object_of, reading, writing
from web.dropins.answering import RATE
from web.edge import limited


async def answer(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await _counted(request, viewer)
        await dropins.answer(tx, viewer, request.path_params["id"], form.get("answer"))
        return json(await _mine(tx, viewer, request.path_params["id"]))


async def take_back(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await _counted(request, viewer)
        await dropins.take_back(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def answer_series(request: Request) -> Response:
    form = await object_of(request)
    async with writing(request) as (tx, viewer):
        await _counted(request, viewer)
        await dropins.answer_series(tx, viewer, request.path_params["id"], form.get("answer"))
    return json({"answer": form["answer"]})


async def take_series_back(request: Request) -> Response:
    async with writing(request) as (tx, viewer):
        await _counted(request, viewer)
        await dropins.take_series_back(tx, viewer, request.path_params["id"])
    return Response(status_code=204)


async def list_rsvps(request: Request) -> Response:
    """Who comes, for the network's members: how many, and those who are listed by name."""
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        network = await networks.network_by_id(tx, viewer, drop_in.network_id)
        guests = await dropins.guests_of(tx, viewer, network, drop_in)
        counts = (await dropins.counts_of(tx, [drop_in.id])).get(drop_in.id, dropins.Counts())
        people = [guest._asdict() for _, those in guests.by_organisation for guest in those]
        return json(
            {
                **counts._asdict(),
                "capacity": drop_in.capacity,
                "mine": await _mine(tx, viewer, drop_in.id),
                "people": people,
            }
        )


async def _mine(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> dict[str, Any] | None:
    """One's own answer; `waiting` is the place in the queue of who said yes to a full date."""
    mine = (await dropins.answers_of(tx, viewer, [drop_in_id])).get(drop_in_id)
    return {"answer": mine.answer, "of_series": not mine.own, "waiting": mine.turn} if mine else None


async def _counted(request: Request, viewer: Viewer | None) -> None:
    if viewer:
        await limited(request, "rsvp", *RATE, who=viewer.id)
