"""What a member is told. Looking at the page changes nothing: buttons say what has been read."""

from datetime import timedelta
from itertools import groupby
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from chat import clock, notices
from chat.languages import _, dated
from chat.notices import NoticeSeen
from web.edge import form_of, moment_of, number, own_path, reading, see, writing
from web.pages import page

A_PAGE = 50


async def index(request: Request) -> Response:
    before = number(request.query_params.get("before"), least=0, field="before") or None
    async with reading(request) as (tx, viewer):
        found = await notices.notices_of(tx, viewer, limit=A_PAGE + 1, before=before)
        shown = found[:A_PAGE]
        context = {
            "days": [(day, list(those)) for day, those in groupby(shown, key=_day)],
            "newest": shown[0].turn if shown else 0,
            "oldest": shown[-1].turn if len(found) > A_PAGE else None,
            "undo": request.query_params.get("undo", "")[:40],
        }
        return await page(request, tx, viewer, "notices/index.html", context)


async def open_one(request: Request) -> Response:
    """Note that it has been read, and go where it leads."""
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        notice = await notices.open_notice(tx, viewer, request.path_params["id"])
    return see(own_path(notice.link) if notice.link and not form.get("stay") else "/notices")


async def read_all(request: Request) -> Response:
    form = await form_of(request)
    newest = number(form.get("newest"), field="newest")
    async with writing(request) as (tx, viewer):
        at = await notices.read_through(tx, viewer, newest)
    return see(f"/notices?undo={quote(at.isoformat(), safe=':')}")


async def undo(request: Request) -> Response:
    """What was marked as read all at once is not."""
    form = await form_of(request)
    at = moment_of(form.get("at"), "at")
    async with writing(request) as (tx, viewer):
        if at is not None:
            await notices.unread_again(tx, viewer, at)
    return see("/notices")


def _day(notice: NoticeSeen) -> str:
    day, today = notice.created_at.date(), clock.now().date()
    if day == today:
        return _("Today")
    return _("Yesterday") if day == today - timedelta(days=1) else dated(day)
