"""A calendar as an answer."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chat.languages import _
from chat.networks.addresses import Fetched
from web.freshness import SECRET, fresh


async def calendar_answer(request: Request, fetched: Fetched) -> Response:
    headers = {
        **SECRET,
        "cache-control": "private, no-cache",
        "content-disposition": 'inline; filename="drop-ins.ics"',
    }
    return await fresh(request, f"calendar:{fetched.key}", fetched.body, "text/calendar", headers)


def no_calendar() -> Response:
    """The one answer where there is no calendar, or none any more, or none for whoever asks."""
    return PlainTextResponse(_("There is no such calendar.") + "\n", 404, headers=SECRET)
