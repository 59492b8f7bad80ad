"""In development, the e-mails that would have been sent."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chat import mail
from chat.errors import NotFound
from web.edge import reading
from web.guard import LETTER
from web.house import house_of
from web.pages import page


async def mailbox(request: Request) -> Response:
    """All of them, the newest first."""
    house = house_of(request)
    if not house.settings.mailbox:
        raise NotFound
    letters = await mail.mailbox(house.redis)
    async with reading(request) as (tx, viewer):
        return await page(request, tx, viewer, "dev/mailbox.html", {"letters": letters})


async def letter(request: Request) -> Response:
    """One of them, as mail programs show it."""
    house = house_of(request)
    found = await mail.kept(house.redis, request.path_params["id"]) if house.settings.mailbox else None
    if found is None:
        raise NotFound
    request.scope["sandboxed"] = LETTER
    return HTMLResponse(mail.drawn(found, house.settings))
