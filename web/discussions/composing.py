"""Beside what is written: how it will look, what it may name, and drafts of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.db import Transaction
from chat.discussions import Draft, Spot
from chat.errors import Invalid, SignInFirst
from chat.languages import _
from chat.limits import DRAFTS, PREVIEWS, SUGGESTIONS
from chat.members import Viewer
from web.edge import form_of, limited, number, reading, see, writing
from web.pages import page
from web.templates import fragment

Form = Mapping[str, Any]


# How it will look


async def look(
    request: Request, tx: Transaction, viewer: Viewer | None, network_id: int, form: Form | None, wanted: bool
) -> dict[str, str]:
    """For the page of a form: its text as readers would see it, where that is wanted."""
    return {"preview": await _drawn(request, tx, viewer, network_id, form or {}) if wanted else ""}


async def shown_again(request: Request, form: Form, show: Callable[..., Awaitable[Response]]) -> Response:
    """The page of a form once more, with a preview of its text; nothing is written."""
    try:
        return await show(request, form, preview=True)
    except Invalid as error:
        return await show(request, form, error)


async def preview(request: Request) -> Response:
    """The text alone, for the page's script."""
    form = await form_of(request)
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        html = await _drawn(request, tx, viewer, network.id, form)
    return Response(html, media_type="text/html")


async def _drawn(
    request: Request, tx: Transaction, viewer: Viewer | None, network_id: int, form: Form
) -> str:
    if viewer is None:
        raise SignInFirst
    await limited(request, "preview", *PREVIEWS, who=viewer.id)
    return (await discussions.draw(tx, network_id, discussions.clean_body(form.get("body")))).html


# What it may name


async def suggest(request: Request) -> Response:
    """Members (`about=members`) or topics for the words that somebody begins to name them by, as a list to choose from."""
    query = request.query_params
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        if viewer:
            await limited(request, "suggestions", *SUGGESTIONS, who=viewer.id)
        look = discussions.topics_like if query.get("about") == "topics" else discussions.members_like
        found = await look(tx, viewer, network, query.get("q", ""))
    return Response(
        fragment("discussions/_suggestions.html", found=found, about=query.get("about")),
        media_type="text/html",
    )


# Drafts


async def begun(request: Request, tx: Transaction, viewer: Viewer | None) -> dict[str, Any] | None:
    """The draft that an address asks for, as a form."""
    asked = request.query_params.get("draft")
    if viewer is None or not asked:
        return None
    draft = await discussions.draft_of(tx, viewer, number(asked, field="draft"))
    return {
        "title": draft.title,
        "body": draft.body,
        "parent": str(draft.parent_id or ""),
        "anonymous": "yes" if draft.anonymous else "",
    }


async def keep(request: Request, form: Form, *, network: str = "", topic: int | None = None) -> Response:
    """Where no script keeps what is written, its form does."""
    place = {"network": network, "topic": topic, "parent": form.get("parent")}
    await _keep(request, {**form, **place, "rev": ""})
    return see("/drafts")


async def index(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        drafts = await discussions.drafts_of(tx, viewer)
        return await page(request, tx, viewer, "discussions/drafts.html", {"drafts": drafts})


async def draft_at(request: Request) -> Response:
    """For the page's script: what was begun there, or null."""
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        place = await place_of(tx, viewer, request.query_params)
        draft = await discussions.draft_at(tx, viewer, place, nearby=True)
        answered = (
            await discussions.post_of(tx, viewer, draft.parent_id) if draft and draft.parent_id else None
        )
    name = answered.author.name if answered else ""
    return _json({**draft_shape(draft), "name": name} if draft else None)


async def take_draft(request: Request) -> Response:
    """From the page's script, every few seconds of writing."""
    draft = await _keep(request, await form_of(request))
    return _json({"id": draft.id, "rev": draft.rev} if draft else None)


async def discard(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.discard_draft(tx, viewer, request.path_params["id"])
    return see("/drafts")


async def _keep(request: Request, form: Form) -> Draft | None:
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "draft", *DRAFTS, who=viewer.id)
        return await discussions.keep_draft(
            tx,
            viewer,
            await place_of(tx, viewer, form),
            form.get("title"),
            form.get("body"),
            anonymous=form.get("anonymous"),
            rev=form.get("rev"),
            instead_of=form.get("instead_of"),
        )


async def place_of(tx: Transaction, viewer: Viewer | None, form: Form) -> Spot:
    """A topic and perhaps the post that is answered, or a network by its slug."""
    if form.get("topic"):
        parent = _id(form["parent"], "parent") if form.get("parent") else None
        return Spot(None, _id(form["topic"], "topic"), parent)
    return Spot((await networks.open_network_of(tx, viewer, str(form.get("network") or ""))).id)


def draft_shape(d: Draft) -> dict[str, Any]:
    return {
        "id": d.id, "network": d.network_slug, "topic": d.topic_id, "parent": d.parent_id, "title": d.title,
        "body": d.body, "anonymous": d.anonymous, "rev": d.rev, "saved_at": d.saved_at.isoformat(),
    }  # fmt: skip


def _id(value: object, field: str) -> int:
    text = str(value)
    if not text.isdecimal() or len(text) > 18:
        raise Invalid(field, _("That is not a number."))
    return int(text)


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
