"""The handshake at /live: who comes, by which right, and whether there is room."""

from collections import Counter

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from chat.db import AWAY
from chat.members import Viewer
from web.edge import address_of, csrf_of, session_token
from web.guard import own_origin
from web.house import House
from web.live.conversation import OVERLOADED, POLICY, TOO_MANY, Conversation
from web.live.protocol import EXTENSION, HandOver


class Refused(Exception):
    """The handshake itself is turned down."""


class LiveSocket:
    """The endpoint at /live: a plain ASGI application that is done when the conversation begins."""

    def __init__(self) -> None:
        self.seats: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        house: House = scope["app"].state.house
        await receive()  # websocket.connect
        hand_over: HandOver | None = scope["extensions"].get(EXTENSION)
        if hand_over is None or scope["path"] != "/live":
            return await send({"type": "websocket.close", "code": POLICY})
        http = HTTPConnection(scope)
        viewer, refusal = None, 0
        try:
            viewer = await _viewer(http, house)
        except Refused:
            return await send({"type": "websocket.close", "code": POLICY})
        except AWAY:
            refusal = OVERLOADED
        owner = f"m{viewer.id}" if viewer else address_of(http)
        if self.seats[owner] >= (
            house.settings.live_per_member if viewer else house.settings.live_per_address
        ):
            refusal = refusal or TOO_MANY
        csrf = csrf_of(http) if viewer and viewer.session_id else ""
        await send(
            {"type": "websocket.accept"}
        )  # raises where the client has left, so no seat is taken before
        conversation = Conversation(house, viewer, csrf, owner, self.seats)
        hand_over(conversation)
        if refusal:
            conversation.close(refusal)


async def _viewer(http: HTTPConnection, house: House) -> Viewer | None:
    """The viewer behind the handshake. A cookie counts only with our own Origin, a wrong token not at all."""
    scheme, _, token = http.headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        viewer = await house.desk.by_api_token(token.strip())
        if viewer is None:
            raise Refused
        return viewer
    origin = http.headers.get("origin")
    if origin is not None and not own_origin(origin, http.headers.get("host", ""), house.settings):
        raise Refused
    session = session_token(http)
    if session is None:
        return None
    viewer = await house.desk.by_session(session)
    if viewer and origin is None:
        raise Refused
    return viewer
