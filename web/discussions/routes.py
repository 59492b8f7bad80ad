"""Topics and posts."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions, dropins, networks
from chat.db import Transaction
from chat.discussions import PostSeen
from chat.errors import Forbidden, Invalid, SignInFirst
from chat.events import topic_stream
from chat.limits import POSTS
from chat.members import Viewer
from chat.networks import NetworkSeen
from web import shelf
from web.discussions.marks import around, given_to
from web.discussions.polls import of_poll, poll_in
from web.edge import address_of, browser_of, form_of, limited, number, reading, see, writing
from web.feeds import meta
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
        context = {"network": network, "tags_here": await discussions.tags_in(tx, network)}
        return await page(request, tx, viewer, "discussions/new.html", context, form=form, error=error)


async def start(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "post", *POSTS, who=viewer.id)
            network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
            made = await discussions.start_topic(
                tx,
                viewer,
                network,
                form.get("title"),
                form.get("body"),
                anonymous=form.get("anonymous"),
                tags=form.get("tags"),
                poll=poll_in(form),
                op=form.get("op") or None,
            )
    except Invalid as error:
        return await new(request, form, of_poll(error))
    return see(f"/topics/{made['id']}")


async def show(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    query, house, kept = request.query_params, house_of(request), None
    topic_id, address = request.path_params["id"], shelf.address_in(request) if error is None else None
    if address and address in house.shelf:
        async with house.db.glance() as glance:
            kept = house.shelf.find(address, await shelf.version_of(glance, topic_stream(topic_id)))
    if kept:
        house.looks.count(topic_id, None, address_of(request), browser_of(request))
        return shelf.answer(request, kept)
    async with reading(request) as (tx, viewer):
        topic = await discussions.topic_of(tx, viewer, topic_id)
        room = await dropins.drop_in_of_topic(tx, topic.id)
        drop_in = await dropins.drop_in_of(tx, viewer, room) if room else None
        if drop_in and drop_in.lets_in and not error:
            return see(f"/drop-ins/{room}")
        network = await networks.network_by_id(tx, viewer, topic.network_id, counted=False)
        shown = (
            await discussions.page_of_post(tx, topic.id, number(query["post"], field="post"))
            if query.get("post")
            else number(query.get("page"))
        )
        posts, pages = await discussions.thread(tx, topic, shown)
        parent = (form or {}).get("parent") or query.get("reply")
        answered = next((p for p in posts if str(p.id) == str(parent)), None) if parent else None
        head = await around(tx, viewer, network, topic)
        context = {
            "topic": topic,
            "network": network,
            "posts": posts,
            "shown": shown,
            "pages": pages,
            "answered": answered,
            "drop_in": drop_in,
            **await unnamed(tx, viewer, network, topic.id, posts),
            "meta": meta.of_topic(viewer, network, topic, posts, shown),
            **head,
            "given": await given_to(tx, viewer, posts, head),
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
        if address and not drop_in and (version := await shelf.version_of(tx, topic_stream(topic.id))):
            whole = shelf.whole(request, response)
            house.shelf.keep(address, version, whole, len(whole.body) + len(whole.small))
            response = shelf.answer(request, whole)
    house.looks.count(topic.id, viewer, address_of(request), browser_of(request))
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
                anonymous=form.get("anonymous"),
                op=form.get("op") or None,
            )
    except Invalid as error:
        return await show(request, form, error)
    return see(f"/topics/{topic_id}?post={made['number']}#p{made['number']}")


async def edit(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        if viewer is None or not await discussions.wrote(tx, viewer, post.id):
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
        network = await networks.network_by_id(tx, viewer, topic.network_id)
        if viewer is None or not (network.may("remove_post") or await discussions.wrote(tx, viewer, post.id)):
            raise Forbidden("Only its author or a host can remove a post.")
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


async def unnamed(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, topic_id: int, posts: list[PostSeen]
) -> dict[str, Any]:
    """For the viewer's page alone: which posts are theirs though they don't say so, and what they are called here."""
    may = network.role is not None and network.anonymity_since is not None
    return {
        "own_posts": await discussions.own_among(tx, viewer, posts),
        "pseudonym": await discussions.pseudonym_of(tx, viewer, topic_id) if may else None,
    }


def _address(post: PostSeen) -> str:
    return f"/topics/{post.topic_id}?post={post.number}#p{post.number}"
