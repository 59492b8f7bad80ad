"""The hub as an app on a phone or a desk: its manifest, its worker, and the page that says that it can't be reached."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from chat.config import settings
from chat.languages import PSEUDO, WHOLE, language, speak
from web.assets import assets
from web.installing.ground import BY_DAY
from web.pages import bare

HOUR = 3600


async def manifest(request: Request) -> Response:
    """What browsers need to install the hub (https://www.w3.org/TR/appmanifest/)."""

    def icon(name: str, size: int, purpose: str) -> dict[str, str]:
        at = assets.url(f"installing/{name}.png")
        return {"src": at, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

    app = {
        "id": "/",
        "name": settings().name,
        "short_name": settings().name,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": BY_DAY,
        "theme_color": BY_DAY,
        "icons": [
            icon("icon-192", 192, "any"),
            icon("icon-512", 512, "any"),
            icon("mask-512", 512, "maskable"),
        ],
    }
    headers = {"cache-control": f"public, max-age={HOUR}"}
    return Response(msgspec.json.encode(app), media_type="application/manifest+json", headers=headers)


async def worker(request: Request) -> Response:
    """The service worker, with what it keeps: named by the version of the static files, so that each has its own.

    Browsers ask for it anew after each page. Where it is not wanted any more it takes itself away.
    """
    if not settings().installable:
        return _script(assets.files["installing/farewell.js"].raw)
    shell = ["site/site.css", "site/icon.svg", "installing/away.js"]
    kept = {
        "version": assets.version,
        "away": f"/away?language={_language(request)}",
        "shell": [assets.url(name) for name in shell],
    }
    raw = assets.files["installing/worker.js"].raw
    return _script(b"const KEPT = " + msgspec.json.encode(kept) + b";\n" + raw)


async def away(request: Request) -> Response:
    """What the worker shows in the place of a page that can't be had; it is nobody's, and keeps nothing of anybody's."""
    speak(_language(request))
    return bare("installing/away.html", {}, 200)


def _script(raw: bytes) -> Response:
    return Response(raw, media_type="text/javascript", headers={"cache-control": "no-cache"})


def _language(request: Request) -> str:
    """The worker asks without its reader: it has been told how they are spoken to."""
    wanted = request.query_params.get("language", "")
    return wanted if wanted in (*WHOLE, PSEUDO) else language()
