"""Topics and posts."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, dropins, networks
from chat.discussions import PostSeen
from chat.errors import Forbidden, Invalid, SignInFirst
from chat.events import topic_stream
from chat.limits import POSTS
from web.edge import address_of, browser_of, form_of, limited, number, reading, see, writing
from web.house import house_of
from web.pages import page

Form = Mapping[str, Any]


async def new(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        if viewer is None:
            raise SignInFirst
        if not network.takes_topics:
            raise Forbidden(
                "In this network its hosts start the discussions. You can answer in those that there are."
            )
        return await page(
            request, tx, viewer, "discussions/new.html", {"network": network}, form=form, error=error
        )


async def start(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "post", *POSTS, who=viewer.id)
            network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
            made = await discussions.start_topic(
                tx, viewer, network, form.get("title"), form.get("body"), op=form.get("op") or None
            )
    except Invalid as error:
        return await new(request, form, error)
    return see(f"/topics/{made['id']}")


async def show(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    query = request.query_params
    async with reading(request) as (tx, viewer):
        topic = await discussions.topic_of(tx, viewer, request.path_params["id"])
        room = await dropins.drop_in_of_topic(tx, topic.id)
        if room and not error and (await dropins.drop_in_of(tx, viewer, room)).lets_in:
            return see(f"/drop-ins/{room}")
        network = await networks.network_by_id(tx, viewer, topic.network_id)
        shown = (
            await discussions.page_of_post(tx, topic.id, number(query["post"], field="post"))
            if query.get("post")
            else number(query.get("page"))
        )
        posts, pages = await discussions.thread(tx, topic, shown)
        parent = (form or {}).get("parent") or query.get("reply")
        answered = next((p for p in posts if str(p.id) == str(parent)), None) if parent else None
        context = {
            "topic": topic,
            "network": network,
            "posts": posts,
            "shown": shown,
            "pages": pages,
            "answered": answered,
        }
        response = await page(
            request,
            tx,
            viewer,
            "discussions/show.html",
            context,
            streams=[topic_stream(topic.id)],
            form=form,
            error=error,
        )
    await discussions.count_view(
        house_of(request).redis, topic.id, viewer, address_of(request), browser_of(request)
    )
    return response


async def reply(request: Request) -> Response:
    form = await form_of(request)
    topic_id = request.path_params["id"]
    try:
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "post", *POSTS, who=viewer.id)
            made = await discussions.reply(
                tx,
                viewer,
                topic_id,
                form.get("body"),
                parent=form.get("parent") or None,
                op=form.get("op") or None,
            )
    except Invalid as error:
        return await show(request, form, error)
    return see(f"/topics/{topic_id}?post={made['number']}#p{made['number']}")


async def edit(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        if viewer is None or post.author_id != viewer.id:
            raise Forbidden("Only its author can change a post.")
        topic = await discussions.topic_of(tx, viewer, post.topic_id)
        return await page(
            request,
            tx,
            viewer,
            "discussions/edit.html",
            {"post": post, "topic": topic},
            form=form,
            error=error,
        )


async def save(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await discussions.edit(tx, viewer, request.path_params["id"], form.get("body"))
            post = await discussions.post_of(tx, viewer, request.path_params["id"])
    except Invalid as error:
        return await edit(request, form, error)
    return see(_address(post))


async def confirm_removal(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        topic = await discussions.topic_of(tx, viewer, post.topic_id)
        return await page(request, tx, viewer, "discussions/remove.html", {"post": post, "topic": topic})


async def remove(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.remove(tx, viewer, request.path_params["id"])
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
    return see(_address(post))


async def mark_read(request: Request) -> Response:
    """By beacon, when the page hides; an answer is not read."""
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.mark_read(
            tx, viewer, request.path_params["id"], number(form.get("number"), least=0, field="number")
        )
    return Response(status_code=204)


async def search(request: Request) -> Response:
    words = request.query_params.get("q", "")[:200]
    if words:
        await limited(request, "search", 60, 60)
    async with reading(request) as (tx, viewer):
        hits = await discussions.search(tx, viewer, words)
        return await page(request, tx, viewer, "discussions/search.html", {"words": words, "hits": hits})


def _address(post: PostSeen) -> str:
    return f"/topics/{post.topic_id}?post={post.number}#p{post.number}"
