"""The way in, and what machines ask."""

import re
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from chat import clock, discussions, dropins, members, networks
from chat.config import settings
from chat.errors import Invalid, NotFound, SignInFirst
from chat.languages import WHOLE, _
from web.assets import assets
from web.edge import CHOICES, form_of, own_path, reading, see, writing
from web.house import house_of
from web.pages import page
from web.templates import fragment

LONG = 365 * 24 * 3600  # seconds that a browser keeps its language


async def home(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        context = {
            "topics": await discussions.recent_topics(tx, viewer, limit=20),
            "drop_ins": await dropins.upcoming_for(tx, viewer, 4),
            "networks": [] if viewer else await networks.networks_for(tx, viewer, limit=12),
        }
        return await page(request, tx, viewer, "site/home.html", context)


async def side(request: Request) -> Response:
    """One's networks with what waits in them, and the next drop-in: the column beside a page, which fetches it."""
    async with reading(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        coming = await dropins.upcoming_for(tx, viewer, 1)
        html = fragment(
            "site/_side.html",
            own_networks=await networks.networks_of(tx, viewer),
            waiting=await discussions.waiting_by_network(tx, viewer),
            next=coming[0] if coming else None,
            here="",
        )
    return HTMLResponse(html)


async def choose_language(request: Request) -> Response:
    """Pages in this language from now on, in this browser, and for a member wherever they sign in."""
    form = await form_of(request)
    chosen = str(form.get("language", ""))
    if chosen not in CHOICES:
        raise Invalid("language", _("The hub does not speak that language."))
    async with writing(request) as (tx, viewer):
        if viewer and chosen in WHOLE:
            await members.choose_letters(tx, viewer.id, {"language": chosen})
    response = see(own_path(form.get("back")))
    response.set_cookie("language", chosen, max_age=LONG, path="/", httponly=True, samesite="lax")
    return response


async def styles(request: Request) -> Response:
    """In development, what pages are made of."""
    if not house_of(request).settings.mailbox:
        raise NotFound
    icons = re.findall(r'<symbol id="([^"]+)"', assets.files["site/icons.svg"].raw.decode())
    people = ("Ana Ferreira", "Ben Okafor", "Carol W", "Dev Rao", "Erin Walsh", "Łukasz Żak", "Mehmet Öz", "Niamh Gallen", "李 明", "Ruth E", "Zoë Y", "Q")  # fmt: skip
    async with reading(request) as (tx, viewer):
        context = {"icons": icons, "hues": people, "soon": clock.now() + timedelta(days=2)}
        return await page(request, tx, viewer, "dev/styles.html", context)


async def healthz(request: Request) -> Response:
    """This process is alive."""
    return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})


async def readyz(request: Request) -> Response:
    """This process can serve: its database answers. Redis may be away; then only speed is lost."""
    house = house_of(request)
    async with house.db.snapshot() as tx:
        await tx.value("SELECT 1 FROM meta")
    bus = "up" if house.bus.up else "away, so changes arrive up to a second late"
    return PlainTextResponse(f"ready\nredis: {bus}\n", headers={"cache-control": "no-store"})


async def robots(request: Request) -> Response:
    return PlainTextResponse(
        "User-agent: *\nDisallow: /api/\nDisallow: /i/\nDisallow: /rsvp/\nDisallow: /unsubscribe/\nDisallow: /search\n"
        f"\nSitemap: {settings().origin}/sitemap.xml\n"
    )
