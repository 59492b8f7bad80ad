"""Where the links of letters lead: answering, and having no more reminders, without a session.

Mail scanners open links, so nothing changes before a button is pressed. The one for unsubscribing is also pressed by
mail programs themselves (RFC 8058), which must not be sent on to another page.
"""

from starlette.requests import Request
from starlette.responses import Response

from chat import dropins
from web.edge import form_of, limited, reading, see, writing
from web.pages import page

RATE = (120, 3600)  # from one address, in so many seconds


async def asked(request: Request) -> Response:
    await limited(request, "letter", *RATE)
    async with reading(request) as (tx, viewer):
        context = {"asked": await dropins.asked_by(tx, request.path_params["token"])}
        return await page(request, tx, viewer, "dropins/asked.html", context)


async def take_answer(request: Request) -> Response:
    await limited(request, "letter", *RATE)
    form = await form_of(request)
    async with writing(request) as (tx, _):
        await dropins.answer_by_letter(tx, request.path_params["token"], form)
    return see(request.url.path)


async def subscription(request: Request) -> Response:
    await limited(request, "letter", *RATE)
    return await _subscription(request)


async def end_subscription(request: Request) -> Response:
    await limited(request, "letter", *RATE)
    form = await form_of(request)
    async with writing(request) as (tx, _):
        everywhere = bool(form.get("everywhere"))
        await dropins.unsubscribe(tx, request.path_params["token"], everywhere=everywhere)
    return await _subscription(request, "everywhere" if everywhere else "here")


async def _subscription(request: Request, done: str = "") -> Response:
    async with reading(request) as (tx, viewer):
        context = {
            "subscription": await dropins.subscription_of(tx, request.path_params["token"]),
            "done": done,
        }
        return await page(request, tx, viewer, "dropins/unsubscribe.html", context)
