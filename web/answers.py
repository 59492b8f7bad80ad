"""Errors, answered in one place: a page for people, a problem (RFC 9457) for programs."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from chat.db import AWAY, own_fault, unholdable
from chat.errors import Conflict, Forbidden, HubError, Invalid, NotFound, SignInFirst, TooMany
from chat.languages import _, sentence
from web.edge import reading
from web.pages import bare, page

log = structlog.get_logger()

STATUS: dict[type[HubError], int] = {
    NotFound: 404,
    SignInFirst: 401,
    Forbidden: 403,
    Invalid: 422,
    Conflict: 409,
    TooMany: 429,
}


def status_of(error: HubError) -> int:
    return STATUS.get(type(error), 400)


async def hub_error(request: Request, error: Exception) -> Response:
    """An error that is an answer."""
    assert isinstance(error, HubError)
    status = status_of(error)
    headers = {"retry-after": str(error.retry)} if isinstance(error, TooMany) else {}
    if wants_json(request):
        field = error.field if isinstance(error, Invalid) else None
        return problem(status, error.sentence, field=field, headers=headers)
    if isinstance(error, SignInFirst) and request.method == "GET":
        return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", status_code=303)
    if isinstance(error, NotFound) and error.inside:
        return await elsewhere(request, *error.inside)
    return await error_page(request, status, error.sentence, headers)


async def elsewhere(request: Request, slug: str, name: str) -> Response:
    """What is there belongs to a network that this viewer may ask for a place. Its own address says nothing more."""
    async with reading(request) as (tx, viewer):
        context = {"slug": slug, "name": name}
        return await page(request, tx, viewer, "networks/elsewhere.html", context, status=404)


async def http_error(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: an unknown address, a wrong method, a body too large."""
    assert isinstance(error, HTTPException)
    said = SENTENCES.get(error.status_code, error.detail)
    if wants_json(request):
        return problem(error.status_code, _(said), headers=dict(error.headers or {}))
    return await error_page(request, error.status_code, said, dict(error.headers or {}))


SENTENCES = {
    404: NotFound.sentence,
    405: sentence("That can’t be done here."),
    413: sentence("What you sent is larger than the hub takes."),
}
HEADINGS = {
    401: sentence("Sign in first"),
    403: sentence("That is not yours to do"),
    404: sentence("Not found"),
    409: sentence("No longer possible"),
    413: sentence("Too large"),
    422: sentence("Something needs another look"),
    429: sentence("Too fast"),
    500: sentence("Something broke"),
    503: sentence("Back in a moment"),
}
OTHER = sentence("That did not work")
# What one can do about it, where the sentence itself does not say.
ADVICE = {
    403: sentence("If you think that you should be able to, ask a host of the network."),
    404: sentence(
        "Look at the address once more. What was here may have been moved or removed, or belong to a network that you are not in."
    ),
    409: sentence(
        "Somebody else may have been quicker. Go back, load the page again and look at how things are now."
    ),
    422: sentence("Go back and change it. Most browsers keep what you have typed."),
    500: sentence("It has been noted in the log. If it happens again, tell whoever runs this hub."),
    503: sentence("This page can be loaded again in a moment."),
}


async def database_error(request: Request, error: Exception) -> Response:
    """What no column could hold, nothing in the house is called; any other trouble is an accident."""
    if unholdable(error):
        return await hub_error(request, NotFound())
    raise error


async def unexpected(request: Request, error: Exception) -> Response:
    """An accident. Its story is in the log; the answer tells nothing of the inside."""
    away = isinstance(error, AWAY) and not own_fault(error)
    log.error("unexpected", path=_without_secret(request), method=request.method, exc_info=error)
    said = (
        _(
            "The hub can’t reach its database at the moment. What you sent may not have been saved; look before you send it again."
        )
        if away
        else _("Something went wrong on our side. What you sent may not have been saved.")
    )
    status = 503 if away else 500
    return problem(status, said) if wants_json(request) else page_without_database(status, said)


def _without_secret(request: Request) -> str:
    """The path for the log, where no address that opens something may stand."""
    token = request.path_params.get("token")
    return request.url.path.replace(token, "…") if token else request.url.path


def wants_json(request: Request) -> bool:
    """A program, or the script of a page that shows the refusal in its own place."""
    return request.url.path.startswith("/api/") or request.headers.get("accept") == "application/problem+json"


def problem(
    status: int, detail: str, *, field: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """An RFC 9457 problem; a wrong field is named in `field`."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if field:
        body["field"] = field
    return Response(msgspec.json.encode(body), status, headers=headers, media_type="application/problem+json")


def plain_answer(status: int, said: str) -> Response:
    return PlainTextResponse(said + "\n", status)


async def error_page(
    request: Request, status: int, said: str, headers: dict[str, str] | None = None
) -> Response:
    try:
        async with reading(request) as (tx, viewer):
            about = _about(status, said)
            return await page(request, tx, viewer, "site/error.html", about, status=status, headers=headers)
    except AWAY:
        return page_without_database(status, said)


def page_without_database(status: int, said: str) -> Response:
    return bare("site/down.html", _about(status, said), status)


def _about(status: int, said: str) -> dict[str, Any]:
    """What a page says of an error, in the language of its reader, who may not have been known when it happened. HTTP's own
    phrases are for programs."""
    heading = _(HEADINGS.get(status, OTHER))
    advice = _(ADVICE[status]) if status in ADVICE else ""
    return {"status": status, "title": heading, "sentence": _(said), "advice": advice}
