"""What every request passes before it reaches a page: origin, host, size, and the headers that go back."""

import ipaddress
import re
import secrets
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.config import Settings
from chat.errors import Invalid
from chat.languages import _, sentence, speak
from web.answers import plain_answer, problem
from web.edge import MOST_SENT, language_of, most_sent

ELSEWHERE = sentence("This request came from another site, so it was refused.")
SAFE = ("GET", "HEAD", "OPTIONS")

# What is signed in the address itself, and has to be taken from mail programs, which send no cookie and name no site.
FROM_LETTERS = re.compile(r"/unsubscribe/[^/]+")

CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'nonce-{nonce}'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# For what members have sent: whatever it is, it runs nothing, loads nothing and is of no site. The styles are the
# browser's own, around a picture that it shows by itself.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
# For a letter as the mailbox page shows it: as mail programs do, and its links lead away from it.
LETTER = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


class Guard:
    """Refuses unsafe requests from other sites, and unknown hosts; adds the security headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        scope["nonce"] = secrets.token_urlsafe(12)
        structlog.contextvars.clear_contextvars()
        connection = HTTPConnection(scope)
        speak(language_of(connection))
        taken, most = 0, most_sent(connection)

        async def receive_limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise Invalid(
                    "body",
                    _("That is too large. A text can be 64 KB at most.")
                    if most == MOST_SENT
                    else _("That is too large. This can be {n} MB at most.", n=most >> 20),
                )
            return message

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                # A kept page has a nonce of its own.
                policy = scope.get("sandboxed") or CSP.format(nonce=scope["nonce"])
                if framed := scope.get("framed"):  # a page that shows a call within itself
                    policy += f"; frame-src {framed}"
                added["content-security-policy"] = policy
                added["x-content-type-options"] = "nosniff"
                added.setdefault("referrer-policy", "same-origin")
                added["cross-origin-opener-policy"] = "same-origin"
                added.setdefault(
                    "cache-control", "no-store" if "authorization" in headers else "private, no-cache"
                )
                if self.settings.tls:
                    added["strict-transport-security"] = "max-age=31536000"
            await send(message)

        if not known_host(headers.get("host", ""), self.settings):
            answer: ASGIApp = plain_answer(400, _("This hub answers to its own address only."))
        elif (
            scope["method"] in SAFE
            or same_site(headers, self.settings)
            or (FROM_LETTERS.fullmatch(scope["path"]) and _names_no_site(headers))
        ):
            answer = self.app
        elif not scope["path"].startswith("/api/"):
            answer = plain_answer(403, _(ELSEWHERE))
        elif _names_no_site(headers):
            answer = self.app  # a program without a token, which the API tells so
        else:
            answer = problem(403, _(ELSEWHERE))
        await answer(scope, receive_limited, send_guarded)


def same_site(headers: Headers, settings: Settings) -> bool:
    """Whether an unsafe request may act: this site's own pages, or a client with a bearer token, which no page can forge."""
    if headers.get("authorization", "").lower().startswith("bearer ") and "cookie" not in headers:
        return True
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none"):
        return False
    if origin is None:
        return site is not None
    return own_origin(origin, headers.get("host", ""), settings)


def _names_no_site(headers: Headers) -> bool:
    """No browser sends a form like this."""
    return not any(name in headers for name in ("cookie", "origin", "sec-fetch-site"))


def own_origin(origin: str, host: str, settings: Settings) -> bool:
    """Whether an Origin header names this site exactly."""
    if settings.public_url:
        return origin == settings.public_url
    return origin == f"http://{host}" and known_host(host, settings)


def known_host(host: str, settings: Settings) -> bool:
    """Whether a Host header is ours. Without HUB_PUBLIC_URL that is localhost or a bare address: a name could be rebound."""
    if settings.public_url:
        return host == urlsplit(settings.public_url).netloc or _local(host)
    return _local(host) or _bare_address(host)


def _name(host: str) -> str:
    return (urlsplit(f"//{host}").hostname or "") if host else ""


def _local(host: str) -> bool:
    try:
        return _name(host) in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        return False


def _bare_address(host: str) -> bool:
    try:
        ipaddress.ip_address(_name(host))
    except ValueError:
        return False
    return True
