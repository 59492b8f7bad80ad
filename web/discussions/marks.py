"""What people do to posts with one touch: react, mark the answer, bring back what was removed. And what a page shows of it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions
from chat.db import Transaction
from chat.discussions import Own, PostSeen, TopicRow
from chat.errors import Invalid
from chat.languages import _
from chat.limits import POSTS
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.edge import form_of, limited, reading, see, writing
from web.pages import page

Given = dict[str, Any]


async def around(tx: Transaction, viewer: Viewer | None, network: NetworkSeen, topic: TopicRow) -> Given:
    """For a topic's page: its poll, and whether the viewer may tend it. Two statements where there is a poll, else none."""
    poll = (await discussions.polls_of_topics(tx, [topic.id])).get(topic.id) if topic.polled_at else None
    return {
        "poll": poll,
        "ballot": await discussions.own_ballot(tx, viewer, poll),
        "tends": network.may("tend_topics") or await _started(tx, viewer, topic),
    }


async def given_to(
    tx: Transaction,
    viewer: Viewer | None,
    posts: list[PostSeen],
    around: Given | None = None,
    own: Own | None = None,
) -> list[str]:
    """The keys of what is the viewer's own on a page, for its rules: thanks-12 is a reaction, choice1-9 a vote,
    bookmark-12 a post that they keep."""
    keys = [f"{kind}-{post}" for post, kind in await discussions.own_reactions(tx, viewer, posts)]
    if own and own.kept:
        shown = {post.id for post in posts}
        keys += [f"bookmark-{post}" for post in own.kept if post in shown]
    if around and around["ballot"]:
        keys += [f"choice{option}-{around['poll'].id}" for option in around["ballot"].choices]
    return keys


async def _started(tx: Transaction, viewer: Viewer | None, topic: TopicRow) -> bool:
    if viewer is None or topic.author_kind == "member":
        return viewer is not None and topic.author.id == viewer.id
    return await discussions.started(tx, viewer, topic.id)


async def react(request: Request) -> Response:
    form = await form_of(request)
    post_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        if viewer:
            await limited(request, "react", *POSTS, who=viewer.id)
        if form.get("take"):
            await discussions.take_reaction_back(tx, viewer, post_id, form["take"])
        else:
            await discussions.react(tx, viewer, post_id, form.get("give"))
        post = await discussions.post_of(tx, viewer, post_id)
    return see(address_of_post(post))


async def reactions(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        own = viewer is not None and await discussions.wrote(tx, viewer, post.id)
        context = {
            "post": post,
            "topic": await discussions.topic_of(tx, viewer, post.topic_id),
            "reacted": await discussions.reactions_of(tx, viewer, post.id),
            "given": await given_to(tx, viewer, [post]),
            "may_react": viewer is not None and viewer.verified and not own and not post.removed_at,
            "back": address_of_post(post),
        }
        return await page(request, tx, viewer, "discussions/reactions.html", context)


async def solve(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.solve(tx, viewer, request.path_params["id"])
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
    return see(address_of_post(post))


async def unsolve(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.unsolve(tx, viewer, request.path_params["id"])
    return see(f"/topics/{request.path_params['id']}")


async def restore(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.restore(tx, viewer, request.path_params["id"])
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
    return see(address_of_post(post))


async def history(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        before = number_before(request)
        post, versions, more = await discussions.history_of(tx, viewer, request.path_params["id"], before)
        topic = await discussions.topic_of(tx, viewer, post.topic_id)
        context = {
            "post": post,
            "topic": topic,
            "versions": versions,
            "more": more,
            "may_remove": await discussions.may_remove_revisions(tx, viewer, topic),
            "back": address_of_post(post),
        }
        return await page(request, tx, viewer, "discussions/history.html", context)


async def remove_revision(request: Request) -> Response:
    await form_of(request)
    post_id = request.path_params["id"]
    async with writing(request) as (tx, viewer):
        await discussions.remove_revision(tx, viewer, post_id, request.path_params["rev"])
    return see(f"/posts/{post_id}/history")


def number_before(request: Request) -> int | None:
    """The rev of the last version that is known, of the address."""
    text = request.query_params.get("before")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise Invalid("before", _("That is not a number."))
    return int(text)


def address_of_post(post: PostSeen) -> str:
    return f"/topics/{post.topic_id}?post={post.number}#p{post.number}"
