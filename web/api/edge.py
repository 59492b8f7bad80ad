"""The edge of an API request: a bearer token, one JSON object in, JSON out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from chat import members
from chat.db import Transaction
from chat.errors import Invalid, SignInFirst
from chat.languages import _
from web.edge import Visit
from web.house import house_of


def bearer(request: Request) -> str | None:
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


async def _visit(request: Request, tx: Transaction) -> Visit:
    """Who calls: nobody without a token; a token that is wrong is refused, not ignored."""
    token = bearer(request)
    viewer = await members.by_api_token(tx, token) if token else None
    if token and viewer is None:
        raise SignInFirst(_("This token is not valid."))
    return Visit(tx, viewer)


@asynccontextmanager
async def reading(request: Request) -> AsyncIterator[Visit]:
    async with house_of(request).db.snapshot() as tx:
        yield await _visit(request, tx)


@asynccontextmanager
async def writing(request: Request) -> AsyncIterator[Visit]:
    async with house_of(request).db.transaction() as tx:
        visit = await _visit(request, tx)
        if visit.viewer is None:
            raise SignInFirst
        yield visit


async def object_of(request: Request) -> dict[str, Any]:
    """The one JSON object of the body. Raises Invalid."""
    raw = await request.body()
    try:
        value = msgspec.json.decode(raw) if raw else {}
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Invalid("body", _("The request’s body must be JSON.")) from None
    if not isinstance(value, dict):
        raise Invalid("body", _("The request’s body must be a JSON object."))
    return value


def json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json", headers=headers)
