"""Tags: of a network, of one of its topics, and what has one."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, networks
from chat.discussions import Last
from chat.errors import Forbidden, Invalid, NotFound
from chat.languages import _
from web.discussions.marks import around
from web.edge import before_of, form_of, in_address, reading, see, writing
from web.pages import page

A_PAGE = 40

Form = Mapping[str, Any]


async def index(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        context = {"network": network, "tags": await discussions.tags_in(tx, network)}
        return await page(request, tx, viewer, "discussions/tags.html", context)


async def show(request: Request) -> Response:
    """The topics of a tag, the most recently active first. The same answer for a tag that was and one that never was."""
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        tag = request.path_params["tag"]
        if discussions.tag_of(tag) != tag:
            raise NotFound
        before = before_of(request.query_params.get("before"))
        topics = await discussions.topics_in(tx, viewer, network.id, limit=A_PAGE + 1, before=before, tag=tag)
        shown = topics[:A_PAGE]
        more = in_address(Last(shown[-1].last_post_at, shown[-1].id)) if len(topics) > A_PAGE else ""
        context = {"network": network, "tag": tag, "topics": shown, "more": more}
        return await page(request, tx, viewer, "discussions/tagged.html", context)


async def edit(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
        network = await networks.network_by_id(tx, viewer, topic.network_id)
        if not (await around(tx, viewer, network, topic))["tends"]:
            raise Forbidden(_("Only who started this discussion or a host can do this."))
        context = {"topic": topic, "tags_here": await discussions.tags_in(tx, network)}
        return await page(
            request, tx, viewer, "discussions/change_tags.html", context, form=form, error=error
        )


async def save(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await discussions.change_tags(tx, viewer, request.path_params["id"], form.get("tags"))
    except Invalid as error:
        return await edit(request, form, error)
    return see(f"/topics/{request.path_params['id']}")
