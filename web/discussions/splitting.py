"""Pages on which hosts split a topic, or merge it into another."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions
from chat.errors import Invalid
from web.discussions.tending import tended
from web.edge import form_of, number, reading, see, writing
from web.pages import page

Form = Mapping[str, Any]

A_PAGE = 40  # posts to choose from; a form has fifty fields at most


async def split(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    """The posts of the topic in the order they were written, from the one that the address names on."""
    first = number((form or request.query_params).get("post"), field="post")
    async with reading(request) as (tx, viewer):
        viewer, topic, network = await tended(tx, viewer, request)
        posts = await discussions.posts_after(tx, topic, max(1, first - 1), A_PAGE + 1)
        chosen = _chosen(form) if form else [post.id for post in posts if post.number == first]
        context = {
            "topic": topic,
            "network": network,
            "posts": [post for post in posts[:A_PAGE] if not post.moved_to],
            "chosen": chosen,
            "first": first,
            "earlier": max(2, first - A_PAGE) if first > 2 else None,
            "later": posts[A_PAGE].number if len(posts) > A_PAGE else None,
        }
        return await page(request, tx, viewer, "discussions/split.html", context, form=form, error=error)


async def take_split(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            made = await discussions.split(
                tx, viewer, request.path_params["id"], form.get("title"), _chosen(form), op=form.get("op") or None
            )  # fmt: skip
    except Invalid as error:
        return await split(request, form, error)
    return see(f"/topics/{made['id']}")


async def merge(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        viewer, topic, network = await tended(tx, viewer, request)
        others = await discussions.topics_in(tx, viewer, network.id, limit=50)
        context = {
            "topic": topic,
            "network": network,
            "others": [other for other in others if other.id != topic.id],
        }
        return await page(request, tx, viewer, "discussions/merge.html", context, form=form, error=error)


async def take_merge(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            into = await discussions.merge(tx, viewer, request.path_params["id"], form.get("into"))
    except Invalid as error:
        return await merge(request, form, error)
    return see(f"/topics/{into}")


def _chosen(form: Form) -> list[int]:
    """The ids of the boxes that are ticked."""
    return [int(name[5:]) for name in form if re.fullmatch("post-[1-9][0-9]{0,17}", name)]
