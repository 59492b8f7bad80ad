"""Saying whether one comes, on the list of dates and on a date's own page."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import agenda, dropins
from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.edge import form_of, limited, own_path, see, writing

RATE = (200, 3600)  # answers of one member, in so many seconds


async def answer(request: Request) -> Response:
    """Yes, maybe or no to a date; `back` takes it back."""
    return await _take(request, dropins.answer, dropins.take_back, f"/drop-ins/{request.path_params['id']}")


async def answer_series(request: Request) -> Response:
    return await _take(request, dropins.answer_series, dropins.take_series_back, "/")


async def _take(request: Request, say: Any, take_back: Any, home: str) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "rsvp", *RATE, who=viewer.id)
        if form.get("answer") == "back":
            await take_back(tx, viewer, request.path_params["id"])
        else:
            await say(tx, viewer, request.path_params["id"], form.get("answer"))
    return see(own_path(form["next"]) if form.get("next") else home)


async def coming(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, drop_in: DropInSeen
) -> dict[str, Any]:
    """What dropins/_rsvp.html shows of a date that is to come: one's own answer, and who comes."""
    if drop_in.state != "scheduled":  # in the lobby one has come
        return {"rsvp": None}
    everyweek = await dropins.series_answers_of(tx, viewer, [drop_in.series_id])
    return {
        "rsvp": {
            **await listed(tx, viewer, network, [drop_in]),
            "series": everyweek.get(drop_in.series_id),
            "guests": await dropins.guests_of(tx, viewer, network, drop_in) if network.role else None,
        }
    }


async def next_date(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> dict[str, Any]:
    """What dropins/_next.html shows: the next date of a network that the viewer may read, if there is one."""
    upcoming = await dropins.upcoming_in(tx, network.id, 1)
    if not upcoming:
        return {"drop_in": None}
    return {
        "drop_in": upcoming[0],
        "agenda": await agenda.agenda_of(tx, upcoming[0].id),
        "rsvp": await listed(tx, viewer, network, upcoming),
    }


async def listed(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, drop_ins: list[DropInSeen]
) -> dict[str, Any]:
    """What dropins/_answer.html shows of each of these dates."""
    ids = [drop_in.id for drop_in in drop_ins]
    return {
        "may": bool(viewer and viewer.verified and (network.role or network.access == "open")),
        "mine": await dropins.answers_of(tx, viewer, ids),
        "counts": await dropins.counts_of(tx, ids),
    }
