"""The poll of a topic."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.discussions import TopicPoll
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.languages import _
from chat.limits import ROOM
from web.api.edge import json
from web.discussions.marks import around
from web.edge import form_of, limited, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]

PREFIX = "poll_"  # before the names of a poll's fields, in a form with others


def poll_in(form: Form) -> dict[str, Any] | None:
    """The poll that the form of a new topic asks for, if it does."""
    if not (str(form.get("poll_question") or "") + str(form.get("poll_options") or "")).strip():
        return None
    return {
        name.removeprefix(PREFIX): value
        for name, value in form.items()
        if name.startswith(PREFIX) and name != "poll_closes_at"
    }


def of_poll(error: Invalid) -> Invalid:
    """The same sentence, beside the field as it is called there."""
    if error.field in ("question", "options", "shown", "closes_on"):
        return Invalid(PREFIX + error.field, error.sentence)
    return error


def numbers_of(poll: TopicPoll, counts: list[int]) -> dict[str, int]:
    """Texts by the ids of their elements (_poll.html)."""
    return {f"t{poll.id}": poll.turnout, **{f"c{i}-{poll.id}": n for i, n in enumerate(counts, 1)}}


async def new(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
        network = await networks.network_by_id(tx, viewer, topic.network_id)
        if not (await around(tx, viewer, network, topic))["tends"]:
            raise Forbidden(_("Only who started this discussion or a host can do this."))
        if topic.polled_at:
            raise Conflict(_("This discussion has a poll already."))
        return await page(
            request, tx, viewer, "discussions/add_poll.html", {"topic": topic}, form=form, error=error
        )


async def add(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await discussions.add_poll(tx, viewer, request.path_params["id"], form, op=form.get("op") or None)
    except Invalid as error:
        return await new(request, form, error)
    return see(f"/topics/{request.path_params['id']}")


async def vote(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "room", *ROOM, who=viewer.id)
        option = form.get("choose") or form.get("drop")
        await discussions.vote(tx, viewer, request.path_params["id"], option, bool(form.get("choose")))
    return see(f"/topics/{request.path_params['id']}")


async def numbers(request: Request) -> Response:
    """For the page's script: the numbers of a poll that shows them to who has voted, as a frame has those that are for all."""
    async with reading(request) as (tx, viewer):
        topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
        poll = (await discussions.polls_of_topics(tx, [topic.id])).get(topic.id)
        if poll is None:
            raise NotFound(_("There is no poll in this discussion."))
        own = await discussions.own_ballot(tx, viewer, poll)
    counts = poll.counts or (own.counts if own else None) or []
    return json({"set": numbers_of(poll, counts)})


async def settle(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        match form.get("do"):
            case "close":
                await discussions.close_poll(tx, viewer, request.path_params["id"])
            case "reopen":
                await discussions.reopen_poll(tx, viewer, request.path_params["id"])
            case "remove":
                await discussions.remove_poll(tx, viewer, request.path_params["id"])
            case _:
                raise Invalid("do", _("Choose what is to become of this poll."))
    return see(f"/topics/{request.path_params['id']}")
