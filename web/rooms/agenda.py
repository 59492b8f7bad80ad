"""What members and hosts do with the agenda of a drop-in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import agenda
from chat.db import Transaction
from chat.errors import Invalid
from chat.members import Viewer
from web.answers import wants_json
from web.edge import form_of, limited, see, writing
from web.rooms.routes import show_room

Form = Mapping[str, Any]
Verb = Callable[[Transaction, Viewer | None, int, Form], Awaitable[object]]
PROPOSALS, VOTES = (20, 3600), (60, 60)  # of one member, in so many seconds


def of_drop_in(verb: Verb, **limit: tuple[int, int]) -> Callable[[Request], Awaitable[Response]]:
    """A route by which something is done to a drop-in's agenda."""

    async def act(request: Request) -> Response:
        form, drop_in_id = await form_of(request), request.path_params["id"]
        try:
            async with writing(request) as (tx, viewer):
                for what, rate in limit.items():
                    await limited(request, what, *rate, who=viewer and viewer.id)
                await verb(tx, viewer, drop_in_id, form)
        except Invalid as error:
            return await refused(request, drop_in_id, form, error)
        return see(f"/drop-ins/{drop_in_id}#agenda")

    return act


def of_item(verb: Verb, **limit: tuple[int, int]) -> Callable[[Request], Awaitable[Response]]:
    """A route by which something is done to one item."""

    async def act(request: Request) -> Response:
        form, item_id = await form_of(request), request.path_params["id"]
        try:
            async with writing(request) as (tx, viewer):
                for what, rate in limit.items():
                    await limited(request, what, *rate, who=viewer and viewer.id)
                drop_in_id = (await agenda.item_of(tx, viewer, item_id)).drop_in_id
                await verb(tx, viewer, item_id, form)
        except Invalid as error:
            return await refused(request, drop_in_id, form, error)
        return see(f"/drop-ins/{drop_in_id}#agenda")

    return act


async def refused(request: Request, drop_in_id: int, form: Form, error: Invalid) -> Response:
    """The room with what was typed; its script takes the sentence alone."""
    if wants_json(request):
        raise error
    return await show_room(request, drop_in_id, form, error)


propose = of_drop_in(agenda.propose, propose=PROPOSALS)
start_next = of_drop_in(lambda tx, host, id, form: agenda.start_next(tx, host, id, form.get("after")))
go_back = of_drop_in(lambda tx, host, id, form: agenda.go_back(tx, host, id, form.get("after")))
vote = of_item(lambda tx, viewer, id, form: agenda.vote(tx, viewer, id, form.get("vote") != ""), vote=VOTES)
withdraw = of_item(lambda tx, viewer, id, form: agenda.withdraw(tx, viewer, id))
take_on = of_item(lambda tx, host, id, form: agenda.take_on(tx, host, id))
leave_out = of_item(lambda tx, host, id, form: agenda.leave_out(tx, host, id))
move = of_item(lambda tx, host, id, form: agenda.move(tx, host, id, form.get("way")))
give_minutes = of_item(lambda tx, host, id, form: agenda.give_minutes(tx, host, id, form.get("minutes")))
