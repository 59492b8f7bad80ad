"""Flagging a post, the hosts' queue of what was flagged, and what hosts say about a post."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.db import Transaction
from chat.discussions import REASONS
from chat.errors import Conflict, Invalid, NotFound, SignInFirst
from chat.limits import FLAGS
from chat.members import Viewer
from web.edge import form_of, limited, number, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]


async def flag(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        if viewer is None:
            raise SignInFirst
        topic = await discussions.topic_of(tx, viewer, post.topic_id)
        context = {
            "post": post,
            "topic": topic,
            "network": await networks.network_by_id(tx, viewer, topic.network_id),
            "reasons": REASONS,
            "own": await discussions.wrote(tx, viewer, post.id),
            "sent": "sent" in request.query_params,
        }
        return await page(request, tx, viewer, "discussions/flag.html", context, form=form, error=error)


async def take_flag(request: Request) -> Response:
    form = await form_of(request)
    post_id = request.path_params["id"]
    try:
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "flag", *FLAGS, who=viewer.id)
            await discussions.flag(tx, viewer, post_id, form.get("reason"), form.get("note", ""))
    except Invalid as error:
        return await flag(request, form, error)
    return see(f"/posts/{post_id}/flag?sent=yes")


async def queue(
    request: Request, form: Form | None = None, error: Invalid | None = None, slug: str = "", about: int = 0
) -> Response:
    settled = "settled" in request.query_params and error is None
    before = number(request.query_params.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, slug or request.path_params["slug"])
        if viewer is None:
            raise SignInFirst
        found = (
            await discussions.settled_concerns(tx, viewer, network, before=before)
            if settled
            else await discussions.waiting_concerns(tx, viewer, network)
        )
        context = {
            "network": network,
            "concerns": found,
            "settled": settled,
            "before": found[-1].id if settled and len(found) == 50 else None,
            "reasons": REASONS,
            "about": about,
        }
        return await page(request, tx, viewer, "discussions/flags.html", context, form=form, error=error)


async def show_own(request: Request) -> Response:
    """What became of one's own flag; a host is led to the queue."""
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        concern_id = request.path_params["id"]
        try:
            own = await discussions.own_flag(tx, viewer, concern_id)
        except NotFound:
            return see(await _in_queue(tx, viewer, concern_id))
        return await page(request, tx, viewer, "discussions/own_flag.html", {"flag": own, "reasons": REASONS})


async def claim(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.claim(tx, viewer, request.path_params["id"])
        return see(await _in_queue(tx, viewer, request.path_params["id"]))


async def release(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.release(tx, viewer, request.path_params["id"])
        return see(await _in_queue(tx, viewer, request.path_params["id"]))


async def settle(request: Request) -> Response:
    form = await form_of(request)
    concern_id = request.path_params["id"]
    try:
        async with writing(request) as (tx, viewer):
            await discussions.settle(
                tx, viewer, concern_id, form.get("act"), form.get("word", ""), form.get("answer", "")
            )
            return see((await _in_queue(tx, viewer, concern_id)).partition("?")[0])
    except (Invalid, Conflict) as error:
        async with reading(request) as (tx, viewer):
            slug = (await _in_queue(tx, viewer, concern_id)).split("/")[2]
        wrong = error if isinstance(error, Invalid) else Invalid("act", error.sentence)
        return await queue(request, form, wrong, slug, concern_id)


async def _in_queue(tx: Transaction, viewer: Viewer | None, concern_id: int) -> str:
    """The place of a flagged post among those of its network."""
    concern = await discussions.concern_of(tx, viewer, concern_id)
    network = await networks.network_by_id(tx, viewer, concern.network_id)
    return (
        f"/networks/{network.slug}/flags{'?settled=yes' if concern.settled_at else ''}#concern-{concern_id}"
    )


async def hide(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        topic = await discussions.topic_of(tx, viewer, post.topic_id)
        await networks.must_have(tx, viewer, topic.network_id, "moderate")
        context = {"post": post, "topic": topic}
        return await page(request, tx, viewer, "discussions/hide.html", context, form=form, error=error)


async def take_hiding(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await discussions.hide(tx, viewer, request.path_params["id"], form.get("why"))
            post = await discussions.post_of(tx, viewer, request.path_params["id"])
    except Invalid as error:
        return await hide(request, form, error)
    return see(f"/topics/{post.topic_id}?post={post.number}#p{post.number}")


async def word(request: Request) -> Response:
    """For a post's author and the hosts: its text where it is hidden, why, and what hosts have said about it."""
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        kept = await discussions.kept_post(tx, viewer, request.path_params["id"])
        topic = await discussions.topic_of(tx, viewer, kept.post.topic_id)
        network = await networks.network_by_id(tx, viewer, topic.network_id)
        context = {"kept": kept, "post": kept.post, "topic": topic, "network": network}
        return await page(request, tx, viewer, "discussions/word.html", context)
