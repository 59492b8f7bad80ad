"""The edge of a request: who asks, in which unit of work, with which form."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from chat import files, limits, members, networks, pictures
from chat.config import Settings
from chat.db import Transaction
from chat.discussions import Last
from chat.errors import Forbidden, Invalid
from chat.languages import PSEUDO, WHOLE, _, speak, spoken_by
from chat.members import Viewer
from chat.secrets import derived, same
from web.house import house_of

CHOICES = (*WHOLE, PSEUDO)
FIELDS = 50
MOST_SENT = 1024 * 1024  # bytes of a request; a text of 64 KB may be three times that in a form
# Addresses that take more than a text: a file, or a long list, and the most bytes of it.
UPLOADS: dict[re.Pattern[str], Callable[[], int]] = {
    re.compile(r"/networks/[^/]+/settings/picture"): lambda: pictures.MOST_BYTES,
    re.compile(r"/api/v1/networks/[^/]+/picture"): lambda: pictures.MOST_BYTES,
    re.compile(r"(/api/v1)?/networks/[^/]+/invitations/many"): lambda: networks.MOST_BYTES,
    re.compile(r"(/api/v1)?/networks/[^/]+/files"): files.most_bytes,
}
# Forms of posts, which may bring files where no script has sent them before.
POSTS = re.compile(r"/topics/[^/]+|/networks/[^/]+/topics|/posts/[^/]+/edit")


class Visit(NamedTuple):
    """A request's unit of work and who acts in it."""

    tx: Transaction
    viewer: Viewer | None


@asynccontextmanager
async def reading(request: Request) -> AsyncIterator[Visit]:
    """Everything the page shows, as it was at one moment."""
    async with _reading(request, house_of(request).db.snapshot()) as visit:
        yield visit


@asynccontextmanager
async def looking(request: Request) -> AsyncIterator[Visit]:
    """For pages of which each part may be newer than the one read before it. Saves two ways to the database."""
    async with _reading(request, house_of(request).db.look()) as visit:
        yield visit


@asynccontextmanager
async def _reading(
    request: Request, opened: AbstractAsyncContextManager[Transaction]
) -> AsyncIterator[Visit]:
    async with opened as tx:
        viewer = await viewer_of(request, tx)
        yield Visit(tx, viewer)
    if viewer and viewer.seen_long_ago:
        async with house_of(request).db.transaction() as tx:
            await members.touch_session(tx, viewer)


@asynccontextmanager
async def writing(request: Request) -> AsyncIterator[Visit]:
    """One change, whole or not at all."""
    async with house_of(request).db.transaction() as tx:
        yield Visit(tx, await viewer_of(request, tx))


async def viewer_of(connection: HTTPConnection, tx: Transaction) -> Viewer | None:
    """The member behind the session's cookie; the API looks at bearer tokens alone."""
    token = session_token(connection)
    viewer = await members.by_session(tx, token) if token else None
    if viewer:
        speak(viewer.language)
    return viewer


def language_of(connection: HTTPConnection) -> str:
    """The language of a page for somebody not known yet: what they have chosen here, or what their browser asks for."""
    chosen = connection.cookies.get("language", "")
    return chosen if chosen in CHOICES else _spoken_by(connection.headers.get("accept-language", ""))


@lru_cache(512)
def _spoken_by(accepted: str) -> str:
    return spoken_by(accepted, WHOLE)


def session_token(connection: HTTPConnection) -> str | None:
    return connection.cookies.get(cookie_name(house_of(connection).settings))


def cookie_name(settings: Settings) -> str:
    return "__Host-session" if settings.tls else "session"


def csrf_of(connection: HTTPConnection) -> str:
    """The token that every form of a session carries; empty for visitors."""
    token = session_token(connection)
    return derived(token, "csrf") if token else ""


async def form_of(request: Request, *, file: str = "") -> Mapping[str, Any]:
    """The fields of a form that this site's own page has sent; as bytes the `file` that it may hold. Raises Forbidden
    for any other."""
    form, content = await _parsed(request, file)
    return form if content is None else {**form, file: content}


async def upload_of(request: Request, field: str, most_bytes: int) -> tuple[Mapping[str, Any], bytes]:
    """The fields of a form with one file, and the file's content, empty where none was chosen.

    The address must stand in UPLOADS. Raises what form_of raises, and Invalid(field, …) for a file that is too large.
    """
    too_large = Invalid(field, _("This file is too large: it can have {n} MB at most.", n=most_bytes >> 20))
    try:
        form, content = await _parsed(request, field)
    except Invalid as error:
        raise too_large if error.field == "body" else error from None  # the guard has stopped reading
    if content and len(content) > most_bytes:
        raise too_large
    return form, content or b""


def most_sent(request: HTTPConnection) -> int:
    """The most bytes of a request to its address."""
    path = request.scope["path"]
    if POSTS.fullmatch(path):
        return MOST_SENT + (files.MOST * files.most_bytes() if brings_files(request) else 0)
    more = next((most() for pattern, most in UPLOADS.items() if pattern.fullmatch(path)), 0)
    return MOST_SENT + more


def brings_files(request: HTTPConnection) -> bool:
    """Whether a form is of the kind that may have files in it."""
    return request.headers.get("content-type", "").lower().startswith("multipart/")


async def _parsed(request: Request, file: str) -> tuple[Mapping[str, Any], bytes | None]:
    """A form's texts, and the content of the file if there is one."""
    most = most_sent(request)
    try:
        async with request.form(max_files=1 if file else 0, max_fields=FIELDS, max_part_size=most) as parsed:
            # Some character sets hold halves of characters, which no page could show again.
            form: dict[str, Any] = {
                name: value.encode(errors="replace").decode()
                for name, value in parsed.items()
                if not isinstance(value, UploadFile)
            }
            sent = parsed.get(file) if file else None
            content = await sent.read() if isinstance(sent, UploadFile) else None
    except HTTPException:
        raise Invalid(
            "form", _("This form can’t be read. Go back, reload the page and send it again.")
        ) from None
    await must_be_ours(request, form)
    return form, content


async def must_be_ours(request: Request, form: Mapping[str, Any]) -> None:
    """Raises Forbidden where the token of the session's forms is not in these fields, or headers."""
    if (
        (wanted := csrf_of(request))
        and not same(form.get("csrf", ""), wanted)
        and await _session_lives(request)
    ):
        raise Forbidden(_("This form is too old. Go back, reload the page and send it again."))


async def _session_lives(request: Request) -> bool:
    """The cookie of a session that ended lends no rights, and whoever has one must be able to sign in again."""
    async with house_of(request).db.snapshot() as tx:
        return await viewer_of(request, tx) is not None


async def limited(request: Request, what: str, burst: int, seconds: int, who: object = None) -> None:
    """Count an act by its sender's address, or by `who`."""
    await limits.allow(house_of(request).redis, what, str(who or address_of(request)), burst, seconds)


def address_of(connection: HTTPConnection) -> str:
    return limits.neighbourhood(connection.client.host if connection.client else "")


def browser_of(connection: HTTPConnection) -> str:
    return connection.headers.get("user-agent", "")


def number(text: object, *, least: int = 1, field: str = "page") -> int:
    """A whole number from an address; bad ones are as good as absent pages."""
    if not text:
        return least
    if not str(text).isdecimal() or len(str(text)) > 9:
        raise Invalid(field, _("That is not a number."))
    return max(least, int(str(text)))


def time_of(text: str | None) -> datetime | None:
    """A moment from an address, with its zone."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that was not escaped
        if at.tzinfo is None:
            raise Invalid("before", _("The time needs its zone, like +00:00."))
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("before", _("Say a time like 2026-11-27T12:00:00+00:00.")) from None


def before_of(text: str | None) -> Last | None:
    """From where a list of topics goes on: when its last was active, and which that was, as `in_address` has it or as a
    time alone."""
    at, _sep, id = (text or "").partition("_")
    moment = time_of(at)
    return Last(moment, number(id, least=0, field="before")) if moment else None


def in_address(last: Last | None) -> str:
    """From where a list goes on, as it stands in an address."""
    return f"{last.at.isoformat().replace('+00:00', 'Z')}_{last.id}" if last else ""


def moment_of(text: object, field: str = "before") -> datetime | None:
    """A time from an address or a form, as this hub has written it there."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Invalid(field, _("That is not a time.")) from None
    if moment.tzinfo is None:
        raise Invalid(field, _("That is not a time."))
    return moment


def see(path: str) -> Response:
    """After a change: go and look at the page."""
    return RedirectResponse(path, status_code=303)


def own_path(target: object) -> str:
    """A path of this site to go on to; anything else leads home."""
    path = str(target or "")
    return (
        path
        if path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and path.isprintable()  # browsers drop tabs and line breaks from addresses
        else "/"
    )


def keep_session(response: Response, settings: Settings, token: str) -> Response:
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=60 * 24 * 3600,
        path="/",
        secure=settings.tls,
        httponly=True,
        samesite="lax",
    )
    return response


def drop_session(response: Response, settings: Settings) -> Response:
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.tls, httponly=True, samesite="lax"
    )
    return response
