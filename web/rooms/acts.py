"""What people do in a room's panels: plain forms, which the page's script sends without leaving."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import rooms
from chat.db import Transaction
from chat.errors import Invalid
from chat.languages import _
from chat.limits import ROOM
from chat.members import Viewer
from web.answers import wants_json
from web.edge import form_of, limited, reading, see, writing
from web.rooms.routes import show_room

Form = Mapping[str, Any]
Act = Callable[[Transaction, Viewer | None, int, Form], Awaitable[Any]]


def doing(act: Act, panel: str, table: str = "drop_in") -> Callable[[Request], Awaitable[Response]]:
    """A route that does this with the thing (of a table) in its address, and leads back to the panel."""

    async def route(request: Request) -> Response:
        form = await form_of(request)
        id = request.path_params["id"]
        try:
            async with writing(request) as (tx, viewer):
                if viewer:
                    await limited(request, "room", *ROOM, who=viewer.id)
                await act(tx, viewer, id, form)
                drop_in_id = id if table == "drop_in" else await rooms.room_of(tx, viewer, table, id)
        except Invalid as error:
            if wants_json(request):
                raise
            return await _again(request, table, form, error)
        return see(f"/drop-ins/{drop_in_id}#{panel}")

    return route


async def _again(request: Request, table: str, form: Form, error: Invalid) -> Response:
    """The room with what was typed and the sentence about it, for browsers without scripts.

    There are many forms on the page: `here` says which it was, and its fields are called `typed_…` there.
    """
    id = drop_in_id = request.path_params["id"]
    if table != "drop_in":
        async with reading(request) as (tx, viewer):
            drop_in_id = await rooms.room_of(tx, viewer, table, id) or 0
    typed = {f"typed_{name}": value for name, value in form.items()}
    typed["here"] = f"{form.get('here', table)}-{id}"
    return await show_room(request, drop_in_id, typed, Invalid("here", error.sentence))


async def _ask(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await rooms.ask(
        tx, viewer, id, form.get("question"), anonymous=form.get("anonymous"), op=form.get("op") or None
    )


async def _vote(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await (rooms.vote if form.get("on") else rooms.take_vote_back)(tx, viewer, id)


async def _withdraw(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await rooms.withdraw(tx, viewer, id)


async def _settle(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    match form.get("do"):
        case "pin":
            await rooms.pin(tx, viewer, id)
        case "unpin":
            await rooms.unpin(tx, viewer, id)
        case "answer":
            await rooms.answer(tx, viewer, id, form.get("word"))
        case "defer":
            await rooms.defer(tx, viewer, id)
        case "decline":
            await rooms.decline(tx, viewer, id, form.get("word"))
        case "reopen":
            await rooms.reopen(tx, viewer, id)
        case _:
            raise Invalid("do", _("Choose what is to become of this question."))


async def _hand(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await (rooms.raise_hand if form.get("on") else rooms.lower_hand)(tx, viewer, id)


async def _call_next(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await rooms.call_next(tx, viewer, id)


async def _call(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await rooms.call(tx, viewer, id)


async def _lower(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await rooms.lower_other(tx, viewer, id)


async def _start_poll(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await rooms.start_poll(tx, viewer, id, form, op=form.get("op") or None)


async def _mark(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    for name, on in form.items():
        if name.startswith("option-"):
            await rooms.mark(tx, viewer, id, name.removeprefix("option-"), bool(on))
            return
    raise Invalid("choices", _("Choose one of the options."))


async def _settle_poll(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    match form.get("do"):
        case "close":
            await rooms.close_poll(tx, viewer, id)
        case "reopen":
            await rooms.reopen_poll(tx, viewer, id)
        case "remove":
            await rooms.remove_poll(tx, viewer, id)
        case _:
            raise Invalid("do", _("Choose what is to become of this poll."))


async def _share(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await rooms.share(tx, viewer, id, form.get("url"), form.get("title"), op=form.get("op") or None)


async def _unshare(tx: Transaction, viewer: Viewer | None, id: int, form: Form) -> None:
    await rooms.unshare(tx, viewer, id)


ask = doing(_ask, "questions")
vote = doing(_vote, "questions", "question")
withdraw = doing(_withdraw, "questions", "question")
settle = doing(_settle, "questions", "question")
hand = doing(_hand, "hands")
call_next = doing(_call_next, "hands")
call = doing(_call, "hands", "hand")
lower = doing(_lower, "hands", "hand")
start_poll = doing(_start_poll, "polls")
mark = doing(_mark, "polls", "poll")
settle_poll = doing(_settle_poll, "polls", "poll")
share = doing(_share, "links")
unshare = doing(_unshare, "links", "shared_link")
