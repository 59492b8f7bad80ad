"""Topics and posts."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import clock, discussions, dropins, networks, notices
from chat.db import Transaction
from chat.discussions import AUTHORS_MAY_RENAME, PostSeen, TopicRow
from chat.errors import Conflict, Forbidden, Invalid, SignInFirst
from chat.events import LOOKS, topic_stream
from chat.languages import _
from chat.limits import POSTS
from chat.members import Viewer
from chat.networks import NetworkSeen
from web import shelf
from web.discussions.composing import begun, keep, look, shown_again
from web.discussions.leafing import address_of_post, addresses_of, drawn_leaf, place_asked, since
from web.discussions.marks import around, given_to
from web.discussions.polls import of_poll, poll_in
from web.edge import (
    Visit,
    address_of,
    browser_of,
    form_of,
    limited,
    looking,
    number,
    reading,
    see,
    session_token,
    writing,
)
from web.feeds import meta
from web.files.taking import files_of_form, form_with_files
from web.house import house_of
from web.pages import page

Form = Mapping[str, Any]


async def new(
    request: Request, form: Form | None = None, error: Invalid | None = None, preview: bool = False
) -> Response:
    async with reading(request) as (tx, viewer):
        network = await networks.open_network_of(tx, viewer, request.path_params["slug"])
        if viewer is None:
            raise SignInFirst
        if not network.takes_topics:
            raise Forbidden(
                _("In this network its hosts start the discussions. You can answer in those that there are.")
            )
        form = form or await begun(request, tx, viewer)
        context = {
            "network": network,
            "tags_here": await discussions.tags_in(tx, network),
            "attached": await files_of_form(tx, viewer, form),
            **await look(request, tx, viewer, network.id, form, preview),
        }
        return await page(request, tx, viewer, "discussions/new.html", context, form=form, error=error)


async def start(request: Request) -> Response:
    slug = request.path_params["slug"]
    form, refused = await form_with_files(
        request, lambda tx, viewer: networks.open_network_of(tx, viewer, slug)
    )
    if form.get("preview"):
        return await shown_again(request, form, new)
    if form.get("keep"):
        return await keep(request, form, network=slug)
    try:
        if refused:
            raise refused
        async with writing(request) as (tx, viewer):
            if viewer:
                await limited(request, "post", *POSTS, who=viewer.id)
            network = await networks.open_network_of(tx, viewer, slug)
            made = await discussions.start_topic(
                tx,
                viewer,
                network,
                form.get("title"),
                form.get("body"),
                anonymous=form.get("anonymous"),
                tags=form.get("tags"),
                poll=poll_in(form),
                attached=form.get("files"),
                op=form.get("op") or None,
            )
    except Invalid as error:
        return await new(request, form, of_poll(error))
    return see(f"/topics/{made['id']}")


async def show(
    request: Request, form: Form | None = None, error: Invalid | None = None, preview: bool = False
) -> Response:
    if go := request.query_params.get("go"):  # by a form, whose address leads to no place in a page
        return see(address_of_post(request.path_params["id"], number(go, field="go")))
    house, kept = house_of(request), None
    topic_id, address = request.path_params["id"], shelf.address_in(request) if error is None else None
    if address and address in house.shelf:
        async with house.db.glance() as glance:
            kept = house.shelf.find(address, await shelf.version_of(glance, topic_stream(topic_id)))
    if kept:
        house.looks.count(topic_id, None, address_of(request), browser_of(request))
        return shelf.answer(request, kept)
    if error is None and not preview and session_token(request):
        with suppress(shelf.Missed):
            async with looking(request) as visit:
                return await _shown(request, visit, None, None, False, at_once=True)
    async with reading(request) as visit:
        return await _shown(request, visit, form, error, preview)


async def _shown(
    request: Request,
    visit: Visit,
    form: Form | None,
    error: Invalid | None,
    preview: bool,
    *,
    at_once: bool = False,
) -> Response:
    """A topic's page. What must fit together is read in one moment, or `at_once` was drawn before: then it is as it stood
    before we asked whether the viewer may read it. Raises Missed where that is not so."""
    query, house, (tx, viewer) = request.query_params, house_of(request), visit
    stream = topic_stream(request.path_params["id"])
    topic_id = request.path_params["id"]
    around_it, (topics, its_network, unread, own_rows) = await notices.surroundings_and(
        tx,
        viewer,
        [LOOKS, stream],
        discussions.topic_question(viewer, topic_id),
        discussions.its_network_question(viewer, topic_id),
        discussions.unread_spot_question(viewer, topic_id),
        discussions.own_question(viewer, topic_id),
    )
    topic = await discussions.topic_in(tx, viewer, topic_id, topics)
    network = networks.network_in(its_network)
    if at_once and (topic.polled_at or topic.hidden_at or topic.merged_into):
        raise shelf.Missed
    wanted = number(query["post"], field="post") if query.get("post") else None
    if topic.merged_into:
        return see(address_of_post(*await discussions.where_now(tx, viewer, topic.id, wanted)))
    way = discussions.way_of(viewer, query.get("view"), query.get("order"))
    version = shelf.version_in(around_it.standing, stream)
    place = await place_asked(request, tx, topic, way, unread[0] if unread else None)
    drawn = await drawn_leaf(request, tx, topic, place, way, version, at_once=at_once)
    leaf, drop_in = drawn.leaf, None
    if at_once and drawn.drop_in:
        raise shelf.Missed
    if drawn.drop_in:
        drop_in = await dropins.drop_in_of(tx, viewer, drawn.drop_in)
        if drop_in.lets_in and not error and not preview:
            return see(f"/drop-ins/{drop_in.id}")
    if wanted and any(post.number == wanted and post.moved_to for post in leaf.posts):
        return see(address_of_post(*await discussions.where_now(tx, viewer, topic.id, wanted)))
    form = form or await begun(request, tx, viewer)
    parent = (form or {}).get("parent") or query.get("reply")
    answered = next((p for p in leaf.posts if str(p.id) == str(parent)), None) if parent else None
    head = await around(tx, viewer, network, topic)
    kept_own = discussions.own_from(viewer, own_rows)
    context = {
        "topic": topic,
        "network": network,
        "posts": leaf.posts,
        "drawn": zip(leaf.posts, drawn.posts, strict=True),
        "leaf": leaf,
        "way": way,
        "at": addresses_of(topic, way, discussions.way_of(viewer), leaf),
        "since": since(request, topic, way, leaf),
        "answered": answered,
        "drop_in": drop_in,
        "attached": await files_of_form(tx, viewer, form),
        "meta": meta.of_topic(viewer, network, topic, leaf.posts, leaf.page),
        **(own := await unnamed(tx, viewer, network, topic.id, leaf.posts)),
        **head,
        "following": kept_own and kept_own.following,
        "given": await given_to(tx, viewer, leaf.posts, head, kept_own),
        **await look(request, tx, viewer, network.id, form, preview),
        "why": await discussions.why_hidden(tx, topic.id) if topic.hidden_at else None,
        "closed": topic.locked_at and not network.may("moderate") and not error,
        "may_rename": _is_new(topic) and _is_own(topic, viewer, leaf.posts, own["own_posts"]),
    }
    response = await page(
        request,
        tx,
        viewer,
        "discussions/show.html",
        context,
        streams=[stream],
        around=around_it,
        form=form,
        error=error,
    )
    if (address := shelf.address_in(request)) and error is None and version and not drop_in:
        whole = shelf.whole(request, response)
        house.shelf.keep(address, version, whole, len(whole.body) + len(whole.small))
        response = shelf.answer(request, whole)

    house.looks.count(topic.id, viewer, address_of(request), browser_of(request))
    return response


async def reply(request: Request) -> Response:
    topic_id = request.path_params["id"]
    form, refused = await form_with_files(request, lambda tx, viewer: _network(tx, viewer, topic_id))
    if form.get("preview"):
        return await shown_again(request, form, show)
    if form.get("keep"):
        return await keep(request, form, topic=topic_id)
    try:
        if refused:
            raise refused
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
                attached=form.get("files"),
                op=form.get("op") or None,
            )
    except Invalid as error:
        return await show(request, form, error)
    except Conflict as error:  # the text comes back, with what has happened to the topic meanwhile
        if not form.get("body"):
            raise
        return await show(request, form, Invalid("body", error.sentence))
    return see(address_of_post(made["topic"], made["number"]))


async def edit(
    request: Request, form: Form | None = None, error: Invalid | None = None, preview: bool = False
) -> Response:
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        if viewer is None or not await discussions.wrote(tx, viewer, post.id):
            raise Forbidden(_("Only its author can change a post."))
        topic = await discussions.topic_of(tx, viewer, post.topic_id)
        context = {
            "post": post,
            "topic": topic,
            "attached": await files_of_form(tx, viewer, form) if form else post.files,
            **await look(request, tx, viewer, topic.network_id, form, preview),
        }
        return await page(request, tx, viewer, "discussions/edit.html", context, form=form, error=error)


async def save(request: Request) -> Response:
    async def find(tx: Transaction, viewer: Viewer | None) -> NetworkSeen:
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        return await _network(tx, viewer, post.topic_id)

    form, refused = await form_with_files(request, find)
    if form.get("preview"):
        return await shown_again(request, form, edit)
    try:
        if refused:
            raise refused
        async with writing(request) as (tx, viewer):
            await discussions.edit(tx, viewer, request.path_params["id"], form.get("body"), form.get("files"))
            post = await discussions.post_of(tx, viewer, request.path_params["id"])
    except Invalid as error:
        return await edit(request, form, error)
    return see(address_of_post(post.topic_id, post.number))


async def confirm_removal(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        topic = await discussions.topic_of(tx, viewer, post.topic_id)
        network = await networks.network_by_id(tx, viewer, topic.network_id)
        if viewer is None or not (network.may("remove_post") or await discussions.wrote(tx, viewer, post.id)):
            raise Forbidden(_("Only its author or a host can remove a post."))
        return await page(request, tx, viewer, "discussions/remove.html", {"post": post, "topic": topic})


async def remove(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.remove(tx, viewer, request.path_params["id"])
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
    return see(address_of_post(post.topic_id, post.number))


async def unnamed(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, topic_id: int, posts: list[PostSeen]
) -> dict[str, Any]:
    """For the viewer's page alone: which posts are theirs though they don't say so, and what they are called here."""
    may = network.role is not None and network.anonymity_since is not None
    return {
        "own_posts": await discussions.own_among(tx, viewer, posts),
        "pseudonym": await discussions.pseudonym_of(tx, viewer, topic_id) if may else None,
    }


async def _network(tx: Transaction, viewer: Viewer | None, topic_id: int) -> NetworkSeen:
    topic = await discussions.topic_of(tx, viewer, topic_id)
    return await networks.network_by_id(tx, viewer, topic.network_id)


def _is_new(topic: TopicRow) -> bool:
    return topic.created_at > clock.now() - AUTHORS_MAY_RENAME and not (topic.locked_at or topic.hidden_at)


def _is_own(topic: TopicRow, viewer: Viewer | None, posts: list[PostSeen], own: list[int]) -> bool:
    """Whether the viewer started it, perhaps without their name."""
    if viewer is None:
        return False
    return topic.author.id == viewer.id or any(post.number == 1 and post.id in own for post in posts)
