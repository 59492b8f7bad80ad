"""Pages on which hosts ask, agree and see who wrote an anonymous post."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.discussions import Author
from chat.errors import Invalid, SignInFirst
from chat.limits import UNMASKINGS
from web.edge import form_of, limited, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]


async def index(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        context = {
            "network": network,
            "waiting": await discussions.open_unmaskings(tx, viewer, network),
        }
        return await page(request, tx, viewer, "discussions/unmaskings.html", context)


async def show(
    request: Request, author: Author | None = None, form: Form | None = None, error: Invalid | None = None
) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        asked = await discussions.unmaskings_of(tx, viewer, post.id)
        topic = await discussions.topic_of(tx, viewer, post.topic_id)
        context = {
            "post": post,
            "topic": topic,
            "network": await networks.network_by_id(tx, viewer, topic.network_id),
            "waiting": next((u for u in asked if u.open), None),
            "admits": next((u for u in asked if u.admits(viewer)), None),
            "past": [u for u in asked if not u.open],
            "author": author,
        }
        kept = {"cache-control": "no-store"} if author else None
        return await page(
            request, tx, viewer, "discussions/unmask.html", context, form=form, error=error, headers=kept
        )


async def ask(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "unmask", *UNMASKINGS, who=viewer.id)
            await discussions.ask_to_unmask(tx, viewer, request.path_params["id"], form.get("reason"))
    except Invalid as error:
        return await show(request, None, form, error)
    return see(f"/posts/{request.path_params['id']}/unmask")


async def agree(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        post_id = await discussions.agree_to_unmask(tx, viewer, request.path_params["id"])
    return see(f"/posts/{post_id}/unmask")


async def decline(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        post_id = await discussions.decline_to_unmask(tx, viewer, request.path_params["id"])
    return see(f"/posts/{post_id}/unmask")


async def reveal(request: Request) -> Response:
    """The name is in this answer alone: no address leads to it, and each look is recorded."""
    await form_of(request)
    async with writing(request) as (tx, viewer):
        author = await discussions.unmask(tx, viewer, request.path_params["id"])
    return await show(request, author)
