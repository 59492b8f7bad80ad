"""What a room holds beside its talk: questions, hands, quick polls, shared links."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins, rooms
from chat.db import Transaction
from chat.errors import Forbidden, Invalid
from chat.events import drop_in_stream
from chat.languages import _
from chat.limits import ROOM
from chat.members import Viewer
from chat.realtime import log as event_log
from web.api import room_shapes as shapes
from web.api.edge import json, object_of, reading, writing
from web.edge import limited

NOTHING = 204


@asynccontextmanager
async def _acting(request: Request) -> AsyncIterator[tuple[Transaction, Viewer, int]]:
    async with writing(request) as (tx, viewer):
        assert viewer is not None
        await limited(request, "room", *ROOM, who=viewer.id)
        yield tx, viewer, request.path_params["id"]


async def show_room(request: Request) -> Response:
    """All of it, as it was at one moment, with the cursor to follow it from. For the network's members."""
    async with reading(request) as (tx, viewer):
        drop_in = await dropins.drop_in_of(tx, viewer, request.path_params["id"])
        if not await dropins.admitted_to(tx, viewer, [drop_in.id]):
            raise Forbidden(_("The room is for members of its network who are not in the lobby."))
        stream = drop_in_stream(drop_in.id)
        position = await event_log.position(tx, stream)
        return json(
            {
                "state": drop_in.state,
                "questions": [shapes.question(q) for q in await rooms.questions_of(tx, drop_in.id)],
                "hands": [shapes.hand(h) for h in await rooms.hands_of(tx, drop_in.id)],
                "polls": [shapes.poll(p) for p in await rooms.polls_of(tx, drop_in.id)],
                "links": [shapes.link(s) for s in await rooms.links_of(tx, drop_in.id)],
                "own": shapes.own(await rooms.own_in(tx, viewer, drop_in.id)),
                "cursor": {"s": stream, "e": position.epoch, "q": position.head} if position else None,
            }
        )


# Questions


async def ask(request: Request) -> Response:
    form = await object_of(request)
    async with _acting(request) as (tx, viewer, id):
        made = await rooms.ask(
            tx, viewer, id, form.get("question"), anonymous=form.get("anonymous"), op=form.get("op")
        )
        return await _question(tx, made["id"], 201)


async def change_question(request: Request) -> Response:
    """`state`: open, pinned, answered, deferred or declined; with `answer` or `reason`."""
    form = await object_of(request)
    async with _acting(request) as (tx, viewer, id):
        match form.get("state"):
            case "pinned":
                await rooms.pin(tx, viewer, id)
            case "answered":
                await rooms.answer(tx, viewer, id, form.get("answer"))
            case "deferred":
                await rooms.defer(tx, viewer, id)
            case "declined":
                await rooms.decline(tx, viewer, id, form.get("reason"))
            case "open":
                await rooms.reopen(tx, viewer, id)
                await rooms.unpin(tx, viewer, id)
            case _:
                raise Invalid("state", _("A question is open, pinned, answered, deferred or declined."))
        return await _question(tx, id)


async def withdraw(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        await rooms.withdraw(tx, viewer, id)
    return Response(status_code=NOTHING)


async def vote(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        await rooms.vote(tx, viewer, id)
        return await _question(tx, id)


async def take_vote_back(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        await rooms.take_vote_back(tx, viewer, id)
        return await _question(tx, id)


async def _question(tx: Transaction, id: int, status: int = 200) -> Response:
    question = (await rooms.questions_by_id(tx, [id])).get(id)
    return json(shapes.question(question) if question else {"id": id}, status)


# Hands


async def raise_hand(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        await rooms.raise_hand(tx, viewer, id)
        return await _hands(tx, id)


async def lower_hand(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        await rooms.lower_hand(tx, viewer, id)
        return await _hands(tx, id)


async def call_next(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        await rooms.call_next(tx, viewer, id)
        return await _hands(tx, id)


async def call(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        return await _hands(tx, await rooms.call(tx, viewer, id))


async def lower(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        return await _hands(tx, await rooms.lower_other(tx, viewer, id))


async def _hands(tx: Transaction, drop_in_id: int) -> Response:
    return json({"hands": [shapes.hand(h) for h in await rooms.hands_of(tx, drop_in_id)]})


# Quick polls


async def start_poll(request: Request) -> Response:
    form = await object_of(request)
    async with _acting(request) as (tx, viewer, id):
        made = await rooms.start_poll(tx, viewer, id, form, op=form.get("op"))
        return await _poll(tx, viewer, made["id"], 201)


async def choose(request: Request) -> Response:
    form = await object_of(request)
    async with _acting(request) as (tx, viewer, id):
        await rooms.choose(tx, viewer, id, form.get("choices"))
        return await _poll(tx, viewer, id)


async def change_poll(request: Request) -> Response:
    form = await object_of(request)
    async with _acting(request) as (tx, viewer, id):
        if not isinstance(form.get("closed"), bool):
            raise Invalid("closed", _("Say true to close the poll, or false to open it again."))
        await (rooms.close_poll if form["closed"] else rooms.reopen_poll)(tx, viewer, id)
        return await _poll(tx, viewer, id)


async def remove_poll(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        await rooms.remove_poll(tx, viewer, id)
    return Response(status_code=NOTHING)


async def _poll(tx: Transaction, viewer: Viewer, id: int, status: int = 200) -> Response:
    poll = (await rooms.polls_by_id(tx, [id])).get(id)
    if poll is None:
        return json({"id": id}, status)
    own: dict[str, Any] = shapes.own(await rooms.own_in(tx, viewer, poll.drop_in_id))
    ballot = next((b for b in own["ballots"] if b["poll"] == id), None)
    return json({**shapes.poll(poll), "ballot": ballot}, status)


# Links


async def share(request: Request) -> Response:
    form = await object_of(request)
    async with _acting(request) as (tx, viewer, id):
        made = await rooms.share(tx, viewer, id, form.get("url"), form.get("title"), op=form.get("op"))
        return json(shapes.link((await rooms.links_by_id(tx, [made["id"]]))[made["id"]]), 201)


async def unshare(request: Request) -> Response:
    async with _acting(request) as (tx, viewer, id):
        await rooms.unshare(tx, viewer, id)
    return Response(status_code=NOTHING)
