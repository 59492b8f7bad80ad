"""The application: pages and API behind the guard, the live socket beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from chat import logs
from chat.config import Settings
from chat.config import settings as read_settings
from chat.db import DatabaseError
from chat.errors import HubError
from web.answers import database_error, http_error, hub_error, unexpected
from web.guard import Guard
from web.lifespan import open_house
from web.live.socket import LiveSocket
from web.routes import ROUTES


def create_app(settings: Settings | None = None) -> ASGIApp:
    settings = settings or read_settings()
    logs.set_up(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_house(settings) as house:
            app.state.house = house
            yield

    pages = Starlette(
        routes=ROUTES,
        exception_handlers={
            HubError: hub_error,
            HTTPException: http_error,
            **dict.fromkeys(DatabaseError, database_error),
            Exception: unexpected,
        },
        lifespan=lifespan,
    )
    return Front(pages, Guard(pages, settings), LiveSocket())


class Front:
    """Leads sockets past everything that pages need: each frame around them would cost memory per connection."""

    def __init__(self, pages: Starlette, guarded: Guard, live: LiveSocket) -> None:
        self.pages, self.guarded, self.live = pages, guarded, live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            scope["app"] = self.pages
            await self.live(scope, receive, send)
        else:
            await self.guarded(scope, receive, send)
