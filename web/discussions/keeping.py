"""Posts that one keeps for later."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import discussions
from chat.errors import Invalid, SignInFirst
from web.edge import form_of, moment_of, own_path, reading, see, writing
from web.pages import page

A_PAGE = 30


async def index(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        before = moment_of(request.query_params.get("before"))
        found = await discussions.bookmarks_of(tx, viewer, limit=A_PAGE + 1, before=before)
        shown = found[:A_PAGE]
        context = {"bookmarks": shown, "oldest": shown[-1].kept.saved_at if len(found) > A_PAGE else None}
        return await page(request, tx, viewer, "discussions/bookmarks.html", context)


async def show(
    request: Request, form: Mapping[str, Any] | None = None, error: Invalid | None = None
) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        post = await discussions.post_of(tx, viewer, request.path_params["id"])
        context = {
            "post": post,
            "topic": await discussions.topic_of(tx, viewer, post.topic_id),
            "kept": await discussions.kept_by(tx, viewer, post.id),
            "back": own_path((form or request.query_params).get("back") or _address(post)),
        }
        return await page(request, tx, viewer, "discussions/bookmark.html", context, form=form, error=error)


async def keep(request: Request) -> Response:
    """With one touch, or with what the form says."""
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await discussions.keep(tx, viewer, request.path_params["id"], form)
            post = await discussions.post_of(tx, viewer, request.path_params["id"])
    except Invalid as error:
        return await show(request, form, error)
    return see(own_path(form.get("back") or _address(post)))


async def let_go(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        await discussions.let_go(tx, viewer, request.path_params["id"])
    return see(own_path(form.get("back") or "/bookmarks"))


def _address(post: discussions.PostSeen) -> str:
    return f"/topics/{post.topic_id}?post={post.number}#p{post.number}"
